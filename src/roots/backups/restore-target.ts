/**
 * Where a restored path goes: a directory that is not there yet. It is filled under another name beside, and gets its own by
 * a rename: whatever is cut short, what has the name that was asked for is whole, and nothing that was there is written to.
 */
import { mkdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join } from 'node:path';
import type { Run } from '../backends/backend.ts';
import { hasCode, NotPossible } from '../errors.ts';
import { isThere } from '../files.ts';
import { makeAlikeInto } from './alike.ts';
import { runInside } from './sandbox.ts';

export type Destination = { readonly directory: string } | { readonly root: string; readonly into: string };

export interface Target {
  /** Takes away what an earlier try has left. Throws NotPossible where the directory is there, or cannot be made. */
  begin(): Promise<void>;
  /** Puts `tree`, a file or a directory, into the directory that is not shown yet. */
  fill(tree: string): Promise<void>;
  /** Done before: does nothing. */
  show(): Promise<void>;
  drop(): Promise<void>;
}

export const targetFor = (run: Run, to: Destination, name: string): Target =>
  'root' in to ? inRoot(run, to.root, to.into, name) : onThisMachine(run, to.directory, name);

const taken = (directory: string) =>
  new NotPossible(`${directory} cannot be made`, ['it is there already, and nothing is overwritten']);

function onThisMachine(run: Run, directory: string, name: string): Target {
  const beside = `${directory}.${name}`;
  const drop = () => rm(beside, { recursive: true, force: true });
  return {
    begin: async () => {
      if (!isAbsolute(directory))
        throw new NotPossible('the backup is not restored', [`expected an absolute path, got ${directory}`]);
      if (await isThere(directory)) throw taken(directory);
      try {
        await drop();
        // Programs that run as root when anybody starts them may be in what comes: nobody else gets at them.
        await mkdir(beside, { mode: 0o700 });
      } catch (error) {
        if (!hasCode(error, 'ENOENT', 'ENOTDIR')) throw error;
        throw new NotPossible(`${directory} cannot be made`, [`${dirname(directory)} is no directory`], error);
      }
    },
    fill: (tree) => makeAlikeInto(run, tree, beside),
    show: async () => {
      try {
        await rename(beside, directory);
      } catch (error) {
        if (hasCode(error, 'ENOENT') && (await isThere(directory))) return;
        throw hasCode(error, 'ENOTEMPTY', 'EEXIST', 'ENOTDIR') ? taken(directory) : error;
      }
    },
    drop,
  };
}

/** The board may put links wherever it likes meanwhile: none of them leads out of the sandbox. */
function inRoot(run: Run, root: string, into: string, name: string): Target {
  const board = { from: root, as: '/board', writable: true };
  const shown = join('/board', into);
  const beside = `${shown}.${name}`;
  const inside = (program: string, ...args: string[]) => runInside(run, [board], program, args);
  const holds = (...expression: string[]): Promise<boolean> =>
    inside('test', ...expression).then(
      () => true,
      () => false,
    );
  const drop = async () => void (await inside('rm', '-rf', '--', beside));
  return {
    begin: async () => {
      const why = ['expected a directory that is not there yet, in one that is'];
      if (await holds('-e', shown, '-o', '-h', shown)) throw new NotPossible(`${into} cannot be made in the root`, why);
      try {
        await drop();
        await inside('mkdir', '-m', '700', '--', beside);
      } catch (error) {
        throw new NotPossible(`${into} cannot be made in the root`, why, error);
      }
    },
    fill: async (tree) => {
      const seen = [{ from: dirname(tree), as: '/from' }, board];
      await runInside(run, seen, 'cp', ['-a', '--sparse=auto', '--', join('/from', basename(tree)), `${beside}/`]);
    },
    show: async () => {
      try {
        await inside('mv', '-T', '--', beside, shown);
      } catch (error) {
        if (await holds('-d', beside)) throw taken(into);
        if (!(await holds('-d', shown))) throw error;
      }
    },
    drop,
  };
}
