/** Which partition of a disk image holds what, and their contents as entries. */
import type { Disk } from '../disk/disk.ts';
import { partOf } from '../disk/disk.ts';
import { Ext4, type Ext4Entry, isExt4 } from '../disk/ext4/index.ts';
import { Fat, isFat } from '../disk/fat.ts';
import { readPartitions } from '../disk/partitions.ts';
import type { TreeEntry } from './entry.ts';
import { ImportRefused, inGiB } from './errors.ts';

export interface DiskImage {
  readonly root: () => Generator<TreeEntry>;
  /** Undefined: the boot files are in the root. */
  readonly boot: (() => Generator<TreeEntry>) | undefined;
  /** `MBR, partition 1 (FAT) and partition 2 (ext4)`. */
  readonly described: string;
}

interface Part {
  readonly number: number;
  readonly disk: Disk;
  readonly holds: 'FAT' | 'ext4' | 'something else';
}

/** Names by which the boot partition of a Pi is known. */
const BOOT_FILES = new Set(['bootcode.bin', 'start4.elf', 'config.txt', 'cmdline.txt']);
const MOST_LOOKED_AT = 5000;

/** Throws ImportRefused, with what was found, where there is no root file system. */
export function openDiskImage(disk: Disk): DiskImage {
  const table = readPartitions(disk);
  const parts: Part[] = (table?.partitions ?? [{ number: 0, start: 0, size: disk.size }]).map(
    ({ number, start, size }) => {
      const part = partOf(disk, start, size);
      return { number, disk: part, holds: isExt4(part) ? 'ext4' : isFat(part) ? 'FAT' : 'something else' };
    },
  );
  const kind = table?.kind ?? 'no partition table';
  const found = parts.map(
    ({ number, holds, disk }) => `${number === 0 ? 'all of it' : `partition ${number}`}: ${holds}, ${inGiB(disk.size)}`,
  );
  const roots = parts.filter(({ holds }) => holds === 'ext4');
  const root = roots.length < 2 ? roots[0] : roots.find((part) => isSystem(part.disk));
  if (root === undefined)
    throw new ImportRefused(
      `no root file system (ext4, with an os-release) in the image: ${kind}; ${found.join('; ') || 'no partitions'}`,
    );
  const boot = parts.find((part) => part.holds === 'FAT' && isBoot(part.disk));
  return {
    root: () => ext4Entries(new Ext4(root.disk)),
    boot: boot && (() => fatEntries(new Fat(boot.disk))),
    described: `${kind}${boot === undefined ? '' : `, boot files in partition ${boot.number} (FAT)`}, root ${root.number === 0 ? 'in all of it' : `in partition ${root.number}`} (ext4)`,
  };
}

/** Among the first names: a Pi's firmware looks for them at the top. */
function isBoot(disk: Disk): boolean {
  let count = 0;
  for (const { path } of new Fat(disk).walk()) {
    if (BOOT_FILES.has(path.toLowerCase())) return true;
    if (++count > MOST_LOOKED_AT) return false;
  }
  return false;
}

function isSystem(disk: Disk): boolean {
  const ext4 = new Ext4(disk);
  return ext4.has('etc/os-release') || ext4.has('usr/lib/os-release');
}

function* fatEntries(fat: Fat): Generator<TreeEntry> {
  for (const { path, directory, size, mtime, pieces } of fat.walk()) {
    const common = { path, mtime, uid: 0, gid: 0 };
    if (directory) yield { ...common, kind: 'directory', mode: 0o755 };
    else yield { ...common, kind: 'file', mode: 0o644, size, pieces };
  }
}

/** mke2fs makes it on every file system; on NFS it means nothing. */
const LOST_AND_FOUND = 'lost+found';

function* ext4Entries(ext4: Ext4): Generator<TreeEntry> {
  const names = new Map<number, string>();
  for (const entry of ext4.walk()) {
    if (entry.path === LOST_AND_FOUND) continue;
    yield treeEntry(entry, names);
  }
}

function treeEntry(entry: Ext4Entry, names: Map<number, string>): TreeEntry {
  const { path, mode, uid, gid, mtime, attributes, size, pieces } = entry;
  const common = { path, mode, uid, gid, mtime, attributes };
  if (entry.type === 'directory') return { ...common, kind: 'directory' };
  if (entry.links > 1) {
    const first = names.get(entry.inode);
    if (first !== undefined) return { ...common, attributes: new Map(), kind: 'same', as: first };
    names.set(entry.inode, path);
  }
  switch (entry.type) {
    case 'file':
      return { ...common, kind: 'file', size, pieces };
    case 'link':
      return { ...common, kind: 'link', target: entry.target as string };
    case 'character':
      return { ...common, kind: 'special', what: 'character device' };
    case 'blockDevice':
      return { ...common, kind: 'special', what: 'block device' };
    default:
      return { ...common, kind: 'special', what: entry.type };
  }
}
