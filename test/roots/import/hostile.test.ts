import { execFileSync } from 'node:child_process';
import { readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from 'vitest';
import { DiskError } from '../../../src/roots/disk/disk.ts';
import { ImageTooLarge, ImportRefused, UnsafeMember } from '../../../src/roots/import/errors.ts';
import { describeWith } from '../../support/needs.ts';
import { keptDirectory } from './support/scratch.ts';
import { leftIn, openStore, takeIn } from './support/store.ts';
import { archive, member } from './support/tar.ts';

const TERABYTE = 2 ** 40;

/** The first sector of a disk with one Linux partition. */
function oneSectorDisk(first: number, sectors: number): Buffer {
  const sector = Buffer.alloc(512);
  sector[450] = 0x83;
  sector.writeUInt32LE(first, 454);
  sector.writeUInt32LE(sectors, 458);
  sector.writeUInt16LE(0xaa55, 510);
  return sector;
}

describeWith({ root: true, programs: ['xz', 'gzip'] })('images that were made to do harm', () => {
  let scratch: string;
  const path = (name: string) => join(scratch, name);
  const write = (name: string, bytes: Uint8Array, size?: number): string => {
    writeFileSync(path(name), bytes);
    if (size !== undefined) truncateSync(path(name), size);
    return path(name);
  };
  const packed = (name: string, input: Uint8Array, program = 'gzip'): string =>
    write(name, execFileSync(program, ['-1', '-c'], { input, maxBuffer: 2 ** 26 }));

  beforeAll(() => {
    scratch = keptDirectory();
  });

  const cases: readonly (readonly [string, () => string, new (...args: never[]) => Error, string])[] = [
    [
      'a terabyte of nothing',
      () => write('sparse.img', oneSectorDisk(8, 100), TERABYTE),
      ImageTooLarge,
      '--max-size allows more',
    ],
    [
      'a packed disk that says it is 2 TB',
      () => packed('claims.img.gz', Buffer.concat([oneSectorDisk(8, 0xfffffff0), Buffer.alloc(2 ** 21)])),
      ImageTooLarge,
      'the disk image is larger than the 64.0 GiB',
    ],
    [
      'a member that says it is a terabyte',
      () =>
        write('member.tar', archive(member('./', '5'), member('big', '0', '', { pax: { size: String(TERABYTE) } }))),
      ImageTooLarge,
      'big',
    ],
    [
      'a partition behind the end',
      () => write('range.img', oneSectorDisk(8, 100_000), 2 ** 20),
      DiskError,
      'partition 1 ends at byte 51204096',
    ],
    [
      'a partition that holds nothing known',
      () => write('unknown.img', oneSectorDisk(8, 100), 2 ** 20),
      ImportRefused,
      'MBR; partition 1: something else',
    ],
    [
      'zeros, packed',
      () => packed('zeros.img.xz', Buffer.alloc(2 ** 22), 'xz'),
      ImportRefused,
      'neither a partition table nor a file system',
    ],
    ['an empty file', () => write('empty.img', new Uint8Array(0)), ImportRefused, 'no root file system'],
    ['text', () => write('readme.txt', Buffer.from('hello '.repeat(1000))), ImportRefused, 'no root file system'],
    [
      'a path with ..',
      () => packed('dots.tar.gz', archive(member('./', '5'), member('a/../../../../tmp/pirack-evil', '0', 'x'))),
      UnsafeMember,
      'a path with ..',
    ],
    [
      'a file through a link',
      () =>
        write('link.tar', archive(member('etc', '2', '', { linkName: '/etc' }), member('etc/pirack-evil', '0', 'x'))),
      UnsafeMember,
      '"etc" is no directory but a link',
    ],
    [
      'devices and nothing else',
      () => write('devices.tar', archive(member('mem', '3'), member('sda', '4'))),
      ImportRefused,
      'it is empty',
    ],
    [
      'files without a system',
      () => write('files.tar', archive(member('./', '5'), member('boot/firmware/start4.elf', '0', 'x'))),
      ImportRefused,
      'not for arm64 or armhf',
    ],
    [
      'half an archive',
      () => write('half.tar', archive(member('a', '0', 'x'.repeat(5000))).subarray(0, 3000)),
      DiskError,
      'is the file whole?',
    ],
    [
      'a ZIP without an image',
      () =>
        write(
          'none.zip',
          Buffer.concat([Buffer.from('PK\x03\x04'), Buffer.alloc(60), Buffer.from('PK\x05\x06'), Buffer.alloc(18)]),
        ),
      ImportRefused,
      'holds 0 .img files',
    ],
    [
      'half a ZIP',
      () => write('half.zip', Buffer.concat([Buffer.from('PK\x03\x04'), Buffer.alloc(100)])),
      DiskError,
      'no directory at the end',
    ],
  ];

  test.each(cases)('%s: a clear error, and nothing is left', async (_, make, type, told) => {
    const store = openStore(join(scratch, `store-${told.length}`));
    const failure = await takeIn(store, make()).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(type);
    expect((failure as Error).message).toContain(told);
    expect(leftIn(store)).toEqual([]);
  });

  test('stopped in the middle, nothing is left, and the next one can go on', async () => {
    const store = openStore(join(scratch, 'stopped'));
    const ends = new AbortController();
    const file = packed(
      'long.tar.gz',
      archive(
        member('./', '5'),
        ...Array.from({ length: 400 }, (_, index) => member(`file-${index}`, '0', 'x'.repeat(9000))),
      ),
    );
    let seen: string[] = [];
    const onProgress = ({ phase }: { phase: string }) => {
      if (phase !== 'unpacking' || seen.length > 0) return;
      seen = leftIn(store);
      ends.abort();
    };
    await expect(takeIn(store, file, { signal: ends.signal, onProgress })).rejects.toThrow('aborted');
    expect(seen).toEqual([expect.stringMatching(/^\.making-\d+-\d+-\d+$/)]);
    expect(leftIn(store)).toEqual([]);
    await expect(takeIn(store, file)).rejects.toThrow('no boot files');
  });

  test('memory does not grow with the image', () => {
    const file = path('large.tar.gz');
    execFileSync('sh', [
      '-c',
      'truncate -s 400M "$1/zeros" && tar -C "$1" -c zeros | gzip -1 >"$2" && rm "$1/zeros"',
      'sh',
      scratch,
      file,
    ]);
    const scenario = fileURLToPath(new URL('support/peak.ts', import.meta.url));
    const told = execFileSync(process.execPath, [scenario, join(scratch, 'peak'), file], { encoding: 'utf8' });
    const { megabytes, failure } = JSON.parse(told) as { megabytes: number; failure: string };
    expect(failure).toContain('no boot files');
    expect(statSync(file).size).toBeLessThan(10_000_000);
    expect(megabytes).toBeLessThan(200);
    expect(readFileSync(file).subarray(0, 2)).toEqual(Buffer.from([0x1f, 0x8b]));
  }, 120_000);
});
