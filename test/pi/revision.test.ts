import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeRevision } from '../../src/pi/revision.ts';

describe('decodeRevision', () => {
  // Words from the official table of revision codes.
  it.each([
    [0xa02082, '3B', 1024, 2, 'Sony UK', 'BCM2837'],
    [0xa22082, '3B', 1024, 2, 'Embest', 'BCM2837'],
    [0xa32082, '3B', 1024, 2, 'Sony Japan', 'BCM2837'],
    [0xa52082, '3B', 1024, 2, 'Stadium', 'BCM2837'],
    [0xa020d3, '3B+', 1024, 3, 'Sony UK', 'BCM2837'],
    [0xa020d4, '3B+', 1024, 4, 'Sony UK', 'BCM2837'],
    [0x9020e1, '3A+', 512, 1, 'Sony UK', 'BCM2837'],
    [0xa22042, '2B', 1024, 2, 'Embest', 'BCM2837'],
    [0xa02100, 'CM3+', 1024, 0, 'Sony UK', 'BCM2837'],
    [0xa03111, '4B', 1024, 1, 'Sony UK', 'BCM2711'],
    [0xb03115, '4B', 2048, 5, 'Sony UK', 'BCM2711'],
    [0xc03112, '4B', 4096, 2, 'Sony UK', 'BCM2711'],
    [0xd03114, '4B', 8192, 4, 'Sony UK', 'BCM2711'],
    [0xc03130, '400', 4096, 0, 'Sony UK', 'BCM2711'],
    [0xb03141, 'CM4', 2048, 1, 'Sony UK', 'BCM2711'],
    [0x902120, 'Zero 2 W', 512, 0, 'Sony UK', 'BCM2837'],
    [0xd04170, '5', 8192, 0, 'Sony UK', 'BCM2712'],
    [0xd04190, '500', 8192, 0, 'Sony UK', 'BCM2712'],
    [0xb041a0, 'CM5 Lite', 2048, 0, 'Sony UK', 'BCM2712'],
  ])('%s is a %s', (word, name, memoryMb, revision, manufacturer, processor) => {
    const result = decodeRevision(word);
    expect(result).toMatchObject({ ok: true, revision: { memoryMb, revision, manufacturer, processor } });
    expect(result.ok && result.revision.model.name).toBe(name);
  });

  it('tells the flag bits apart from the model', () => {
    expect(decodeRevision(0x00a02082 | 0x02000000)).toMatchObject({ ok: true, revision: { warrantyVoid: true } });
    expect(decodeRevision((0x00a02082 | 0x80000000) >>> 0)).toMatchObject({
      ok: true,
      revision: { overvoltageDisabled: true, otpProgrammingDisabled: false, otpReadingDisabled: false },
    });
    expect(decodeRevision(0x60a02082)).toMatchObject({
      ok: true,
      revision: { warrantyVoid: false, otpProgrammingDisabled: true, otpReadingDisabled: true },
    });
  });

  it.each([
    [0x000010, '000010 is an old-style revision word (Raspberry Pi 1)'],
    [0xa020f0, 'a020f0 names model type 0xf, which is not known'],
    [0xf03111, 'f03111 names memory size 7, which is not known'],
    [0xa00082, 'a00082 names processor 0, which does not belong to a 3B'],
    [0xa0f082, 'a0f082 names processor 15, which does not belong to a 3B'],
    [-1, 'expected a 32-bit revision word, got -1'],
    [1.5, 'expected a 32-bit revision word, got 1.5'],
    [2 ** 32, 'expected a 32-bit revision word, got 4294967296'],
    [Number.NaN, 'expected a 32-bit revision word, got NaN'],
  ])('refuses %s with a reason', (word, reason) => {
    expect(decodeRevision(word)).toEqual({ ok: false, reason });
  });

  it('any number gives a revision or a reason', () => {
    fc.assert(
      fc.property(fc.oneof(fc.double(), fc.nat(0xffffffff)), (word) => {
        const result = decodeRevision(word);
        if (!result.ok) expect(result.reason).not.toBe('');
        else expect(result.revision.code).toBe(word.toString(16).padStart(6, '0'));
      }),
    );
  });
});
