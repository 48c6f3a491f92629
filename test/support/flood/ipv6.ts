/** IPv6 frames with right checksums, which the project's own codecs leave to the kernel. */
import { type Mac, macToBytes } from '../../../src/wire/address.ts';
import { foldChecksum, sumWords } from '../../../src/wire/ethernet/index.ts';

export interface Ipv6Fields {
  readonly source: Mac;
  readonly destination: Mac;
  readonly from: Uint8Array;
  readonly to: Uint8Array;
  readonly hopLimit?: number;
}

export const UDP = 17;
export const ICMPV6 = 58;
export const TCP = 6;
const FRAGMENT = 44;

/** A frame around an upper-layer message, whose checksum at `checksumAt` is filled in (RFC 8200 §8.1). */
export function ipv6Frame(fields: Ipv6Fields, next: number, message: Uint8Array, checksumAt: number): Uint8Array {
  const filled = message.slice();
  const pseudo = sumWords(fields.from, sumWords(fields.to, message.length + next));
  const sum = foldChecksum(sumWords(filled, pseudo));
  filled[checksumAt] = sum >>> 8;
  filled[checksumAt + 1] = sum;
  return bare(fields, next, filled);
}

/** The first of two fragments, of which the second never comes (RFC 8200 §4.5). */
export function ipv6Fragment(fields: Ipv6Fields, next: number, message: Uint8Array, id: number): Uint8Array {
  const header = Uint8Array.of(next, 0, 0, 1, id >>> 24, id >>> 16, id >>> 8, id);
  return bare(fields, FRAGMENT, Buffer.concat([header, message.subarray(0, message.length & ~7)]));
}

/** A UDP header, its checksum left zero, and what it carries. */
export function udp(from: number, to: number, payload: Uint8Array): Uint8Array {
  const length = payload.length + 8;
  return Buffer.concat([Uint8Array.of(from >>> 8, from, to >>> 8, to, length >>> 8, length, 0, 0), payload]);
}

/** ff02::1:ffXX:XXXX, where neighbours of `address` are asked for (RFC 4291 §2.7.1). */
export function solicitedNode(address: Uint8Array): Uint8Array {
  return Uint8Array.of(0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff, ...address.subarray(13));
}

/** 33:33 and the last four bytes of a group (RFC 2464 §7). */
export function groupMac(group: Uint8Array): Mac {
  const last = Array.from(group.subarray(12), (byte) => byte.toString(16).padStart(2, '0'));
  return `33:33:${last.join(':')}` as Mac;
}

function bare({ source, destination, from, to, hopLimit }: Ipv6Fields, next: number, payload: Uint8Array): Uint8Array {
  const length = payload.length;
  const header = Uint8Array.of(0x60, 0, 0, 0, length >>> 8, length, next, hopLimit ?? 255);
  return Buffer.concat([
    macToBytes(destination),
    macToBytes(source),
    Uint8Array.of(0x86, 0xdd),
    header,
    from,
    to,
    payload,
  ]);
}
