/**
 * ext2, ext3 and ext4, read without the kernel: whoever made an image also made its file system, and a mount would hand it to
 * the kernel's driver. Nothing is written, nothing is trusted, everything ends.
 */
import { type Disk, DiskError, fieldsOf, PIECE, type Piece } from '../disk.ts';
import type { Attributes } from './attributes.ts';
import { runsOf } from './blocks.ts';
import { type Inode, readInode, TYPE } from './inode.ts';
import { readSuperblock, type Superblock } from './superblock.ts';

export { isExt4 } from './superblock.ts';

export interface Ext4Entry {
  /** Relative, `` for the root directory itself. */
  readonly path: string;
  readonly type: keyof typeof TYPE;
  readonly inode: number;
  readonly links: number;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtime: number;
  readonly size: number;
  /** Where a symbolic link leads. */
  readonly target: string | undefined;
  readonly attributes: Attributes;
  readonly pieces: () => Generator<Piece>;
}

const ROOT = 2;
const DEEPEST = 255;
const LONGEST_TARGET = 4095;
/** A directory of some 200,000 names. */
const MOST_DIRECTORY_BYTES = 8 * 1024 * 1024;

const NAMES = new Map(Object.entries(TYPE).map(([name, value]) => [value as number, name as keyof typeof TYPE]));

export class Ext4 {
  readonly #disk: Disk;
  readonly #sb: Superblock;

  constructor(disk: Disk) {
    this.#disk = disk;
    this.#sb = readSuperblock(disk);
  }

  /** Everything there is, each directory before what is in it. A file with several names comes once for each. */
  *walk(): Generator<Ext4Entry> {
    const root = this.#inode(ROOT, '/');
    if (root.type !== TYPE.directory) throw new DiskError('ext4', root.at, 'the root is no directory');
    yield this.#entry(root, '');
    yield* this.#walk(root, '', new Set([ROOT]), 0);
  }

  /** Whether there is anything of that path; links are not followed. */
  has(path: string): boolean {
    let at = this.#inode(ROOT, '/');
    for (const part of path.split('/')) {
      if (at.type !== TYPE.directory) return false;
      let number: number | undefined;
      for (const entry of this.#names(at, path)) if (entry.name === part) number = entry.number;
      if (number === undefined) return false;
      at = this.#inode(number, path);
    }
    return true;
  }

  *#walk(directory: Inode, above: string, seen: Set<number>, depth: number): Generator<Ext4Entry> {
    if (depth > DEEPEST) throw new DiskError('ext4', directory.at, `directories lie more than ${DEEPEST} deep`);
    for (const { name, number } of this.#names(directory, above)) {
      const path = above === '' ? name : `${above}/${name}`;
      const inode = this.#inode(number, path);
      yield this.#entry(inode, path);
      if (inode.type !== TYPE.directory) continue;
      if (seen.has(number))
        throw new DiskError('ext4', inode.at, `the directory ${path} contains itself, or lies in two places`);
      seen.add(number);
      yield* this.#walk(inode, path, seen, depth + 1);
    }
  }

  #inode(number: number, path: string): Inode {
    const inode = readInode(this.#disk, this.#sb, number);
    if (inode.links === 0) throw new DiskError('ext4', inode.at, `${path} was deleted and still has a name`);
    return inode;
  }

  #entry(inode: Inode, path: string): Ext4Entry {
    const type = NAMES.get(inode.type);
    if (type === undefined)
      throw new DiskError('ext4', inode.at, `${path} is of the type ${inode.type}, which there is not`);
    const { number, links, mode, uid, gid, mtime, size, attributes } = inode;
    const target = type === 'link' ? this.#target(inode, path) : undefined;
    const pieces = () => this.#pieces(inode);
    return { path, type, inode: number, links, mode, uid, gid, mtime, size, target, attributes, pieces };
  }

  #target(inode: Inode, path: string): string {
    if (inode.size < 1 || inode.size > LONGEST_TARGET)
      throw new DiskError('ext4', inode.at, `the link ${path} has ${inode.size} bytes`);
    if (inode.size < inode.block.length) return text(inode.block.subarray(0, inode.size), inode.at, path);
    const bytes = new Uint8Array(inode.size);
    for (const piece of this.#pieces(inode)) bytes.set(piece.bytes, piece.at);
    return text(bytes, inode.at, path);
  }

  *#pieces(inode: Inode): Generator<Piece> {
    const { blockSize } = this.#sb;
    for (const run of runsOf(this.#disk, this.#sb, inode)) {
      const start = run.logical * blockSize;
      const end = Math.min(start + run.count * blockSize, inode.size);
      for (let at = start; at < end; at += PIECE) {
        const length = Math.min(PIECE, end - at);
        yield { at, bytes: this.#disk.read(run.physical * blockSize + (at - start), length) };
      }
    }
  }

  /** Names in the order of the disk. The nodes of a hash tree look like unused entries, so one reader suits all. */
  *#names(directory: Inode, path: string): Generator<{ readonly name: string; readonly number: number }> {
    const { blockSize } = this.#sb;
    if (directory.size > MOST_DIRECTORY_BYTES)
      throw new DiskError(
        'ext4',
        directory.at,
        `the directory /${path} has ${directory.size} bytes, expected at most ${MOST_DIRECTORY_BYTES}`,
      );
    const known = new Set<string>();
    for (const run of runsOf(this.#disk, this.#sb, directory)) {
      for (let block = 0; block < run.count; block++) {
        if ((run.logical + block) * blockSize >= directory.size) return;
        const at = (run.physical + block) * blockSize;
        for (const entry of namesIn(this.#disk.read(at, blockSize), at)) {
          if (known.has(entry.name)) throw new DiskError('ext4', at, `/${path}/${entry.name} is there twice`);
          known.add(entry.name);
          yield entry;
        }
      }
    }
  }
}

function* namesIn(block: Uint8Array, at: number): Generator<{ readonly name: string; readonly number: number }> {
  const view = fieldsOf(block);
  for (let offset = 0; offset < block.length; ) {
    if (offset + 8 > block.length) throw new DiskError('ext4', at + offset, 'an entry without an end');
    const number = view.getUint32(offset, true);
    const stored = view.getUint16(offset + 4, true);
    // In blocks of 64 KB the length does not fit, and is written so.
    const length = stored === 65_535 || stored === 0 ? block.length - offset : stored;
    const nameLength = view.getUint8(offset + 6);
    if (length < 8 || length % 4 !== 0 || offset + length > block.length || nameLength + 8 > length)
      throw new DiskError('ext4', at + offset, `an entry of ${length} bytes with a name of ${nameLength}`);
    if (number !== 0) {
      const name = text(block.subarray(offset + 8, offset + 8 + nameLength), at + offset, 'a name');
      if (name !== '.' && name !== '..') {
        if (name === '' || name.includes('/'))
          throw new DiskError('ext4', at + offset, `${JSON.stringify(name)} is no name of a file`);
        yield { name, number };
      }
    }
    offset += length;
  }
}

function text(bytes: Uint8Array, at: number, what: string): string {
  let value: string;
  try {
    value = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    const shown = JSON.stringify(new TextDecoder('latin1').decode(bytes));
    throw new DiskError('ext4', at, `${what} is not UTF-8: ${shown}`);
  }
  if (value.includes('\0')) throw new DiskError('ext4', at, `${what} has a NUL in it`);
  return value;
}
