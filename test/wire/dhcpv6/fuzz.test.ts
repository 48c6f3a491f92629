import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DecodeError } from '../../../src/wire/cursor.ts';
import {
  decodeDhcpv6,
  encodeDhcpv6,
  iaNaOption,
  iaPdOption,
  Option6,
  readCodes,
  readDuid,
  readElapsed,
  readIaNa,
  readIaPd,
  readIaTaId,
  readStatus,
  readVendorClass,
} from '../../../src/wire/dhcpv6/index.ts';
import { PI4_REQUEST } from './bytes.ts';

/** The value, or undefined for a DecodeError; any other error fails the property. */
function orDecodeError<T>(decode: () => T): T | undefined {
  try {
    return decode();
  } catch (error) {
    expect(error).toBeInstanceOf(DecodeError);
    return undefined;
  }
}

const readers: ((value: Uint8Array) => unknown)[] = [
  (value) => readDuid(Option6.clientId, value),
  (value) => readIaTaId(value),
  (value) => readStatus(value),
  (value) => readCodes(Option6.optionRequest, value),
  (value) => readElapsed(value),
  (value) => readVendorClass(value),
];

describe('any bytes', () => {
  it('are a message or a DecodeError, and what was read writes back to the same bytes', () => {
    const property = fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => {
      const packet = orDecodeError(() => decodeDhcpv6(bytes));
      if (packet) expect(encodeDhcpv6(packet)).toEqual(bytes);
    });
    fc.assert(property, { numRuns: 2000 });
  });

  it('put into a real REQUEST are a message or a DecodeError', () => {
    const change = fc.tuple(fc.nat(PI4_REQUEST.length - 1), fc.nat(255));
    let messages = 0;
    const property = fc.property(fc.array(change, { maxLength: 6 }), fc.nat(PI4_REQUEST.length), (changes, length) => {
      const bytes = PI4_REQUEST.slice(0, length);
      for (const [at, byte] of changes) if (at < length) bytes[at] = byte;
      const packet = orDecodeError(() => decodeDhcpv6(bytes));
      if (packet === undefined) return;
      messages++;
      for (const { value } of packet.options) for (const read of readers) orDecodeError(() => read(value));
    });
    fc.assert(property, { numRuns: 2000 });
    expect(messages).toBeGreaterThan(50);
  });

  it('as an identity association are one or a DecodeError, and what was read writes back to what reads the same', () => {
    const lease = fc
      .uint8Array({ maxLength: 40 })
      .chain((value) =>
        fc.constantFrom(5, 26, 13, 99).map((code) => Buffer.from([0, code, 0, value.length, ...value])),
      );
    const bytes = fc
      .tuple(fc.uint8Array({ minLength: 10, maxLength: 14 }), fc.array(lease, { maxLength: 3 }))
      .map(([head, leases]) => new Uint8Array(Buffer.concat([head, ...leases])));
    const property = fc.property(bytes, (value) => {
      const na = orDecodeError(() => readIaNa(value));
      if (na) expect(readIaNa(iaNaOption(na).value)).toEqual(na);
      const pd = orDecodeError(() => readIaPd(value));
      if (pd) expect(readIaPd(iaPdOption(pd).value)).toEqual(pd);
    });
    fc.assert(property, { numRuns: 2000 });
  });
});
