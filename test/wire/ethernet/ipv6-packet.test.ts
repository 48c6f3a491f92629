import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseMac } from '../../../src/wire/address.ts';
import { DecodeError } from '../../../src/wire/cursor.ts';
import {
  checksum6Good,
  decodeFrame,
  encodeIcmpv6Frame,
  encodeUdp6Frame,
  type Ipv6Frame,
  NEXT_HEADER,
  readIpv6,
  readUdp,
} from '../../../src/wire/ethernet/index.ts';
import { ipv6Bytes } from '../../../src/wire/ipv6-text.ts';

const fields = {
  source: parseMac('b8:27:eb:07:bc:c6'),
  destination: parseMac('33:33:00:00:00:02'),
  sourceAddress: ipv6Bytes('fe80::ba27:ebff:fe07:bcc6'),
  destinationAddress: ipv6Bytes('ff02::2'),
};
const solicitation = Uint8Array.of(133, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0xb8, 0x27, 0xeb, 0x07, 0xbc, 0xc6);
const packetOf = (frame: Uint8Array) => readIpv6((decodeFrame(frame) as Ipv6Frame).payload);

describe('IPv6 frames', () => {
  it('a router solicitation has the bytes of RFC 8200 and RFC 4861', () => {
    expect(Buffer.from(encodeIcmpv6Frame({ ...fields, hopLimit: 255, message: solicitation })).toString('hex')).toBe(
      [
        '333300000002 b827eb07bcc6 86dd',
        '60000000 0010 3a ff fe80000000000000ba27ebfffe07bcc6 ff020000000000000000000000000002',
        // The checksum was computed by another program.
        '8500 bb41 00000000 0101b827eb07bcc6',
      ]
        .join('')
        .replaceAll(' ', ''),
    );
  });

  it('are read as they were written, without Ethernet’s padding', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 1452 }), (payload) => {
        const packet = packetOf(encodeUdp6Frame({ ...fields, sourcePort: 546, destinationPort: 547, payload }));
        expect(packet).toMatchObject({ nextHeader: 17, sourceAddress: fields.sourceAddress });
        expect(readUdp(packet.payload)).toMatchObject({ sourcePort: 546, destinationPort: 547, payload });
        expect(readUdp(packet.payload).checksum).not.toBe(0);
        expect(checksum6Good(packet)).toBe(true);
      }),
    );
  });

  it('with a bit turned over have a wrong checksum', () => {
    const frame = encodeIcmpv6Frame({ ...fields, hopLimit: 255, message: solicitation });
    frame[frame.length - 1]! ^= 1;
    expect(packetOf(frame).nextHeader).toBe(NEXT_HEADER.icmpv6);
    expect(checksum6Good(packetOf(frame))).toBe(false);
  });

  it('any bytes are a packet or a DecodeError', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        try {
          expect(readIpv6(bytes).payload.length).toBeLessThanOrEqual(bytes.length - 40);
        } catch (error) {
          expect(error).toBeInstanceOf(DecodeError);
        }
      }),
    );
  });

  it('refuses addresses that are none', () => {
    const short = { ...fields, sourceAddress: new Uint8Array(4), hopLimit: 255, message: solicitation };
    expect(() => encodeIcmpv6Frame(short)).toThrow(RangeError);
  });
});
