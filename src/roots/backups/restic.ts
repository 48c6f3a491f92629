/** The repository, by restic: one program a call, its secrets in its environment, what it says as values or typed errors. */
import { mkdirSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { findProgram } from '../../net/run.ts';
import type { Clock } from '../../rack/clock.ts';
import type { BackupsPlan } from '../../rack/plan.ts';
import { hours, type Millis, minutes } from '../../rack/units.ts';
import { printable } from '../../wire/printable.ts';
import { NotPossible } from '../errors.ts';
import { BackupIncomplete, lastWords, NoSuchBackup, ResticFailed } from './errors.ts';
import { describeLock, judgeLocks, parseLock, type ResticLock } from './locks.ts';
import { type ResticEnd, type ResticRun, runRestic } from './process.ts';
import { RunningChildren } from './running.ts';
import { assertSecretFile, readCredentials } from './secrets.ts';
import { type Labels, readSnapshot, type Snapshot, tagsOf } from './snapshot.ts';

export type RepositoryPlan = Pick<BackupsPlan, 'repository' | 'passwordFile' | 'credentials' | 'bandwidth'>;

export interface ResticParts {
  readonly plan: RepositoryPlan;
  /** What backups go by as their host: the same whichever machine is the controller. */
  readonly rack: string;
  /** Its cache, and the records of its processes. */
  readonly directory: string;
  readonly clock: Clock;
  /** nice(1); by default a tenth of what the servers get where both want the processor: never nothing. */
  readonly niceness?: number;
}

const NICENESS = 10;

export interface Saved {
  readonly snapshot: string;
  readonly files: number;
  readonly bytes: number;
  /** Bytes that the repository did not have. */
  readonly added: number;
}

export interface SaveRequest {
  /** The directory that `names` are in. */
  readonly directory: string;
  readonly names: readonly string[];
  readonly labels: Labels;
  readonly exclude?: readonly string[];
  /** KiB */
  readonly largestFile?: number;
  readonly signal?: AbortSignal | undefined;
  readonly progress?: (fraction: number) => void;
}

const QUICK = minutes(10);
const LONG = hours(12);
/** Some source data could not be read, and there is a backup of the rest. */
const INCOMPLETE = 3;

export class Restic {
  readonly #parts: ResticParts;
  readonly #children: RunningChildren;
  #version: Promise<string> | undefined;

  constructor(parts: ResticParts) {
    this.#parts = parts;
    this.#children = new RunningChildren(join(parts.directory, 'running'));
  }

  get place(): string {
    return this.#parts.plan.repository;
  }

  /** Throws NotPossible when a program, the password or a credential is missing; takes away the locks of our dead. */
  async prepare(): Promise<void> {
    await this.#environment();
    const dead = await this.#children.dead();
    if (dead.length === 0) return;
    const locks = await this.locks();
    const host = hostname();
    const now = this.#parts.clock.now();
    const verdict = judgeLocks({ locks, dead, host, now, isRunning });
    if (verdict.kind === 'leave') {
      throw new NotPossible('a lock that a dead process of ours left in the repository cannot be taken away', [
        `with it would go ${verdict.foreign.map(describeLock).join(', ')}: when that is nobody’s any more, run \`restic unlock\``,
      ]);
    }
    if (verdict.kind === 'unlock') await this.#call('locks cannot be taken away', ['unlock'], QUICK);
    for (const { pid } of dead) this.#children.remove(pid);
  }

  /** Makes the repository. Throws ResticFailed when there is one. */
  async init(): Promise<void> {
    await this.#call(`no repository can be made in ${this.place}`, ['init', '--repository-version', '2'], QUICK);
  }

  async locks(): Promise<readonly ResticLock[]> {
    const ids = (await this.#call('locks cannot be read', ['list', 'locks', '--no-lock'], QUICK)).split('\n');
    const found: ResticLock[] = [];
    for (const id of ids.filter((each) => each !== '')) {
      // One that went meanwhile is none.
      const end = await this.#run(['cat', 'lock', id, '--no-lock'], { limit: QUICK });
      if (end.code === 0) found.push(understood(`lock ${id.slice(0, 8)}`, end.stdout, parseLock));
    }
    return found;
  }

  /** This rack's backups, oldest first. */
  async snapshots(): Promise<readonly Snapshot[]> {
    const args = ['snapshots', '--json', '--no-lock', '--tag', 'pirack', '--host', this.#parts.rack];
    return parseSnapshots(await this.#call('backups cannot be listed', args, QUICK));
  }

  /** Those of every rack that shares the repository. */
  async everySnapshot(): Promise<readonly Snapshot[]> {
    return parseSnapshots(
      await this.#call('backups cannot be listed', ['snapshots', '--json', '--no-lock', '--tag', 'pirack'], QUICK),
    );
  }

  /** Throws BackupIncomplete, which names the backup, when something could not be read. */
  async save({ directory, names, labels, exclude = [], largestFile, signal, progress }: SaveRequest): Promise<Saved> {
    let summary: Record<string, unknown> | undefined;
    const line = (text: string) => {
      const said = parseLine(text);
      if (said?.message_type === 'summary') summary = said;
      if (said?.message_type === 'status' && typeof said.percent_done === 'number') progress?.(said.percent_done);
    };
    const args = [
      ...['backup', '--json', '--host', this.#parts.rack],
      ...tagsOf(labels).flatMap((tag) => ['--tag', tag]),
      // Patterns hold for whole paths of this machine.
      ...exclude.map((pattern) => `--exclude=${pattern}`),
      ...(largestFile === undefined ? [] : [`--exclude-larger-than=${largestFile}k`]),
      ...['--', ...names],
    ];
    const end = await this.#run(args, { cwd: directory, line, signal, limit: LONG });
    if (end.code !== 0 && end.code !== INCOMPLETE) throw new ResticFailed('nothing was saved', end.code, end.stderr);
    const saved = readSummary(summary);
    if (saved === undefined) throw new ResticFailed('restic did not say what it saved', end.code, end.stderr);
    if (end.code === INCOMPLETE)
      throw new BackupIncomplete(saved.snapshot, `backup ${saved.snapshot} is not whole: ${lastWords(end.stderr)}`);
    return saved;
  }

  /** Writes a backup, or one path of it, below the empty directory `target`, and reads back what it wrote. */
  async restore(snapshot: string, target: string, path?: string, signal?: AbortSignal): Promise<void> {
    const include = path === undefined ? [] : [`--include=${path.replaceAll(/[*?[\\]/g, '\\$&')}`];
    const sparse = (await this.#keepsHoles()) ? ['--sparse'] : [];
    const args = ['restore', snapshot, '--no-lock', '--verify', ...sparse, ...include, `--target=${target}`];
    const end = await this.#run(args, { signal, limit: LONG });
    if (end.code !== 0)
      throw new ResticFailed(`backup ${snapshot.slice(0, 8)} cannot be restored`, end.code, end.stderr);
  }

  /** Bytes of the files below `path`, as if none had holes or further names. */
  async sizeOf(snapshot: string, path: string, signal?: AbortSignal): Promise<number> {
    let bytes = 0;
    let entries = 0;
    const line = (text: string) => {
      const node = parseLine(text);
      if (node?.struct_type !== 'node') return;
      entries++;
      if (typeof node.size === 'number') bytes += node.size;
    };
    const args = ['ls', '--json', '--no-lock', '--recursive', snapshot, path];
    const end = await this.#run(args, { line, signal, limit: LONG });
    if (end.code !== 0) throw new ResticFailed(`backup ${snapshot.slice(0, 8)} cannot be read`, end.code, end.stderr);
    if (entries === 0) throw new NoSuchBackup(`backup ${snapshot.slice(0, 8)} has no ${path}`);
    return bytes;
  }

  /** Whether all that is in the index is in the repository; `readData`: and reads as what it was saved as. */
  async check(readData: boolean, signal?: AbortSignal, tell: (text: string) => void = () => undefined): Promise<void> {
    const args = ['check', ...(readData ? ['--read-data'] : [])];
    const end = await this.#run(args, {
      signal,
      limit: LONG,
      line: (text) => text.trim() !== '' && tell(printable(text.trim(), 200)),
    });
    if (end.code !== 0) throw new ResticFailed('the repository is damaged, or cannot be checked', end.code, end.stderr);
  }

  /** Lets go of all backups but those that are to be kept, and of what only they needed. */
  async forget(keep: NonNullable<BackupsPlan['keep']>, signal?: AbortSignal): Promise<void> {
    const counts = Object.entries(keep).flatMap(([name, count]) => (count > 0 ? [`--keep-${name}=${count}`] : []));
    const args = ['forget', '--host', this.#parts.rack, '--tag', 'pirack', '--group-by', 'host,paths', ...counts];
    const end = await this.#run([...args, '--prune'], { signal, limit: LONG });
    if (end.code !== 0) throw new ResticFailed('old backups could not be removed', end.code, end.stderr);
  }

  async forgetOne(snapshot: string): Promise<void> {
    await this.#call(`backup ${snapshot} cannot be removed`, ['forget', snapshot], QUICK);
  }

  /** Since 0.15. */
  async #keepsHoles(): Promise<boolean> {
    this.#version ??= this.#run(['version'], { limit: QUICK }).then(({ stdout }) => stdout);
    const [, major, minor] = /^restic (\d+)\.(\d+)/.exec(await this.#version) ?? [];
    return Number(major) > 0 || Number(minor) >= 15;
  }

  async #call(what: string, args: readonly string[], limit: Millis): Promise<string> {
    const end = await this.#run(args, { limit });
    if (end.code !== 0) throw new ResticFailed(what, end.code, end.stderr);
    return end.stdout;
  }

  async #run(args: readonly string[], options: Omit<ResticRun, 'args' | 'env' | 'niceness'>): Promise<ResticEnd> {
    const { bandwidth } = this.#parts.plan;
    const limits = bandwidth === undefined ? [] : [`--limit-upload=${bandwidth}`, `--limit-download=${bandwidth}`];
    const { env, secrets } = await this.#environment();
    const niceness = this.#parts.niceness ?? NICENESS;
    const end = await runRestic(this.#children, { ...options, args: [...limits, ...args], env, niceness });
    return { ...end, stderr: secrets.reduce((text, secret) => text.replaceAll(secret, '…'), end.stderr) };
  }

  async #environment(): Promise<{ env: Record<string, string>; secrets: readonly string[] }> {
    const { plan, directory } = this.#parts;
    const path = process.env.PATH ?? '/usr/bin:/bin';
    for (const program of ['restic', 'setpriv', 'ionice']) {
      if (findProgram(program, path) === undefined)
        throw new NotPossible('backups cannot be made or read here', [
          `${program} is not installed: apt-get install ${program === 'restic' ? 'restic' : 'util-linux'}`,
        ]);
    }
    await assertSecretFile(plan.passwordFile, 'the password of the repository');
    const credentials = plan.credentials === undefined ? {} : await readCredentials(plan.credentials);
    const cache = join(directory, 'cache');
    mkdirSync(cache, { recursive: true, mode: 0o700 });
    const env = {
      PATH: path,
      HOME: process.env.HOME ?? '/root',
      LC_ALL: 'C.UTF-8',
      RESTIC_CACHE_DIR: cache,
      RESTIC_PROGRESS_FPS: '1',
      RESTIC_REPOSITORY: plan.repository,
      ...credentials,
      RESTIC_PASSWORD_FILE: plan.passwordFile,
    };
    return { env, secrets: Object.values(credentials).filter((value) => value.length >= 6) };
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function parseLine(text: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

const LIST = z.array(z.unknown()).nullable();

function parseSnapshots(text: string): readonly Snapshot[] {
  const parse = (said: string) => LIST.parse(JSON.parse(said.trim() === '' ? '[]' : said)) ?? [];
  const list = understood('the list of backups', text, parse);
  return list.flatMap((each) => readSnapshot(each) ?? []).sort((a, b) => a.at - b.at);
}

function understood<T>(what: string, text: string, parse: (text: string) => T): T {
  try {
    return parse(text);
  } catch {
    throw new ResticFailed(`${what} is not what was expected`, 0, JSON.stringify(text.slice(0, 100)));
  }
}

function readSummary(said: Record<string, unknown> | undefined): Saved | undefined {
  if (typeof said?.snapshot_id !== 'string' || !/^[0-9a-f]{8,64}$/.test(said.snapshot_id)) return undefined;
  const number = (value: unknown) => (typeof value === 'number' ? value : 0);
  return {
    snapshot: said.snapshot_id,
    files: number(said.total_files_processed),
    bytes: number(said.total_bytes_processed),
    added: number(said.data_added),
  };
}
