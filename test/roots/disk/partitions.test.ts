import { crc32 } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { DiskError, MemoryDisk } from '../../../src/roots/disk/disk.ts';
import { readPartitions } from '../../../src/roots/disk/partitions.ts';
import { fuzz } from './support.ts';

const SECTORS = 256;

/** An MBR with entries [type, first sector, sectors]. */
function mbr(...entries: readonly (readonly [number, number, number])[]): Uint8Array {
  const bytes = new Uint8Array(SECTORS * 512);
  const view = new DataView(bytes.buffer);
  for (const [index, [type, first, sectors]] of entries.entries()) {
    view.setUint8(446 + 16 * index + 4, type);
    view.setUint32(446 + 16 * index + 8, first, true);
    view.setUint32(446 + 16 * index + 12, sectors, true);
  }
  view.setUint16(510, 0xaa55, true);
  return bytes;
}

/** A GPT with partitions [first sector, last sector]. */
function gpt(...partitions: readonly (readonly [bigint, bigint])[]): Uint8Array {
  const bytes = mbr([0xee, 1, SECTORS - 1]);
  const view = new DataView(bytes.buffer);
  for (const [index, [first, last]] of partitions.entries()) {
    view.setUint8(1024 + 128 * index, 0xa2);
    view.setBigUint64(1024 + 128 * index + 32, first, true);
    view.setBigUint64(1024 + 128 * index + 40, last, true);
  }
  new TextEncoder().encodeInto('EFI PART', bytes.subarray(512));
  view.setUint32(512 + 12, 92, true);
  view.setBigUint64(512 + 72, 2n, true);
  view.setUint32(512 + 80, 128, true);
  view.setUint32(512 + 84, 128, true);
  view.setUint32(512 + 88, crc32(bytes.subarray(1024, 1024 + 128 * 128)), true);
  return sealed(bytes);
}

function sealed(bytes: Uint8Array): Uint8Array {
  const view = new DataView(bytes.buffer);
  view.setUint32(512 + 16, 0, true);
  view.setUint32(512 + 16, crc32(bytes.subarray(512, 512 + 92)), true);
  return bytes;
}

const read = (bytes: Uint8Array) => readPartitions(new MemoryDisk(bytes));

describe('partition tables', () => {
  test('MBR: the primary partitions that there are, numbered as the system does', () => {
    expect(read(mbr([0xc, 8, 100], [0, 0, 0], [0x83, 200, 50]))).toEqual({
      kind: 'MBR',
      partitions: [
        { number: 1, start: 8 * 512, size: 100 * 512 },
        { number: 3, start: 200 * 512, size: 50 * 512 },
      ],
    });
  });

  test('GPT: those whose type is not all zeros', () => {
    expect(read(gpt([40n, 99n], [100n, 199n]))).toEqual({
      kind: 'GPT',
      partitions: [
        { number: 1, start: 40 * 512, size: 60 * 512 },
        { number: 2, start: 100 * 512, size: 100 * 512 },
      ],
    });
  });

  test('none where there is none', () => {
    expect(read(new Uint8Array(512))).toBeUndefined();
    expect(read(new Uint8Array(10))).toBeUndefined();
    expect(read(mbr())).toBeUndefined();
  });

  test.each([
    [
      'a partition that ends behind the image',
      mbr([0x83, 200, 57]),
      'partition 1 ends at byte 131584, the image has 131072: is the file whole?',
    ],
    ['a partition over the table', mbr([0x83, 0, 97]), 'partition 1 has 97 sectors from sector 0'],
    ['a GPT partition that ends before it begins', gpt([100n, 50n]), 'partition 1 has -49 sectors from sector 100'],
    ['a GPT partition beyond any disk', gpt([100n, 2n ** 63n]), 'is beyond any disk'],
    ['an MBR that promises a GPT', mbr([0xee, 1, 100]), 'expected the signature EFI PART'],
  ])('refuses %s', (_, bytes, told) => {
    expect(() => read(bytes)).toThrow(DiskError);
    expect(() => read(bytes)).toThrow(told);
  });

  test('refuses a GPT that was changed', () => {
    const header = gpt([40n, 99n]);
    header[512 + 72] = 3;
    expect(() => read(header)).toThrow('the checksum of the header is wrong');
    const entries = gpt([40n, 99n]);
    entries[1024 + 32] = 41;
    expect(() => read(entries)).toThrow('the checksum of the entries is wrong');
    const many = gpt([40n, 99n]);
    new DataView(many.buffer).setUint32(512 + 80, 2_000_000_000, true);
    expect(() => read(sealed(many))).toThrow('2000000000 entries of 128 bytes');
  });

  test('any bytes end in partitions inside the image, or in a DiskError', () => {
    const check = (disk: Parameters<typeof readPartitions>[0]) => {
      for (const { start, size } of readPartitions(disk)?.partitions ?? []) {
        expect(start).toBeGreaterThan(0);
        expect(start + size).toBeLessThanOrEqual(disk.size);
      }
    };
    fuzz(mbr([0xc, 8, 100], [0x83, 200, 50]), [[446, 512]], check, 500);
    // The header's checksum is made good again, so that what is behind it is reached.
    fuzz(
      gpt([40n, 99n], [100n, 199n]),
      [
        [512 + 72, 512 + 92],
        [1024, 1280],
      ],
      (disk) => {
        const whole = Uint8Array.from(disk.read(0, disk.size));
        const view = new DataView(whole.buffer);
        view.setUint32(512 + 88, crc32(whole.subarray(1024, 1024 + 128 * 128)), true);
        check(new MemoryDisk(sealed(whole)));
      },
      500,
    );
  });
});
