/** A backup as files, for as long as they are looked at: in a directory that nobody else can enter. */
import { mkdir, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { NotPossible } from '../errors.ts';
import { ensureDirectory } from '../files.ts';
import type { Restic } from './restic.ts';

export interface StagingRequest {
  /** The directory is made in it. */
  readonly directory: string;
  readonly name: string;
  readonly snapshot: string;
  /** Below the saved directory, with a leading slash; left out: all of it. */
  readonly path?: string;
  readonly signal?: AbortSignal | undefined;
}

/** What every backup of pirack's begins with. */
export const SAVED_AS = { root: '/root', controller: '/controller' } as const;

/** Restores, calls `use` with where the tree is, and takes it away again. Throws NotPossible where there is no room for it. */
export async function withRestored<T>(
  restic: Restic,
  request: StagingRequest,
  use: (tree: string) => Promise<T>,
  top: string = SAVED_AS.root,
): Promise<T> {
  const { directory, name, snapshot, path, signal } = request;
  const staging = join(directory, `restored-${name}`);
  const whole = path === undefined ? top : join(top, path);
  await ensureDirectory(directory, 0o700);
  await rm(staging, { recursive: true, force: true });
  await mkdir(staging, { mode: 0o700 });
  try {
    await assertRoom(staging, await restic.sizeOf(snapshot, whole, signal));
    await restic.restore(snapshot, staging, path === undefined ? undefined : whole, signal);
    return await use(join(staging, whole));
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

/** restic of Debian 12 fills holes with zeros: what a tenant made a terabyte large without writing it may not fit. */
export async function assertRoom(directory: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(directory);
  if (bytes <= bavail * bsize) return;
  throw new NotPossible(`there is no room in ${directory} to restore`, [
    `${gibibytes(bytes)} are needed, and ${gibibytes(bavail * bsize)} are free`,
  ]);
}

const gibibytes = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GiB`;
