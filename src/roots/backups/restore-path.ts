/** One path of a backup: out to a directory of this machine, or into a root that its board uses meanwhile. */
import { basename, join, normalize } from 'node:path';
import type { Run } from '../backends/backend.ts';
import { workIn } from './pictures.ts';
import type { Restic } from './restic.ts';
import { type Destination, targetFor } from './restore-target.ts';
import { SAVED_AS, withRestored } from './staging.ts';

export interface RestorePathRequest {
  /** Directory of the roots. */
  readonly directory: string;
  readonly snapshot: string;
  /** In the saved root, from / on. */
  readonly path: string;
  /** Directories that are made for it, and must not be there: one of this machine, or one of the root. */
  readonly to: Destination;
  /** Of the job: what it has half done is known by it. */
  readonly name: string;
  readonly signal?: AbortSignal | undefined;
}

/** `/a/b`, whatever was written; undefined for what is no path inside a root. */
export function pathInRoot(text: string): string | undefined {
  if (/\p{Cc}/u.test(text) || text.split('/').includes('..') || text.length > 4096) return undefined;
  return join('/', normalize(text)).replace(/(.)\/$/, '$1');
}

/** Writes it beside where it is to be, whole; what an earlier try has left there goes. */
export async function restorePath(run: Run, restic: Restic, request: RestorePathRequest): Promise<void> {
  const { directory, snapshot, path, to, name, signal } = request;
  const target = targetFor(run, to, name);
  await target.begin();
  try {
    const staged = { directory: workIn(directory), name, snapshot, signal, ...(path === '/' ? {} : { path }) };
    await withRestored(restic, staged, (tree) => target.fill(tree));
  } catch (error) {
    await target.drop();
    throw error;
  }
}

type Restored = Pick<RestorePathRequest, 'path' | 'to' | 'name'>;

/** Gives what was written beside its name; resolves with where the restored thing is. A second time changes nothing. */
export async function showRestored(run: Run, { path, to, name }: Restored): Promise<string> {
  await targetFor(run, to, name).show();
  return join('root' in to ? to.into : to.directory, basename(path === '/' ? SAVED_AS.root : path));
}

/** Takes away what was written beside. */
export const dropRestored = (run: Run, { to, name }: Omit<Restored, 'path'>): Promise<void> =>
  targetFor(run, to, name).drop();
