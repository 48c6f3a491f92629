import { describe, expect, it } from 'vitest';
import { MAX_BLKSIZE, negotiate } from '../../../src/netboot/tftp/negotiate.ts';
import type { TftpOptions } from '../../../src/wire/tftp/index.ts';

describe('negotiate', () => {
  const plain = { blksize: 512, windowsize: 1, timeout: undefined };
  const cases: [string, TftpOptions, object][] = [
    ['nothing asked: no OACK', {}, { ...plain, acknowledged: undefined }],
    ['what a Pi 3 asks', { tsize: 0 }, { ...plain, acknowledged: { tsize: 9000 } }],
    [
      'what a Pi 4 asks',
      { tsize: 0, blksize: 1468 },
      { ...plain, blksize: 1468, acknowledged: { tsize: 9000, blksize: 1468 } },
    ],
    [
      'a block larger than an Ethernet frame',
      { blksize: 65464 },
      { ...plain, blksize: 1468, acknowledged: { blksize: 1468 } },
    ],
    ['the smallest block', { blksize: 8 }, { ...plain, blksize: 8, acknowledged: { blksize: 8 } }],
    ['a block too small', { blksize: 7 }, { ...plain, acknowledged: undefined }],
    ['no block at all, but a size', { blksize: 0, tsize: 0 }, { ...plain, acknowledged: { tsize: 9000 } }],
    ['a window', { windowsize: 16 }, { ...plain, windowsize: 16, acknowledged: { windowsize: 16 } }],
    ['a huge window', { windowsize: 65535 }, { ...plain, windowsize: 32, acknowledged: { windowsize: 32 } }],
    ['no window', { windowsize: 0 }, { ...plain, acknowledged: undefined }],
    ['a time', { timeout: 3 }, { ...plain, timeout: 3000, acknowledged: { timeout: 3 } }],
    ['no time', { timeout: 0 }, { ...plain, acknowledged: undefined }],
    ['a time that would make every loss a long wait', { timeout: 4 }, { ...plain, acknowledged: undefined }],
  ];
  it.each(cases)('%s', (_title, asked, terms) => {
    expect(negotiate(asked, 9000)).toEqual(terms);
  });

  it('repeats the order of the request', () => {
    const { acknowledged } = negotiate({ windowsize: 2, timeout: 1, tsize: 0, blksize: 9 }, 5);
    expect(Object.keys(acknowledged!)).toEqual(['windowsize', 'timeout', 'tsize', 'blksize']);
  });

  it('never lets a datagram need a fragment', () => {
    expect(MAX_BLKSIZE + 4 + 8 + 20).toBe(1500);
  });
});
