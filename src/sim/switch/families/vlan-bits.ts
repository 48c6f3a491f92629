/** Lists of VLANs as octets, one bit a VLAN. */
import type { MibValue } from '../mib.ts';
import { STATUS } from '../mib.ts';

export interface VlanBits {
  /** The VLAN of the first bit. */
  readonly first: number;
  readonly octets: number;
  /** The first VLAN of an octet is in its lowest bit; otherwise in its highest. */
  readonly lowestFirst?: boolean;
}

export function encodeVlans({ first, octets, lowestFirst }: VlanBits, vlans: Iterable<number>): Buffer {
  const list = Buffer.alloc(octets);
  for (const vlan of vlans) {
    const place = vlan - first;
    if (place >= 0 && place < 8 * octets) list[place >> 3]! |= maskOf(place & 7, lowestFirst);
  }
  return list;
}

/** Shorter lists are as though zeros followed. */
export function decodeVlans({ first, octets, lowestFirst }: VlanBits, value: MibValue): Set<number> {
  const list = value as Buffer;
  const vlans = new Set<number>();
  for (let place = 0; place < 8 * Math.min(octets, list.length); place += 1) {
    if (list[place >> 3]! & maskOf(place & 7, lowestFirst)) vlans.add(first + place);
  }
  return vlans;
}

/** `before` with those of its VLANs that the list could hold replaced by those that it holds. */
export function replaceVlans(bits: VlanBits, before: ReadonlySet<number>, value: MibValue): Set<number> {
  const end = bits.first + 8 * bits.octets;
  const others = [...before].filter((vlan) => vlan < bits.first || vlan >= end);
  return new Set([...others, ...decodeVlans(bits, value)]);
}

export function checkVlans({ octets }: VlanBits) {
  return (value: MibValue): number =>
    Buffer.isBuffer(value) && value.length <= octets ? STATUS.noError : STATUS.wrongLength;
}

function maskOf(bit: number, lowestFirst = false): number {
  return lowestFirst ? 1 << bit : 0x80 >> bit;
}
