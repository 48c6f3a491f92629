/** A directory of this machine as entries. No link is followed, and other file systems mounted below it are left out. */
import { closeSync, constants, lstatSync, openSync, readdirSync, readlinkSync, readSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { PIECE, type Piece } from '../disk/disk.ts';
import type { TreeEntry } from './entry.ts';

export function* directoryEntries(top: string): Generator<TreeEntry> {
  const stats = lstatSync(top);
  yield* walk(top, '', stats, new Map());
}

function* walk(at: string, path: string, stats: Stats, names: Map<string, string>): Generator<TreeEntry> {
  yield entryOf(at, path, stats, names);
  if (!stats.isDirectory()) return;
  for (const name of readdirSync(at).sort()) {
    const child = lstatSync(join(at, name));
    if (child.dev === stats.dev) yield* walk(join(at, name), path === '' ? name : `${path}/${name}`, child, names);
  }
}

function entryOf(at: string, path: string, stats: Stats, names: Map<string, string>): TreeEntry {
  const common = {
    path,
    mode: stats.mode & 0o7777,
    uid: stats.uid,
    gid: stats.gid,
    mtime: Math.floor(stats.mtimeMs / 1000),
  };
  if (stats.isDirectory()) return { ...common, kind: 'directory' };
  if (stats.nlink > 1) {
    const key = `${stats.dev}:${stats.ino}`;
    const first = names.get(key);
    if (first !== undefined) return { ...common, kind: 'same', as: first };
    names.set(key, path);
  }
  if (stats.isSymbolicLink()) return { ...common, kind: 'link', target: readlinkSync(at) };
  if (stats.isFile()) return { ...common, kind: 'file', size: stats.size, pieces: () => pieces(at, stats.size) };
  const what = stats.isFIFO()
    ? 'pipe'
    : stats.isSocket()
      ? 'socket'
      : stats.isBlockDevice()
        ? 'block device'
        : 'character device';
  return { ...common, kind: 'special', what };
}

function* pieces(path: string, size: number): Generator<Piece> {
  const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const buffer = Buffer.allocUnsafeSlow(Math.min(PIECE, Math.max(size, 1)));
    for (let at = 0; at < size; ) {
      const length = readSync(file, buffer, 0, Math.min(buffer.length, size - at), at);
      if (length === 0) return;
      yield { at, bytes: buffer.subarray(0, length) };
      at += length;
    }
  } finally {
    closeSync(file);
  }
}
