/** UDP over IPv4 (RFC 768). */
import { type Ipv4, ipv4ToNumber } from '../address.ts';
import { Reader, type Writer } from '../cursor.ts';
import { foldChecksum, sumWords } from './checksum.ts';
import { IP_PROTOCOL_UDP } from './ipv4.ts';

export const UDP_HEADER_LENGTH = 8;

export interface UdpDatagram {
  readonly sourcePort: number;
  readonly destinationPort: number;
  /** The field as sent; 0 = the sender computed none, as the Pi 3 boot ROM does (pi-boot §1.2). */
  readonly checksum: number;
  readonly payload: Uint8Array;
}

/** Reads the datagram in an IPv4 payload. The checksum is not verified here: see `udpChecksumGood`. */
export function readUdp(bytes: Uint8Array): UdpDatagram {
  const reader = new Reader('udp', bytes);
  const sourcePort = reader.u16('UDP source port');
  const destinationPort = reader.u16('UDP destination port');
  const length = reader.u16('UDP length');
  const checksum = reader.u16('UDP checksum');
  if (length < UDP_HEADER_LENGTH) throw reader.error('UDP length', `expected at least 8, got ${length}`);
  return { sourcePort, destinationPort, checksum, payload: reader.bytes('UDP payload', length - UDP_HEADER_LENGTH) };
}

/** Writes header and payload; without `checksum` the field is 0, which tells the receiver not to check. */
export function writeUdp(
  writer: Writer,
  addresses: { readonly sourceAddress: Ipv4; readonly destinationAddress: Ipv4 },
  datagram: { sourcePort: number; destinationPort: number; payload: Uint8Array; checksum: boolean },
): void {
  const length = UDP_HEADER_LENGTH + datagram.payload.length;
  const start = writer.length;
  writer.u16(datagram.sourcePort).u16(datagram.destinationPort).u16(length).u16(0).bytes(datagram.payload);
  if (!datagram.checksum) return;
  const sum = pseudoHeaderSum(addresses.sourceAddress, addresses.destinationAddress, length);
  const folded = foldChecksum(sumWords(writer.done().subarray(start), sum));
  // A computed 0 is sent as all ones, because 0 means "none" (RFC 768).
  writer.patchU16(start + 6, folded === 0 ? 0xffff : folded);
}

/**
 * Whether a received checksum is right or was left out. A frame that a veth or tap delivers from this same machine
 * may rightly fail: with transmit offload the kernel leaves the field unfinished for hardware that never comes.
 */
export function udpChecksumGood(
  frame: UdpDatagram & { readonly sourceAddress: Ipv4; readonly destinationAddress: Ipv4 },
): boolean {
  if (frame.checksum === 0) return true;
  const length = UDP_HEADER_LENGTH + frame.payload.length;
  const header = frame.sourcePort + frame.destinationPort + length + frame.checksum;
  const sum = pseudoHeaderSum(frame.sourceAddress, frame.destinationAddress, length) + header;
  return foldChecksum(sumWords(frame.payload, sum)) === 0;
}

function pseudoHeaderSum(source: Ipv4, destination: Ipv4, udpLength: number): number {
  const from = ipv4ToNumber(source);
  const to = ipv4ToNumber(destination);
  return (from >>> 16) + (from & 0xffff) + (to >>> 16) + (to & 0xffff) + IP_PROTOCOL_UDP + udpLength;
}
