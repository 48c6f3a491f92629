import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { describeBackups } from '../rack/backup/describe.ts';
import { MAX_BYTES } from '../rack/rack-file/guard.ts';
import { formatProblem, loadRackFile, type RackFileResult } from '../rack/rack-file.ts';
import { commonDefault, readCatalogue } from '../roots/image-store/catalogue.ts';
import { storedImages } from '../roots/image-store/stored.ts';
import { DRIVERS } from '../switches/drivers/index.ts';
import { EXIT } from './exit.ts';
import { cacheDirectory, imagesDirectory, stateRoot } from './places.ts';

/** Where a command prints: standard output and standard error, or a test. */
export interface Output {
  out(line: string): void;
  err(line: string): void;
}

export const consoleOutput: Output = {
  out: (line) => console.log(line),
  err: (line) => console.error(line),
};

export function checkCommand(): Command {
  return new Command('check')
    .argument('<file...>', 'rack files')
    .description('check rack files and tell every problem with its place')
    .option('--json', 'print a list with one object a file')
    .addHelpText(
      'after',
      `
One line a problem: FILE:LINE:COLUMN: what is wrong; expected what would be right. Warnings are marked as such.
Exit codes: 0 every file can be used, 1 at least one cannot, 2 wrong usage.
Example: pirack check rack-configs/*.yaml`,
    )
    .action((paths: string[], options: { json?: boolean }) => {
      process.exitCode = runCheck(paths, options);
    });
}

/** Checks every file and prints what it finds; the exit code. Nothing that is in a file makes it throw. */
export function runCheck(paths: readonly string[], options: { json?: boolean }, output = consoleOutput): number {
  const checked = paths.map((file) => ({ file, ...readRackFile(file) }));
  if (options.json) output.out(JSON.stringify(checked.map(inJson), undefined, 2));
  else {
    for (const { file, plan, problems } of checked) {
      for (const problem of problems) output.out(formatProblem(problem));
      output.out(`${file}: ${verdict({ plan, problems } as RackFileResult)}`);
    }
  }
  return checked.every(({ plan }) => plan !== undefined) ? EXIT.done : EXIT.failed;
}

function verdict({ plan, problems }: RackFileResult): string {
  const warnings = problems.filter(({ severity }) => severity === 'warning').length;
  const warned = warnings === 0 ? '' : `, ${counted(warnings, 'warning', 'warnings')}`;
  if (plan === undefined) return `${counted(problems.length - warnings, 'problem', 'problems')}${warned}`;
  const slots = counted(plan.slots.length, 'slot', 'slots');
  const on = counted(plan.switches.length, 'switch', 'switches');
  return `ok, ${slots} on ${on}${plan.backups === undefined ? '' : `, ${describeBackups(plan.backups)}`}${warned}`;
}

function inJson({ file, plan, problems }: { file: string } & RackFileResult) {
  const backups = plan?.backups && { repository: plan.backups.repository, slots: plan.backups.slots.length };
  const found = { rack: plan?.rack, slots: plan?.slots.length, switches: plan?.switches.length, backups };
  return { file, ok: plan !== undefined, ...found, problems };
}

function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** The plan of a rack file on disk, or why there is none. `state` is the directory of all racks' state. */
export function readRackFile(path: string, state: string = stateRoot(undefined)): RackFileResult {
  const content = readBounded(path);
  if (typeof content === 'string') {
    const message = `the file cannot be read: ${content}`;
    const place = { file: path, line: 0, column: 0 };
    return { plan: undefined, problems: [{ ...place, message, expected: 'a rack file (YAML)', severity: 'error' }] };
  }
  const images = imagesDirectory({ state });
  const directories = {
    path,
    cacheDirectory: cacheDirectory(),
    stateDirectory: (rack: string) => join(resolve(state), rack),
    storedImages: storedImages(images),
    defaultImage: defaultImage(images),
  };
  return loadRackFile(
    content,
    directories,
    DRIVERS.map(({ name }) => name),
  );
}

/** Of a catalogue that cannot be read there is none; `pirack image list` says why. */
function defaultImage(images: string): string | undefined {
  try {
    return commonDefault(readCatalogue(images));
  } catch {
    return undefined;
  }
}

/** The bytes, at most one more than a rack file may have; or the reason as a sentence. */
function readBounded(path: string): Uint8Array | string {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(path, 'r');
    const status = fstatSync(descriptor);
    if (status.isDirectory()) return 'it is a directory';
    if (!status.isFile() && !status.isFIFO()) return 'it is neither a file nor a pipe';
    const bytes = new Uint8Array(MAX_BYTES + 1);
    let length = 0;
    for (let read = -1; read !== 0 && length < bytes.length; length += read) {
      read = readSync(descriptor, bytes, length, bytes.length - length, null);
    }
    return bytes.subarray(0, length);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    return (code && REASONS[code]) ?? `the system says ${code ?? 'no'}`;
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  EACCES: 'you may not read it',
  EPERM: 'you may not read it',
  ELOOP: 'its symbolic links go in a circle',
  ENAMETOOLONG: 'its name is too long',
  EISDIR: 'it is a directory',
  ENXIO: 'it is neither a file nor a pipe',
  ERR_INVALID_ARG_VALUE: 'its name holds a NUL character',
};
