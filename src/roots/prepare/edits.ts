/** Makes the edits of a step in a tree, keeps what was there, and puts it back. */
import {
  chmodSync,
  chownSync,
  copyFileSync,
  lchownSync,
  lutimesSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { UnsafePath } from '../errors.ts';
import type { StillTree } from '../still-tree.ts';
import type { Edit } from './step.ts';

const time = { uid: z.int(), gid: z.int(), mtime: z.number() };
const was = z.discriminatedUnion('was', [
  /** `kept` is the name of the copy among the originals. */
  z.object({ was: z.literal('file'), path: z.string(), kept: z.string().regex(/^\d+$/), mode: z.int(), ...time }),
  z.object({ was: z.literal('link'), path: z.string(), target: z.string(), ...time }),
  /** With the directories on the way that the image did not have, outermost first. */
  z.object({ was: z.literal('absent'), path: z.string(), made: z.array(z.string()) }),
]);

/** What undoes a step; kept as `edits.json` beside the originals. */
export const undoRecord = z.object({ edits: z.array(was) });
type Was = z.infer<typeof was>;

/**
 * Applies the edits and keeps in `originals`, an empty directory, all that is needed to undo them.
 *
 * @param made directories that the image did not have: each step that needs one removes it when it is undone as the last
 */
export function applyEdits(tree: StillTree, edits: readonly Edit[], originals: string, made: Set<string>): void {
  const done: Was[] = [];
  for (const [index, edit] of edits.entries()) {
    done.push(keep(tree, edit.path, originals, String(index), made));
    apply(tree, edit, done.at(-1) as Was);
  }
  writeFileSync(join(originals, 'edits.json'), `${JSON.stringify({ edits: done }, undefined, 1)}\n`, { mode: 0o600 });
}

function keep(tree: StillTree, path: string, originals: string, name: string, made: Set<string>): Was {
  const stats = tree.stats(path);
  if (stats === undefined) return { was: 'absent', path, made: missingAbove(tree, path, made) };
  const common = { path, uid: stats.uid, gid: stats.gid, mtime: stats.mtimeMs / 1000 };
  if (stats.isSymbolicLink()) return { ...common, was: 'link', target: tree.target(path) as string };
  if (!stats.isFile()) throw new UnsafePath(tree.top, path, 'expected a file or a link');
  copyFileSync(tree.at(path), join(originals, name));
  chmodSync(join(originals, name), 0o600);
  return { ...common, was: 'file', kept: name, mode: stats.mode & 0o7777 };
}

/** Throws UnsafePath where the way leads over something that is no directory. */
function missingAbove(tree: StillTree, path: string, made: Set<string>): string[] {
  const parts = path.split('/').slice(0, -1);
  const above = parts.map((_, index) => parts.slice(0, index + 1).join('/'));
  const missing = above.filter((directory) => !tree.isDirectory(directory));
  for (const directory of missing)
    if (tree.has(directory)) throw new UnsafePath(tree.top, path, `${directory} is no directory`);
  for (const directory of missing) made.add(directory);
  return above.filter((directory) => made.has(directory));
}

function apply(tree: StillTree, edit: Edit, before: Was): void {
  if (before.was === 'absent') {
    if (edit.kind === 'remove') return;
    for (const directory of before.made)
      if (!tree.isDirectory(directory)) mkdirSync(tree.at(directory), { mode: 0o755 });
  }
  if (edit.kind === 'remove') {
    unlinkSync(tree.at(edit.path));
    return;
  }
  // Beside it first: the file may have other names, which are not meant.
  const fresh = `${tree.at(dirname(edit.path))}/.pirack-edit`;
  if (edit.kind === 'link') symlinkSync(edit.target, fresh);
  else {
    writeFileSync(fresh, edit.text, { flag: 'wx', mode: 0o600 });
    const file = before.was === 'file' ? before : undefined;
    chownSync(fresh, file?.uid ?? 0, file?.gid ?? 0);
    chmodSync(fresh, edit.mode ?? file?.mode ?? 0o644);
  }
  renameSync(fresh, tree.at(edit.path));
}

/** Puts back what the edits of a step took, the last one first. */
export function undoEdits(tree: StillTree, originals: string): void {
  const { edits } = undoRecord.parse(JSON.parse(readFileSync(join(originals, 'edits.json'), 'utf8')));
  for (const each of edits.toReversed()) {
    if (tree.has(each.path)) unlinkSync(tree.at(each.path));
    if (each.was === 'absent') {
      for (const directory of each.made.toReversed())
        if (tree.isDirectory(directory) && tree.list(directory).length === 0) rmdirSync(tree.at(directory));
    } else if (each.was === 'link') {
      symlinkSync(each.target, tree.at(each.path));
      lchownSync(tree.at(each.path), each.uid, each.gid);
      lutimesSync(tree.at(each.path), each.mtime, each.mtime);
    } else {
      copyFileSync(join(originals, each.kept), tree.at(each.path));
      chownSync(tree.at(each.path), each.uid, each.gid);
      chmodSync(tree.at(each.path), each.mode);
      utimesSync(tree.at(each.path), each.mtime, each.mtime);
    }
  }
}

/** Paths that a step touched, and how, for reports. */
export function describeEdits(
  edits: readonly Edit[],
  tree: StillTree,
): { path: string; change: 'added' | 'changed' | 'removed' }[] {
  return edits.map((edit) => ({
    path: edit.path,
    change: edit.kind === 'remove' ? 'removed' : tree.has(edit.path) ? 'changed' : 'added',
  }));
}
