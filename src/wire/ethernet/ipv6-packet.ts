/** IPv6 packets as a host of a link reads and writes them: what is in a frame, and ICMPv6 and UDP in one. */
import type { Mac } from '../address.ts';
import { Reader, Writer } from '../cursor.ts';
import { foldChecksum, sumWords } from './checksum.ts';
import { encodeIpv6Frame, NEXT_HEADER } from './ipv6.ts';
import { UDP_HEADER_LENGTH } from './udp.ts';

/** Addresses are 16 bytes. `payload` is what follows the fixed header, without Ethernet's padding. */
export interface Ipv6Packet {
  readonly sourceAddress: Uint8Array;
  readonly destinationAddress: Uint8Array;
  readonly nextHeader: number;
  readonly hopLimit: number;
  readonly payload: Uint8Array;
}

/** Reads what an `Ipv6Frame` holds. Throws a DecodeError. */
export function readIpv6(bytes: Uint8Array): Ipv6Packet {
  const reader = new Reader('ipv6', bytes);
  const version = reader.u32('version, class and flow') >>> 28;
  if (version !== 6) throw reader.error('version', `expected 6, got ${version}`);
  const length = reader.u16('payload length');
  const nextHeader = reader.u8('next header');
  const hopLimit = reader.u8('hop limit');
  const sourceAddress = reader.bytes('source', 16);
  const destinationAddress = reader.bytes('destination', 16);
  return { sourceAddress, destinationAddress, nextHeader, hopLimit, payload: reader.bytes('payload', length) };
}

interface Ends {
  readonly source: Mac;
  readonly destination: Mac;
  readonly sourceAddress: Uint8Array;
  readonly destinationAddress: Uint8Array;
}

/** An ICMPv6 message as a frame; its checksum (RFC 4443 §2.3) is filled in. */
export function encodeIcmpv6Frame(fields: Ends & { hopLimit: number; message: Uint8Array }): Uint8Array {
  const payload = fields.message.slice();
  payload.fill(0, 2, 4);
  return encodeIpv6Frame({ ...fields, nextHeader: NEXT_HEADER.icmpv6, payload, checksumAt: 2 });
}

/** A UDP datagram as a frame. Over IPv6 the checksum may not be left out (RFC 8200 §8.1). */
export function encodeUdp6Frame(
  fields: Ends & { sourcePort: number; destinationPort: number; payload: Uint8Array },
): Uint8Array {
  const { sourcePort, destinationPort } = fields;
  const length = UDP_HEADER_LENGTH + fields.payload.length;
  const writer = new Writer(length).u16(sourcePort).u16(destinationPort).u16(length).u16(0).bytes(fields.payload);
  return encodeIpv6Frame({
    ...fields,
    nextHeader: NEXT_HEADER.udp,
    hopLimit: 64,
    payload: writer.done(),
    checksumAt: 6,
  });
}

/** Whether the checksum that an ICMPv6 message or a UDP datagram carries is right. */
export function checksum6Good({ sourceAddress, destinationAddress, nextHeader, payload }: Ipv6Packet): boolean {
  const pseudo = sumWords(sourceAddress, sumWords(destinationAddress, payload.length + nextHeader));
  return foldChecksum(sumWords(payload, pseudo)) === 0;
}
