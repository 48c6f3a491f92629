import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DecodeError } from '../../../src/wire/cursor.ts';
import { ackedBlock, decodeTftp, encodeTftp, type TftpOptions, type TftpPacket } from '../../../src/wire/tftp/index.ts';

const latin1 = fc.integer({ min: 1, max: 255 }).map((code) => String.fromCharCode(code));
const options: fc.Arbitrary<TftpOptions> = fc.record(
  {
    blksize: fc.nat(70_000),
    timeout: fc.nat(300),
    tsize: fc.nat({ max: 999_999_999_999_999 }),
    windowsize: fc.nat(70_000),
  },
  { requiredKeys: [] },
);
const block = fc.nat(65_535);
const packet: fc.Arbitrary<TftpPacket> = fc.oneof(
  fc.record({
    kind: fc.constantFrom('rrq', 'wrq'),
    name: fc.string({ unit: latin1, minLength: 1, maxLength: 255 }),
    mode: fc.constantFrom('octet', 'netascii'),
    options,
  }),
  fc.record({ kind: fc.constant('data' as const), block, data: fc.uint8Array({ maxLength: 1468 }) }),
  fc.record({ kind: fc.constant('ack' as const), block }),
  fc.record({
    kind: fc.constant('error' as const),
    code: fc.nat(65_535),
    message: fc.string({ unit: latin1, maxLength: 255 }),
  }),
  fc.record({ kind: fc.constant('oack' as const), options }),
);

/** Bytes that get past the first checks: a right opcode, then NUL-rich text. */
const nearly = fc
  .tuple(
    fc.integer({ min: 0, max: 8 }),
    fc.string({
      unit: fc.constantFrom('\0', '\0', 'o', 'c', 't', 'e', 'octet', 'tsize', 'BLKSIZE', '0', ' 9', '-', 'é'),
    }),
  )
  .map(([opcode, text]) => Uint8Array.from([0, opcode, ...Buffer.from(text, 'latin1')]));

describe('any bytes', () => {
  it('decode to a packet or a DecodeError, and a packet encodes to bytes that decode the same', () => {
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 600 }), nearly), (bytes) => {
        let decoded: TftpPacket;
        try {
          decoded = decodeTftp(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(DecodeError);
          expect(ackedBlock(bytes)).toBe(-1);
          return;
        }
        expect(decodeTftp(encodeTftp(decoded))).toEqual(decoded);
        expect(ackedBlock(bytes)).toBe(decoded.kind === 'ack' ? decoded.block : -1);
      }),
      { numRuns: 5000 },
    );
  });
});

describe('any packet', () => {
  it('survives the round trip', () => {
    fc.assert(
      fc.property(packet, (value) => {
        expect(decodeTftp(encodeTftp(value))).toEqual(value);
      }),
      { numRuns: 2000 },
    );
  });
});
