/** The superblock and the group descriptors of ext4 (Linux: Documentation/filesystems/ext4). */
import { type Disk, DiskError, fieldsOf } from '../disk.ts';

export interface Superblock {
  readonly blockSize: number;
  readonly blocks: number;
  readonly inodes: number;
  readonly inodeSize: number;
  readonly inodesPerGroup: number;
  readonly groups: number;
  readonly descriptorSize: number;
  readonly descriptorsAt: number;
}

const AT = 1024;
const MAGIC = 0xef53;
const RECOVER = 0x4;
const BITS_64 = 0x80;

/** Incompatible features that change nothing for a reader, or that this one knows. */
const KNOWN = new Map([
  [0x2, 'filetype'],
  [RECOVER, 'needs_recovery'],
  [0x40, 'extents'],
  [BITS_64, '64bit'],
  [0x100, 'mmp'],
  [0x200, 'flex_bg'],
  [0x2000, 'csum_seed'],
  [0x4000, 'large_dir'],
]);
const UNKNOWN = new Map([
  [0x1, 'compression'],
  [0x8, 'journal_dev'],
  [0x10, 'meta_bg'],
  [0x400, 'ea_inode'],
  [0x1000, 'dirdata'],
  [0x8000, 'inline_data'],
  [0x10000, 'encrypt'],
  [0x20000, 'casefold'],
]);

/** Whether this looks like ext2, ext3 or ext4 at all. */
export function isExt4(disk: Disk): boolean {
  return disk.size >= AT + 1024 && fieldsOf(disk.read(AT + 56, 2)).getUint16(0, true) === MAGIC;
}

/** Throws DiskError for what is no ext4, does not fit the disk, or needs something that this reader has not. */
export function readSuperblock(disk: Disk): Superblock {
  if (!isExt4(disk)) throw new DiskError('ext4', AT, 'expected a file system, found none');
  const view = fieldsOf(disk.read(AT, 1024));
  const u32 = (at: number) => view.getUint32(at, true);
  const wrong = (at: number, what: string) => new DiskError('ext4', AT + at, what);
  checkFeatures(u32(0x60));
  const blockSize = 1024 * 2 ** Math.min(u32(0x18), 32);
  if (blockSize > 65_536) throw wrong(0x18, `blocks of ${blockSize} bytes, expected at most 65536`);
  const wide = (u32(0x60) & BITS_64) !== 0;
  const blocks = u32(0x4) + (wide ? u32(0x150) * 2 ** 32 : 0);
  if (blocks * blockSize > disk.size)
    throw wrong(0x4, `${blocks} blocks of ${blockSize} bytes, the partition has ${disk.size} bytes`);
  const blocksPerGroup = u32(0x20);
  const inodesPerGroup = u32(0x28);
  const inodes = u32(0x0);
  const inodeSize = u32(0x4c) === 0 ? 128 : view.getUint16(0x58, true);
  if (blocksPerGroup < 1 || blocksPerGroup > blockSize * 8) throw wrong(0x20, `${blocksPerGroup} blocks a group`);
  if (inodesPerGroup < 1 || inodesPerGroup > blockSize * 8) throw wrong(0x28, `${inodesPerGroup} inodes a group`);
  if (inodeSize < 128 || inodeSize > blockSize || (inodeSize & (inodeSize - 1)) !== 0)
    throw wrong(0x58, `inodes of ${inodeSize} bytes`);
  const descriptorSize = wide ? view.getUint16(0xfe, true) : 32;
  if (descriptorSize < 32 || descriptorSize > 1024 || (wide && descriptorSize < 64))
    throw wrong(0xfe, `group descriptors of ${descriptorSize} bytes`);
  const groups = Math.ceil((blocks - u32(0x14)) / blocksPerGroup);
  const descriptorsAt = (u32(0x14) + 1) * blockSize;
  if (groups < 1 || inodes > groups * inodesPerGroup) throw wrong(0x0, `${inodes} inodes in ${groups} groups`);
  return { blockSize, blocks, inodes, inodeSize, inodesPerGroup, groups, descriptorSize, descriptorsAt };
}

function checkFeatures(incompatible: number): void {
  const told: string[] = [];
  for (let bit = 0; bit < 32; bit++) {
    const feature = (2 ** bit) & incompatible;
    if (feature !== 0 && !KNOWN.has(feature >>> 0))
      told.push(UNKNOWN.get(feature >>> 0) ?? `feature 0x${(feature >>> 0).toString(16)}`);
  }
  if (told.length > 0) throw new DiskError('ext4', AT + 0x60, `it uses ${told.join(', ')}, which is not read here`);
  if ((incompatible & RECOVER) !== 0) {
    throw new DiskError(
      'ext4',
      AT + 0x60,
      'it was not unmounted cleanly and its journal is not replayed here: run `e2fsck -fy "FILE?offset=BYTES"` on a copy first',
    );
  }
}

/** Where an inode lies, in bytes. */
export function inodeOffset(disk: Disk, sb: Superblock, inode: number): number {
  if (inode < 1 || inode > sb.inodes) throw new DiskError('ext4', 0, `inode ${inode}, expected 1 to ${sb.inodes}`);
  const group = Math.floor((inode - 1) / sb.inodesPerGroup);
  const at = sb.descriptorsAt + group * sb.descriptorSize;
  const view = fieldsOf(disk.read(at, sb.descriptorSize));
  const table = view.getUint32(8, true) + (sb.descriptorSize >= 64 ? view.getUint32(0x28, true) * 2 ** 32 : 0);
  if (table < 1 || table >= sb.blocks)
    throw new DiskError('ext4', at, `the inodes of group ${group} are in block ${table}`);
  return table * sb.blockSize + ((inode - 1) % sb.inodesPerGroup) * sb.inodeSize;
}
