import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { type Disk, DiskError, MemoryDisk } from '../../../src/roots/disk/disk.ts';
import { Ext4 } from '../../../src/roots/disk/ext4/index.ts';
import { describeWith } from '../../support/needs.ts';
import { run } from '../import/support/pi-image.ts';
import { keptDirectory } from '../import/support/scratch.ts';
import { fuzz } from './support.ts';

/** What is told of each path: type, mode, owner, size or target, hash. */
function contents(disk: Disk): Record<string, string> {
  const found: Record<string, string> = {};
  for (const { path, type, mode, uid, gid, size, target, links, pieces } of new Ext4(disk).walk()) {
    if (path === 'lost+found') continue;
    const hash = createHash('sha256');
    let at = 0;
    if (type === 'file') {
      if (size > 8_000_000) throw new DiskError('test', 0, 'larger than any file of the test');
      for (const piece of pieces()) {
        hash.update(Buffer.alloc(piece.at - at));
        hash.update(piece.bytes);
        at = piece.at + piece.bytes.length;
      }
      hash.update(Buffer.alloc(size - at));
    }
    const what = type === 'file' ? `${links} ${hash.digest('hex')}` : type === 'link' ? target : '';
    found[path] = `${type} ${type === 'link' ? '' : mode.toString(8)} ${uid}:${gid} ${what}`;
  }
  return found;
}

/** The same of a directory, by the system. */
function onDisk(top: string, path = ''): Record<string, string> {
  const at = join(top, path);
  const stats = lstatSync(at);
  const type = stats.isDirectory() ? 'directory' : stats.isSymbolicLink() ? 'link' : 'file';
  const what =
    type === 'file'
      ? `${stats.nlink} ${createHash('sha256').update(readFileSync(at)).digest('hex')}`
      : type === 'link'
        ? readlinkSync(at)
        : '';
  const own = {
    [path]: `${type} ${type === 'link' ? '' : (stats.mode & 0o7777).toString(8)} ${stats.uid}:${stats.gid} ${what}`,
  };
  if (type !== 'directory') return own;
  return Object.assign(own, ...readdirSync(at).map((name) => onDisk(top, path === '' ? name : `${path}/${name}`)));
}

function fill(top: string): void {
  mkdirSync(join(top, 'etc/deep/er'), { recursive: true });
  writeFileSync(join(top, 'etc/passwd'), 'root');
  writeFileSync(join(top, 'empty'), '');
  writeFileSync(join(top, 'Grüße'), 'x'.repeat(300_000));
  writeFileSync(join(top, 'setuid'), 'x');
  chownSync(join(top, 'setuid'), 70_000, 80_000);
  chmodSync(join(top, 'setuid'), 0o6755);
  linkSync(join(top, 'setuid'), join(top, 'etc/same'));
  symlinkSync('../etc/passwd', join(top, 'etc/short'));
  symlinkSync('long/'.repeat(60), join(top, 'etc/long'));
  writeFileSync(join(top, 'holes'), 'begin');
  truncateSync(join(top, 'holes'), 2_000_000);
  mkdirSync(join(top, 'many'));
  for (let index = 0; index < 300; index++)
    writeFileSync(join(top, 'many', `a-long-enough-name-for-several-blocks-${index}`), '');
  chmodSync(top, 0o755);
}

describeWith({ root: true, programs: ['mke2fs', 'debugfs'] })('ext4', () => {
  let top: string;
  let scratch: string;
  let small: Buffer;
  let count = 0;
  const made = new Map<string, string>();
  /** With an image of the same options made once, and changed by debugfs(8). */
  const make = (options: readonly string[], debug: readonly string[] = [], kib = 6144): Buffer => {
    const key = options.join(' ');
    const base = made.get(key) ?? join(scratch, `image-${++count}`);
    if (!made.has(key)) {
      writeFileSync(base, '');
      truncateSync(base, kib * 1024);
      run('mke2fs', '-q', ...options, '-d', top, base);
      made.set(key, base);
    }
    if (debug.length === 0) return readFileSync(base);
    const file = join(scratch, `image-${++count}`);
    copyFileSync(base, file);
    execFileSync('debugfs', ['-w', '-f', '-', file], {
      input: `${debug.join('\n')}\n`,
      stdio: ['pipe', 'ignore', 'pipe'],
    });
    return readFileSync(file);
  };

  beforeAll(() => {
    scratch = keptDirectory();
    top = join(scratch, 'top');
    mkdirSync(top);
    fill(top);
    small = make(['-t', 'ext4', '-b', '1024', '-N', '512', '-O', '^has_journal'], [], 2048);
  });

  test('reads what mke2fs wrote, with every choice that images are made with', () => {
    const wanted = onDisk(top);
    expect(Object.keys(wanted).length).toBeGreaterThan(310);
    for (const options of [
      ['-t', 'ext4'],
      ['-t', 'ext4', '-b', '1024', '-I', '128'],
      ['-t', 'ext4', '-O', '^64bit,^metadata_csum'],
      ['-t', 'ext4', '-O', 'metadata_csum_seed,large_dir', '-b', '2048'],
      ['-t', 'ext3'],
      ['-t', 'ext2', '-b', '1024'],
    ])
      expect(contents(new MemoryDisk(make(options))), options.join(' ')).toEqual(wanted);
  });

  test('finds names without walking', () => {
    const ext4 = new Ext4(new MemoryDisk(small));
    expect([ext4.has('etc/passwd'), ext4.has('etc/deep'), ext4.has('etc/none'), ext4.has('etc/passwd/x')]).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  test('tells devices and pipes by their type', () => {
    const found = contents(
      new MemoryDisk(make(['-t', 'ext4'], ['mknod null c 1 3', 'mknod disk b 8 0', 'mknod pipe p'])),
    );
    expect([found.null, found.disk, found.pipe].map((text) => text?.split(' ')[0])).toEqual([
      'character',
      'blockDevice',
      'pipe',
    ]);
  });

  test.each([
    ['a directory inside itself', ['ln etc etc/deep/loop'], 'the directory etc/deep/loop contains itself'],
    ['a directory in two places', ['ln etc many/etc'], 'contains itself, or lies in two places'],
    ['a journal that was not replayed', ['feature needs_recovery'], 'it was not unmounted cleanly'],
    ['contents inside of inodes', ['feature inline_data'], 'it uses inline_data'],
    ['a deleted file with a name', ['set_inode_field empty links_count 0'], 'empty was deleted and still has a name'],
    ['a type that there is not', ['set_inode_field empty mode 0x3000'], 'is of the type 3'],
    [
      'blocks outside',
      ['set_inode_field etc/long block[2] 0xffffff', 'set_inode_field etc/long block[5] 0xffffff'],
      'has a block',
    ],
    ['attributes outside', ['set_inode_field empty file_acl 0xffffff'], 'its attributes are in block'],
    ['an impossible size', ['set_inode_field etc size 0x7fffffffffff'], 'the directory /etc has'],
  ])('refuses %s', (_, commands, told) => {
    const disk = new MemoryDisk(make(['-t', 'ext4'], commands));
    expect(() => contents(disk)).toThrow(DiskError);
    expect(() => contents(disk)).toThrow(told);
  });

  test('any bytes end in files or in a DiskError', () => {
    const inodes = small.readUInt32LE(2048 + 8) * 1024;
    fuzz(
      small,
      [
        [1024, 1024 + 400],
        [2048, 2048 + 64],
        [inodes + 256, inodes + 256 * 40],
        [40 * 1024, 60 * 1024],
      ],
      contents,
      250,
    );
  });
});
