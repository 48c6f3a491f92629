/** The board's root over NFS, by libnfs: what is there, a few real reads, and one real write. */

import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../../../net/run.ts';
import { seconds } from '../../../rack/units.ts';
import type { NfsRoot } from '../../board/cmdline.ts';

const LIMIT = seconds(60);
/** Directory that the record of a boot is written to, below the root. */
const RECORDS = '/var/lib/pirack';
/** A file a boot: nfs-cp creates files and cannot write to one that is there. */
const RECORD = /^virtual-boot\.(\d{1,9})$/;
const MOST_LISTING_BYTES = 256 * 1024;
const MOST_FILE_BYTES = 64 * 1024;

export interface RootFacts {
  /** From /etc/hostname. */
  readonly hostname: string;
  /** SHA-256 of a program of some size; undefined where the image does not have it. */
  readonly busybox: string | undefined;
  /** Entries in the root directory. */
  readonly entries: number;
}

/**
 * Mounts the root as far as libnfs does: by NFSv3, or by NFSv4.0 where 4.x is asked for, which is the newest that it
 * speaks. Throws an Error that names the step, the file and the server's answer.
 */
export async function readRoot(netns: string, root: NfsRoot, signal: AbortSignal): Promise<RootFacts> {
  const context = { netns, root, signal };
  const listing = await step('list /', () => nfs(context, 'nfs-ls', [url(root, '/')]));
  const hostname = await step('read /etc/hostname', () => nfs(context, 'nfs-cat', [url(root, '/etc/hostname')]));
  const busybox = await step('read /usr/bin/busybox', () => hashOf(context, '/usr/bin/busybox').catch(absent));
  return { hostname: hostname.trim(), busybox, entries: listing.split('\n').filter((line) => line !== '').length };
}

/** A small file; undefined where it cannot be read: of a directory that is not there libnfs says that it may not mount it. */
export async function readRootFile(
  netns: string,
  root: NfsRoot,
  file: string,
  signal: AbortSignal,
): Promise<Buffer | undefined> {
  const parts: Buffer[] = [];
  let bytes = 0;
  const take = (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= MOST_FILE_BYTES) parts.push(chunk);
  };
  const found = await pour({ netns, root, signal }, file, take).then(
    () => true,
    () => false,
  );
  return found ? Buffer.concat(parts) : undefined;
}

/** Writes down that the board has booted, in a file of its own. Gives the number of boots from this root, this one included. */
export async function recordBoot(netns: string, root: NfsRoot, line: string, signal: AbortSignal): Promise<number> {
  const context = { netns, root, signal };
  const listing = await step(`list ${RECORDS}`, () => nfs(context, 'nfs-ls', [url(root, RECORDS)]));
  const numbers = listing
    .split('\n')
    .map((entry) => Number(RECORD.exec(entry.trim().split(/\s+/).at(-1) ?? '')?.[1] ?? 0));
  const boot = Math.max(0, ...numbers) + 1;
  const directory = await mkdtemp(join(tmpdir(), 'pirack-boot-'));
  try {
    const file = join(directory, 'record');
    await writeFile(file, `${line}\n`);
    const name = `${RECORDS}/virtual-boot.${boot}`;
    await step(`write ${name}`, () => nfs(context, 'nfs-cp', [file, url(root, name)]));
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
  return boot;
}

/** As libnfs wants it: `nfs://server/export/path?version=3`, with ports where `nfsroot=` names them. */
export function url({ server, path, options }: NfsRoot, file: string): string {
  const version = (options.get('vers') ?? options.get('nfsvers') ?? '3').startsWith('4') ? 4 : 3;
  const parameters = [`version=${version}`];
  const [port, mountPort] = [options.get('port'), options.get('mountport')];
  if (port !== undefined) parameters.push(`nfsport=${port}`);
  if (mountPort !== undefined) parameters.push(`mountport=${mountPort}`);
  // nfs-ls takes what it is given for a directory, the others for a file in one; both are mounted piece by piece.
  return `nfs://${server}${path === '/' ? '' : path}${file}?${parameters.join('&')}`;
}

interface Context {
  readonly netns: string;
  readonly root: NfsRoot;
  readonly signal: AbortSignal;
}

async function nfs({ netns, signal }: Context, program: string, args: string[]): Promise<string> {
  const { stdout } = await run('nsenter', [`--net=${netns}`, program, ...args], {
    signal,
    timeout: LIMIT,
    maxOutput: MOST_LISTING_BYTES,
  });
  return stdout;
}

/** SHA-256 of a file of any size, without keeping it. */
async function hashOf(context: Context, file: string): Promise<string> {
  const hash = createHash('sha256');
  await pour(context, file, (chunk) => hash.update(chunk));
  return hash.digest('hex');
}

/** Hands a file on as it comes. */
function pour({ netns, root, signal }: Context, file: string, take: (chunk: Buffer) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    let errors = '';
    const args = [`--net=${netns}`, 'nfs-cat', url(root, file)];
    const child = spawn('nsenter', args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      signal,
      killSignal: 'SIGKILL',
      timeout: LIMIT,
    });
    child.stdout.on('data', take);
    child.stderr.on('data', (chunk: Buffer) => {
      errors = (errors + chunk.toString('latin1')).slice(-1000);
    });
    child.on('error', reject);
    child.on('close', (code, how) => {
      if (code === 0) resolve();
      else reject(new Error(`nfs-cat: exit ${code ?? how}: ${errors.trim().split('\n').at(-1)}`));
    });
  });
}

/** NFSv3 and v4 have the same name for it, and libnfs tells it in either case. */
function absent(cause: Error): undefined {
  if (!/NOENT/.test(cause.message)) throw cause;
}

async function step<T>(what: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (cause) {
    throw new Error(`${what}: ${(cause as Error).message}`, { cause });
  }
}
