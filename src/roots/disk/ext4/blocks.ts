/** Where the contents of an inode lie: extents (ext4), or direct and indirect block numbers (ext2, ext3). */
import { type Disk, DiskError, fieldsOf } from '../disk.ts';
import { FLAG, type Inode } from './inode.ts';
import type { Superblock } from './superblock.ts';

/** Neighbouring blocks, both of the file and of the disk. Blocks that none covers are zeros. */
export interface Run {
  readonly logical: number;
  readonly physical: number;
  readonly count: number;
}

const MAGIC = 0xf30a;
/** The format's own limit. */
const DEEPEST = 5;
/** A longer extent is one that was reserved and never written: it reads as zeros. */
const LONGEST = 32_768;

/** In the order of the file, without overlaps. Throws DiskError for a run outside the file system. */
export function* runsOf(disk: Disk, sb: Superblock, inode: Inode): Generator<Run> {
  let next = 0;
  const runs =
    (inode.flags & FLAG.extents) !== 0
      ? extents(disk, sb, inode.block, inode, undefined, new Set())
      : mapped(disk, sb, inode);
  for (const run of runs) {
    if (run.logical < next)
      throw new DiskError('ext4', inode.at, `the blocks of inode ${inode.number} overlap or are out of order`);
    if (run.physical < 1 || run.physical + run.count > sb.blocks)
      throw new DiskError(
        'ext4',
        inode.at,
        `inode ${inode.number} has a block ${run.physical + run.count - 1} of ${sb.blocks}`,
      );
    next = run.logical + run.count;
    yield run;
  }
}

function* extents(
  disk: Disk,
  sb: Superblock,
  node: Uint8Array,
  inode: Inode,
  level: number | undefined,
  seen: Set<number>,
): Generator<Run> {
  const view = fieldsOf(node);
  const entries = view.getUint16(2, true);
  const depth = view.getUint16(6, true);
  const wrong = (what: string) => new DiskError('ext4', inode.at, `the extents of inode ${inode.number}: ${what}`);
  if (view.getUint16(0, true) !== MAGIC) throw wrong('expected a node');
  if (12 + entries * 12 > node.length) throw wrong(`${entries} entries in ${node.length} bytes`);
  // Each level is one lower than the one above: no tree is endless.
  if (level === undefined ? depth > DEEPEST : depth !== level) throw wrong(`a node of depth ${depth}`);
  for (let at = 12; at < 12 + entries * 12; at += 12) {
    const logical = view.getUint32(at, true);
    if (depth > 0) {
      const block = view.getUint32(at + 4, true) + view.getUint16(at + 8, true) * 2 ** 32;
      if (block < 1 || block >= sb.blocks) throw wrong(`a node in block ${block} of ${sb.blocks}`);
      // Five levels of nodes that are all one node would be walked for ever.
      if (seen.has(block)) throw wrong(`the node in block ${block} is there twice`);
      seen.add(block);
      yield* extents(disk, sb, disk.read(block * sb.blockSize, sb.blockSize), inode, depth - 1, seen);
      continue;
    }
    const count = view.getUint16(at + 4, true);
    if (count === 0) throw wrong('an extent of no blocks');
    if (count > LONGEST) continue;
    yield { logical, physical: view.getUint32(at + 8, true) + view.getUint16(at + 6, true) * 2 ** 32, count };
  }
}

/** Twelve blocks, then blocks of block numbers, of blocks of them, and of blocks of those. */
function* mapped(disk: Disk, sb: Superblock, inode: Inode): Generator<Run> {
  const view = fieldsOf(inode.block);
  const perBlock = sb.blockSize / 4;
  const end = Math.ceil(inode.size / sb.blockSize);
  let logical = 0;
  for (let index = 0; index < 15 && logical < end; index++) {
    const level = Math.max(0, index - 11);
    const block = view.getUint32(index * 4, true);
    if (block !== 0) yield* indirect(disk, sb, inode, block, level, logical, end);
    logical += perBlock ** level;
  }
}

function* indirect(
  disk: Disk,
  sb: Superblock,
  inode: Inode,
  block: number,
  level: number,
  first: number,
  end: number,
): Generator<Run> {
  if (level === 0) {
    yield { logical: first, physical: block, count: 1 };
    return;
  }
  if (block >= sb.blocks)
    throw new DiskError('ext4', inode.at, `inode ${inode.number} has a block ${block} of ${sb.blocks}`);
  const view = fieldsOf(disk.read(block * sb.blockSize, sb.blockSize));
  const step = (sb.blockSize / 4) ** (level - 1);
  for (let index = 0; index < sb.blockSize / 4 && first + index * step < end; index++) {
    const next = view.getUint32(index * 4, true);
    if (next !== 0) yield* indirect(disk, sb, inode, next, level - 1, first + index * step, end);
  }
}
