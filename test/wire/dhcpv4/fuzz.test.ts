import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DecodeError } from '../../../src/wire/cursor.ts';
import {
  type Dhcpv4Packet,
  decodeDhcpv4,
  decodePxeVendor,
  encodeDhcpv4,
  readClientArchitectures,
  readClientIdentifier,
  readClientUuid,
  readMessageType,
  readNetworkInterface,
  readParameterRequestList,
  readTftpServerAddress,
} from '../../../src/wire/dhcpv4/index.ts';
import { anyPacket } from './arbitrary.ts';
import { message } from './bytes.ts';
import { ROM_3B } from './roms.ts';

/** The value, or undefined for a DecodeError; any other error fails the property. */
function orDecodeError<T>(decode: () => T): T | undefined {
  try {
    return decode();
  } catch (error) {
    expect(error).toBeInstanceOf(DecodeError);
    return undefined;
  }
}

describe('any bytes', () => {
  const decodes = (bytes: Uint8Array) => {
    const packet = orDecodeError(() => decodeDhcpv4(bytes));
    // Whatever was read can be written, and reads back the same.
    if (packet) expect(decodeDhcpv4(encodeDhcpv4(packet))).toEqual(packet);
    return packet !== undefined;
  };

  it('are a packet or a DecodeError', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => void decodes(bytes)));
  });

  it('after a well-formed header are a packet or a DecodeError', () => {
    let packets = 0;
    const property = fc.property(fc.uint8Array({ maxLength: 300 }), (tail) => {
      const bytes = new Uint8Array(240 + tail.length);
      bytes.set(message(''));
      bytes.set(tail, 240);
      if (decodes(bytes)) packets++;
    });
    fc.assert(property, { numRuns: 2000 });
    expect(packets).toBeGreaterThan(20);
  });

  it('put into a real DISCOVER are a packet or a DecodeError', () => {
    const change = fc.tuple(fc.nat(ROM_3B.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(change, { maxLength: 8 }), fc.nat(ROM_3B.length), (changes, length) => {
        const bytes = ROM_3B.slice(0, length);
        for (const [at, value] of changes) if (at < length) bytes[at] = value;
        decodes(bytes);
      }),
      { numRuns: 2000 },
    );
  });

  it('as option values are a value or a DecodeError', () => {
    const readers: [number, (options: Dhcpv4Packet['options']) => unknown][] = [
      [43, (options) => decodePxeVendor(options.get(43) as Uint8Array)],
      [53, readMessageType],
      [55, readParameterRequestList],
      [61, readClientIdentifier],
      [66, readTftpServerAddress],
      [93, readClientArchitectures],
      [94, readNetworkInterface],
      [97, readClientUuid],
    ];
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.constantFrom(...readers), (value, [code, read]) => {
        orDecodeError(() => read(new Map([[code, value]])));
      }),
      { numRuns: 3000 },
    );
  });
});

it('every packet that encodes decodes to itself', () => {
  fc.assert(
    fc.property(anyPacket, (packet) => {
      const bytes = encodeDhcpv4(packet);
      fc.pre(bytes.length <= 4096);
      expect(bytes.length).toBeGreaterThanOrEqual(300);
      const decoded = decodeDhcpv4(bytes);
      expect(decoded).toEqual(packet);
      expect([...decoded.options.keys()]).toEqual([...packet.options.keys()]);
    }),
    { numRuns: 500 },
  );
});
