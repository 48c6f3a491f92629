/** IPv4 header (RFC 791). Options are stepped over when read and never written. */
import { type Ipv4, ipv4FromNumber, ipv4ToNumber } from '../address.ts';
import type { Reader, Writer } from '../cursor.ts';
import { foldChecksum, sumWords } from './checksum.ts';

export const IP_PROTOCOL_UDP = 17;

const HEADER_LENGTH = 20;

export interface Ipv4Header {
  readonly sourceAddress: Ipv4;
  readonly destinationAddress: Ipv4;
  readonly protocol: number;
  readonly ttl: number;
  readonly id: number;
  readonly dontFragment: boolean;
  /** Present when the datagram is only a part of one: `offset` in bytes, `more` unless it is the last. */
  readonly fragment?: { readonly offset: number; readonly more: boolean };
}

/** Reads and checks a header. `payload` is cut to the header's total length, so Ethernet padding is gone. */
export function readIpv4(reader: Reader, bytes: Uint8Array): { header: Ipv4Header; payload: Uint8Array } {
  const start = reader.offset;
  const first = reader.u8('IPv4 version');
  if (first >>> 4 !== 4) throw reader.error('IPv4 version', `expected 4, got ${first >>> 4}`);
  const headerLength = (first & 15) * 4;
  if (headerLength < HEADER_LENGTH) {
    throw reader.error('IPv4 header length', `expected at least 20, got ${headerLength}`);
  }
  reader.skip('IPv4 type of service', 1);
  const totalLength = reader.u16('IPv4 total length');
  if (totalLength < headerLength) {
    throw reader.error('IPv4 total length', `${totalLength} is less than the header's ${headerLength}`);
  }
  const id = reader.u16('IPv4 identification');
  const flags = reader.u16('IPv4 fragment offset');
  const ttl = reader.u8('IPv4 time to live');
  const protocol = reader.u8('IPv4 protocol');
  reader.skip('IPv4 header checksum', 2);
  const sourceAddress = ipv4FromNumber(reader.u32('IPv4 source'));
  const destinationAddress = ipv4FromNumber(reader.u32('IPv4 destination'));
  reader.skip('IPv4 options', headerLength - HEADER_LENGTH);
  if (foldChecksum(sumWords(bytes.subarray(start, start + headerLength))) !== 0) {
    throw reader.error('IPv4 header checksum', 'does not match the header');
  }
  const offset = (flags & 0x1fff) * 8;
  const more = (flags & 0x2000) !== 0;
  const header: Ipv4Header = {
    sourceAddress,
    destinationAddress,
    protocol,
    ttl,
    id,
    dontFragment: (flags & 0x4000) !== 0,
    ...(offset > 0 || more ? { fragment: { offset, more } } : {}),
  };
  return { header, payload: reader.bytes('IPv4 payload', totalLength - headerLength) };
}

/** Writes a header without options for `payloadLength` bytes that follow it. */
export function writeIpv4(writer: Writer, header: Ipv4Header, payloadLength: number): void {
  const totalLength = HEADER_LENGTH + payloadLength;
  if (totalLength > 0xffff) throw new RangeError(`expected at most 65515 bytes of IPv4 payload, got ${payloadLength}`);
  const start = writer.length;
  const flags = header.dontFragment ? 0x4000 : 0;
  const fragment = header.fragment ? (header.fragment.offset >>> 3) | (header.fragment.more ? 0x2000 : 0) : 0;
  writer.u8(0x45).u8(0).u16(totalLength).u16(header.id);
  writer.u16(flags | fragment);
  writer.u8(header.ttl).u8(header.protocol).u16(0);
  writer.u32(ipv4ToNumber(header.sourceAddress)).u32(ipv4ToNumber(header.destinationAddress));
  writer.patchU16(start + 10, foldChecksum(sumWords(writer.done().subarray(start, start + HEADER_LENGTH))));
}
