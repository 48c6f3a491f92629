import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { type Disk, MemoryDisk } from '../../../src/roots/disk/disk.ts';
import { Fat } from '../../../src/roots/disk/fat.ts';
import { describeWith } from '../../support/needs.ts';
import { run } from '../import/support/pi-image.ts';
import { keptDirectory } from '../import/support/scratch.ts';
import { fuzz } from './support.ts';

/** Contents by path, directories as `/`. */
function contents(disk: Disk): Record<string, string> {
  const found: Record<string, string> = {};
  for (const { path, directory, pieces, size } of new Fat(disk).walk()) {
    if (directory) found[path] = '/';
    else {
      const hash = createHash('sha256');
      let length = 0;
      for (const piece of pieces()) {
        expect(piece.at).toBe(length);
        hash.update(piece.bytes);
        length += piece.bytes.length;
      }
      expect(length).toBe(size);
      found[path] = hash.digest('hex');
    }
  }
  return found;
}

const FILES: Readonly<Record<string, string>> = {
  'config.txt': 'arm_64bit=1\n',
  'KERNEL8.IMG': 'k'.repeat(70_001),
  'overlays/A long name with Ümlaut and 漢字.dtbo': 'overlay',
  'overlays/deep/er/file': '',
  'overlays/vc4-kms-v3d-pi4-with-a-name-that-needs-several-parts-of-thirteen.dtbo': 'v'.repeat(1000),
};
const WANTED: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    // A name in capitals that fits 8.3 is asked for in small letters.
    Object.entries(FILES).map(([path, text]) => [
      path.replace('KERNEL8.IMG', 'kernel8.img'),
      createHash('sha256').update(text).digest('hex'),
    ]),
  ),
  overlays: '/',
  'overlays/deep': '/',
  'overlays/deep/er': '/',
};

const made = new Map<number, Buffer>();

function make(directory: string, bits: number, kib: number): Buffer {
  const known = made.get(bits);
  if (known !== undefined) return known;
  const file = join(directory, `fat${bits}`);
  const from = join(directory, 'files');
  for (const [path, text] of Object.entries(FILES)) {
    mkdirSync(join(from, path, '..'), { recursive: true });
    writeFileSync(join(from, path), text);
  }
  writeFileSync(file, '');
  truncateSync(file, kib * 1024);
  run('mkfs.vfat', '-F', String(bits), '-n', 'BOOT', ...(bits === 32 ? ['-s', '1'] : []), file);
  run('mcopy', '-s', '-i', file, join(from, 'config.txt'), join(from, 'KERNEL8.IMG'), join(from, 'overlays'), '::');
  run('mcopy', '-i', file, join(from, 'config.txt'), '::deleted.txt');
  run('mdel', '-i', file, '::deleted.txt');
  const bytes = readFileSync(file);
  made.set(bits, bytes);
  return bytes;
}

describeWith({ programs: ['mkfs.vfat', 'mcopy'] })('FAT', () => {
  let fat12: Buffer;
  let directory: string;
  beforeAll(() => {
    directory = keptDirectory();
    fat12 = make(directory, 12, 512);
  });

  test('reads what mkfs.vfat and mcopy wrote, in each of its kinds', () => {
    expect(contents(new MemoryDisk(fat12))).toEqual(WANTED);
    expect(contents(new MemoryDisk(make(directory, 16, 16_384)))).toEqual(WANTED);
    expect(contents(new MemoryDisk(make(directory, 32, 36_000)))).toEqual(WANTED);
  });

  test('refuses clusters that go in a circle, that end early, and that are not there', () => {
    const fat16 = make(directory, 16, 16_384);
    const table = fat16.readUInt16LE(14) * fat16.readUInt16LE(11);
    // The second longest file of the image begins where its directory entry says.
    const entry = fat16.indexOf('KERNEL8 IMG', 0, 'latin1');
    const first = fat16.readUInt16LE(entry + 26);
    const broken = (value: number, told: string) => {
      const bytes = Buffer.from(fat16);
      bytes.writeUInt16LE(value, table + first * 2);
      expect(() => contents(new MemoryDisk(bytes)), told).toThrow(told);
    };
    broken(0xffff, 'the clusters of kernel8.img end before its 70001 bytes do');
    broken(0xfff0, 'kernel8.img leads to cluster 65520');
    broken(0, 'kernel8.img leads to cluster 0');
    const huge = Buffer.from(fat16);
    huge.writeUInt16LE(first, table + first * 2);
    huge.writeUInt32LE(0xffffffff, entry + 28);
    expect(() => contents(new MemoryDisk(huge))).toThrow('the clusters of kernel8.img go in a circle');
  });

  test('refuses a directory that contains itself, and one that does not end', () => {
    const fat16 = make(directory, 16, 16_384);
    const table = fat16.readUInt16LE(14) * fat16.readUInt16LE(11);
    const overlays = fat16.readUInt16LE(fat16.indexOf('OVERLAYS   ', 0, 'latin1') + 26);
    const deep = fat16.indexOf('DEEP       ', 0, 'latin1');
    const inside = Buffer.from(fat16);
    inside.writeUInt16LE(overlays, deep + 26);
    expect(() => contents(new MemoryDisk(inside))).toThrow('contains itself');
    const endless = Buffer.from(fat16);
    endless.writeUInt16LE(overlays, table + overlays * 2);
    expect(() => contents(new MemoryDisk(endless))).toThrow('the directory overlays does not end');
  });

  test('any bytes end in files or in a DiskError', () => {
    const root = fat12.indexOf('CONFIG  TXT', 0, 'latin1');
    fuzz(
      fat12,
      [
        [11, 64],
        [512, 512 + 600],
        [root - 64, root + 256],
        [root + 7168 - 64, root + 7168 + 4096],
      ],
      contents,
      400,
    );
  });
});
