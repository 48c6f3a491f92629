/** IPv6 (RFC 8200) without extension headers, and the checksum of what it carries (§8.1): what firmware speaks. */
import { type Mac, macToBytes } from '../address.ts';
import { Writer } from '../cursor.ts';
import { foldChecksum, sumWords } from './checksum.ts';
import { EtherType, finishFrame, writeEthernet } from './ethernet.ts';

export const NEXT_HEADER = Object.freeze({ udp: 17, icmpv6: 58 } as const);

/** Ethernet and IPv6 headers: where the payload begins in an untagged frame. */
export const IPV6_PAYLOAD_AT = 14 + 40;

export interface Ipv6FrameFields {
  readonly source: Mac;
  readonly destination: Mac;
  /** 16 bytes each. */
  readonly sourceAddress: Uint8Array;
  readonly destinationAddress: Uint8Array;
  readonly nextHeader: number;
  readonly hopLimit: number;
  /** With its checksum field zero. */
  readonly payload: Uint8Array;
  /** Where in the payload its checksum stands. */
  readonly checksumAt: number;
}

/** One packet as a frame, its checksum filled in. */
export function encodeIpv6Frame(fields: Ipv6FrameFields): Uint8Array {
  const { payload, nextHeader, sourceAddress, destinationAddress, checksumAt } = fields;
  if (sourceAddress.length !== 16 || destinationAddress.length !== 16) {
    throw new RangeError('expected IPv6 addresses of 16 bytes');
  }
  const writer = new Writer(IPV6_PAYLOAD_AT + payload.length);
  writeEthernet(writer, fields, EtherType.ipv6);
  writer.u32(0x6000_0000).u16(payload.length).u8(nextHeader).u8(fields.hopLimit);
  writer.bytes(sourceAddress).bytes(destinationAddress).bytes(payload);
  const pseudo = sumWords(sourceAddress, sumWords(destinationAddress, payload.length + nextHeader));
  const folded = foldChecksum(sumWords(payload, pseudo));
  // 0 would mean that UDP has none, which IPv6 does not allow.
  const checksum = folded === 0 && nextHeader === NEXT_HEADER.udp ? 0xffff : folded;
  writer.patchU16(IPV6_PAYLOAD_AT + checksumAt, checksum);
  return finishFrame(writer);
}

/** 33:33 and the last four bytes of a multicast address (RFC 2464 §7). */
export function multicastMac(group: Uint8Array): Mac {
  return `33:33:${[...group.subarray(12)].map((byte) => byte.toString(16).padStart(2, '0')).join(':')}` as Mac;
}

/** ff02::1:ffXX:XXXX, where neighbour solicitations for an address go (RFC 4291 §2.7.1). */
export function solicitedNode(address: Uint8Array): Uint8Array {
  return Uint8Array.of(0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff, ...address.subarray(13));
}

/** The address in that /64 that a MAC makes (RFC 4291 appendix A). */
export function eui64Address(prefix: Uint8Array, mac: Mac): Uint8Array {
  const [a, b, c, d, e, f] = macToBytes(mac) as unknown as [number, number, number, number, number, number];
  return Uint8Array.of(...prefix.subarray(0, 8), a ^ 2, b, c, 0xff, 0xfe, d, e, f);
}
