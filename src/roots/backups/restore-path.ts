/** One path of a backup: out to a directory of this machine, or into a root that its board uses meanwhile. */
import { mkdir, rm } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, normalize } from 'node:path';
import type { Run } from '../backends/backend.ts';
import { hasCode, NotPossible } from '../errors.ts';
import { makeAlikeInto } from './alike.ts';
import { workIn } from './pictures.ts';
import type { Restic } from './restic.ts';
import { runInside } from './sandbox.ts';
import { withRestored } from './staging.ts';

export interface RestorePathRequest {
  /** Directory of the roots. */
  readonly directory: string;
  readonly snapshot: string;
  /** In the saved root, from / on. */
  readonly path: string;
  /** Directories that are made for it, and must not be there: one of this machine, or one of the root. */
  readonly to: { readonly directory: string } | { readonly root: string; readonly into: string };
  readonly name: string;
  readonly signal?: AbortSignal | undefined;
}

/** `/a/b`, whatever was written; undefined for what is no path inside a root. */
export function pathInRoot(text: string): string | undefined {
  if (/\p{Cc}/u.test(text) || text.split('/').includes('..') || text.length > 4096) return undefined;
  return join('/', normalize(text)).replace(/(.)\/$/, '$1');
}

/** Resolves with where the restored thing is. Whatever is there already is never written to. */
export async function restorePath(run: Run, restic: Restic, request: RestorePathRequest): Promise<string> {
  const { directory, snapshot, path, to, name, signal } = request;
  const whole = path === '/';
  const staged = { directory: workIn(directory), name, snapshot, signal, ...(whole ? {} : { path }) };
  return withRestored(restic, staged, async (tree) => {
    if ('root' in to) return putInto(run, tree, to.root, to.into);
    await makeNew(to.directory);
    try {
      await makeAlikeInto(run, tree, to.directory);
    } catch (error) {
      await rm(to.directory, { recursive: true, force: true });
      throw error;
    }
    return join(to.directory, basename(tree));
  });
}

async function makeNew(directory: string): Promise<void> {
  if (!isAbsolute(directory))
    throw new NotPossible('the backup is not restored', [`expected an absolute path, got ${directory}`]);
  try {
    // Programs that run as root when anybody starts them may be in what comes: nobody else gets at them.
    await mkdir(directory, { mode: 0o700 });
  } catch (error) {
    if (!hasCode(error, 'EEXIST', 'ENOENT', 'ENOTDIR')) throw error;
    const why = hasCode(error, 'EEXIST')
      ? 'it is there already, and nothing is overwritten'
      : `${dirname(directory)} is no directory`;
    throw new NotPossible(`${directory} cannot be made`, [why], error);
  }
}

/** The board may put links wherever it likes meanwhile: none of them leads out of the sandbox. */
async function putInto(run: Run, tree: string, root: string, into: string): Promise<string> {
  const seen = [
    { from: dirname(tree), as: '/from' },
    { from: root, as: '/board', writable: true },
  ];
  try {
    await runInside(run, seen, 'mkdir', ['--', join('/board', into)]);
  } catch (error) {
    throw new NotPossible(
      `${into} cannot be made in the root`,
      ['expected a directory that is not there yet, in one that is'],
      error,
    );
  }
  const source = join('/from', basename(tree));
  await runInside(run, seen, 'cp', ['-a', '--sparse=auto', '--', source, `${join('/board', into)}/`]);
  return join(into, basename(tree));
}
