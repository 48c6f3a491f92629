/** Inodes of ext4: what a file is, whom it belongs to, and its extended attributes. */
import { type Disk, DiskError, fieldsOf } from '../disk.ts';
import { type Attributes, attributesIn } from './attributes.ts';
import { inodeOffset, type Superblock } from './superblock.ts';

export interface Inode {
  readonly number: number;
  /** Byte offset, for messages. */
  readonly at: number;
  readonly type: number;
  /** Permission bits with setuid, setgid and sticky. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly mtime: number;
  readonly links: number;
  readonly flags: number;
  /** The 60 bytes that hold an extent tree, block numbers, or the target of a short link. */
  readonly block: Uint8Array;
  readonly attributes: Attributes;
}

/** The values of the upper four bits of the mode. */
export const TYPE = {
  pipe: 0x1,
  character: 0x2,
  directory: 0x4,
  blockDevice: 0x6,
  file: 0x8,
  link: 0xa,
  socket: 0xc,
} as const;
export const FLAG = { extents: 0x80000, inline: 0x10000000, encrypted: 0x800 } as const;

export function readInode(disk: Disk, sb: Superblock, number: number): Inode {
  const at = inodeOffset(disk, sb, number);
  const bytes = disk.read(at, sb.inodeSize);
  const view = fieldsOf(bytes);
  const u16 = (offset: number) => view.getUint16(offset, true);
  const u32 = (offset: number) => view.getUint32(offset, true);
  const size = u32(0x4) + u32(0x6c) * 2 ** 32;
  if (!Number.isSafeInteger(size)) throw new DiskError('ext4', at, `inode ${number} has an impossible size`);
  const flags = u32(0x20);
  if ((flags & (FLAG.inline | FLAG.encrypted)) !== 0)
    throw new DiskError('ext4', at, `inode ${number} is encrypted or kept inline, which is not read here`);
  const acl = u32(0x68) + u16(0x76) * 2 ** 32;
  return {
    number,
    at,
    type: u16(0) >> 12,
    mode: u16(0) & 0xfff,
    uid: u16(0x2) + u16(0x78) * 65_536,
    gid: u16(0x18) + u16(0x7a) * 65_536,
    size,
    mtime: view.getInt32(0x10, true),
    links: u16(0x1a),
    flags,
    block: bytes.subarray(0x28, 0x28 + 60),
    attributes: attributesOf(disk, sb, bytes, at, acl),
  };
}

const ATTRIBUTES_MAGIC = 0xea020000;

/** Some are behind the fields of the inode, the others in a block of their own. */
function attributesOf(disk: Disk, sb: Superblock, inode: Uint8Array, at: number, acl: number): Attributes {
  const found: Attributes = new Map();
  const view = fieldsOf(inode);
  const start = inode.length > 132 ? 128 + view.getUint16(0x80, true) : inode.length;
  if (start + 4 <= inode.length && view.getUint32(start, true) === ATTRIBUTES_MAGIC) {
    const area = inode.subarray(start + 4);
    attributesIn(area, 0, at + start + 4, found);
  }
  if (acl !== 0) {
    if (acl >= sb.blocks) throw new DiskError('ext4', at, `its attributes are in block ${acl} of ${sb.blocks}`);
    const block = disk.read(acl * sb.blockSize, sb.blockSize);
    if (fieldsOf(block).getUint32(0, true) !== ATTRIBUTES_MAGIC)
      throw new DiskError('ext4', acl * sb.blockSize, 'expected a block of attributes');
    attributesIn(block, 32, acl * sb.blockSize, found);
  }
  return found;
}
