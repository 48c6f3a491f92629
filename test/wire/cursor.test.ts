import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DecodeError, Reader, Writer } from '../../src/wire/cursor.ts';

const reader = (...bytes: number[]) => new Reader('test', Uint8Array.from(bytes));

/** Runs `read` and gives back the DecodeError it throws. */
function failure(read: () => unknown): DecodeError {
  try {
    read();
  } catch (error) {
    if (error instanceof DecodeError) return error;
    throw error;
  }
  throw new Error('expected a DecodeError, nothing was thrown');
}

describe('Reader', () => {
  it('reads big-endian fields one after the other', () => {
    const r = reader(0x01, 0x02, 0x03, 0xff, 0xfe, 0xfd, 0xfc, 9, 8);
    expect([r.u8('a'), r.u16('b'), r.u32('c')]).toEqual([1, 0x0203, 0xfffefdfc]);
    expect([r.offset, r.remaining]).toEqual([7, 2]);
    expect(r.rest()).toEqual(Uint8Array.of(9, 8));
    expect(r.remaining).toBe(0);
  });

  it('counts from the start of the view it was given, not of the buffer behind it', () => {
    const view = Uint8Array.of(9, 9, 1, 2, 9).subarray(2, 4);
    const r = new Reader('test', view);
    expect(r.u16('both')).toBe(0x0102);
    expect(failure(() => r.u8('third')).offset).toBe(2);
  });

  it.each([
    ['u8', (r: Reader) => r.u8('field'), 0],
    ['u16', (r: Reader) => r.u16('field'), 1],
    ['u32', (r: Reader) => r.u32('field'), 3],
    ['bytes', (r: Reader) => r.bytes('field', 5), 4],
    ['skip', (r: Reader) => r.skip('field', 5), 4],
  ])('names the field and the bytes left when %s runs over the end', (_name, read, left) => {
    const r = reader(...Array.from({ length: left }, () => 0));
    const error = failure(() => read(r));
    expect(error).toMatchObject({ name: 'DecodeError', protocol: 'test', field: 'field', offset: 0 });
    expect(error.message).toMatch(new RegExp(`^test: field at byte 0: needs \\d bytes, ${left} left$`));
  });

  it('stays where it was after a read that failed', () => {
    const r = reader(1, 2, 3);
    failure(() => r.u32('too much'));
    expect(r.u16('fits')).toBe(0x0102);
  });

  it('reads text up to a NUL and refuses text without one', () => {
    const r = reader(0x61, 0x62, 0, 0, 0x63);
    expect(r.untilNul('first')).toEqual(Uint8Array.of(0x61, 0x62));
    expect(r.untilNul('empty')).toEqual(new Uint8Array());
    expect(failure(() => r.untilNul('open')).message).toBe('test: open at byte 4: no terminating NUL');
  });

  it('never reads past its bytes, whatever is asked', () => {
    const read = fc.constantFrom('u8', 'u16', 'u32', 'bytes', 'untilNul', 'rest');
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.array(fc.tuple(read, fc.nat(50))), (bytes, reads) => {
        const r = new Reader('test', bytes);
        for (const [what, length] of reads) {
          const before = r.offset;
          try {
            if (what === 'bytes') r.bytes('f', length);
            else if (what === 'rest') r.rest();
            else r[what as 'u8' | 'u16' | 'u32' | 'untilNul']('f');
          } catch (error) {
            expect(error).toBeInstanceOf(DecodeError);
            expect(r.offset).toBe(before);
          }
          expect(r.offset).toBeGreaterThanOrEqual(before);
          expect(r.offset + r.remaining).toBe(bytes.length);
        }
      }),
    );
  });
});

describe('Writer', () => {
  it('writes what a Reader reads back, growing as needed', () => {
    const field = fc.oneof(
      fc.record({ kind: fc.constant('u8' as const), value: fc.nat(0xff) }),
      fc.record({ kind: fc.constant('u16' as const), value: fc.nat(0xffff) }),
      fc.record({ kind: fc.constant('u32' as const), value: fc.nat(0xffffffff) }),
    );
    fc.assert(
      fc.property(fc.array(field), fc.nat(3), (fields, capacity) => {
        const writer = new Writer(capacity);
        for (const { kind, value } of fields) writer[kind](value);
        const r = new Reader('test', writer.done());
        for (const { kind, value } of fields) expect(r[kind]('f')).toBe(value);
        expect(r.remaining).toBe(0);
      }),
    );
  });

  it('writes zeros and bytes', () => {
    expect(new Writer(1).zeros(2).bytes(Uint8Array.of(7, 8)).done()).toEqual(Uint8Array.of(0, 0, 7, 8));
  });

  it('patches a field written before and no other', () => {
    const writer = new Writer().u16(0).u8(5);
    expect(writer.patchU16(0, 0xabcd).done()).toEqual(Uint8Array.of(0xab, 0xcd, 5));
    expect(() => writer.patchU16(2, 1)).toThrow('no field at 2: 3 bytes written');
  });
});
