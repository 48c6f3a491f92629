/** Router advertisements (RFC 4861 §4.2) with the options that a leg announces. The kernel fills the checksum in. */
import type { Mac } from '../address.ts';
import { macToBytes } from '../address.ts';
import { Writer } from '../cursor.ts';
import { encodeName } from '../domain-name.ts';
import { ICMPV6_OPTION, ICMPV6_TYPE } from './types.ts';

export interface RouterAdvertisement {
  /** 0: the router does not say. */
  readonly hopLimit: number;
  /** M: addresses are to be had by DHCPv6. */
  readonly managed: boolean;
  /** O: other things are to be had by DHCPv6. */
  readonly other: boolean;
  readonly preference: 'high' | 'medium' | 'low';
  /** Seconds that this is a default router; 0 ends it (RFC 4861 §6.2.5). */
  readonly lifetime: number;
  readonly sourceMac: Mac | undefined;
  readonly mtu: number | undefined;
  readonly prefixes: readonly PrefixInformation[];
  /** RDNSS (RFC 8106 §5.1): addresses of 16 bytes, and for how many seconds. */
  readonly dnsServers: { readonly lifetime: number; readonly addresses: readonly Uint8Array[] } | undefined;
  /** DNSSL (RFC 8106 §5.2). */
  readonly searchDomains: { readonly lifetime: number; readonly names: readonly string[] } | undefined;
  /** PREF64 (RFC 8781): the NAT64 prefix of this network. */
  readonly nat64: { readonly lifetime: number; readonly prefix: Uint8Array; readonly length: number } | undefined;
}

/** Prefix Information (RFC 4861 §4.6.2). Lifetimes in seconds. */
export interface PrefixInformation {
  /** 16 bytes. */
  readonly prefix: Uint8Array;
  readonly length: number;
  readonly onLink: boolean;
  /** A: hosts may make themselves addresses of it (SLAAC). */
  readonly autonomous: boolean;
  readonly valid: number;
  readonly preferred: number;
}

const PREFERENCE = { high: 0b01, medium: 0b00, low: 0b11 } as const;
/** PREF64: prefix length code by length (RFC 8781 §4). */
const PREF64_LENGTH: Readonly<Record<number, number>> = Object.freeze({ 96: 0, 64: 1, 56: 2, 48: 3, 40: 4, 32: 5 });
/** PREF64 counts its lifetime in units of 8 s, in 13 bits. */
const PREF64_LONGEST = 65_528;

/** The message with its checksum field left zero. Throws a RangeError for a field that does not fit. */
export function encodeRouterAdvertisement(ra: RouterAdvertisement): Uint8Array {
  const writer = new Writer(160);
  writer.u8(ICMPV6_TYPE.routerAdvertisement).u8(0).u16(0);
  writer.u8(byte('hop limit', ra.hopLimit));
  writer.u8((ra.managed ? 0x80 : 0) | (ra.other ? 0x40 : 0) | (PREFERENCE[ra.preference] << 3));
  writer.u16(within('lifetime', ra.lifetime, 0xffff));
  // Reachable time and retransmission timer: the router does not say.
  writer.u32(0).u32(0);
  if (ra.sourceMac !== undefined) {
    writer.u8(ICMPV6_OPTION.sourceLinkLayerAddress).u8(1).bytes(macToBytes(ra.sourceMac));
  }
  if (ra.mtu !== undefined)
    writer
      .u8(ICMPV6_OPTION.mtu)
      .u8(1)
      .u16(0)
      .u32(within('MTU', ra.mtu, 0xffff_ffff));
  for (const prefix of ra.prefixes) writePrefix(writer, prefix);
  if (ra.dnsServers !== undefined && ra.dnsServers.addresses.length > 0) {
    const { lifetime, addresses } = ra.dnsServers;
    writer
      .u8(ICMPV6_OPTION.recursiveDnsServer)
      .u8(byte('RDNSS length', 1 + 2 * addresses.length))
      .u16(0)
      .u32(lifetime);
    for (const address of addresses) writer.bytes(sixteen('RDNSS', address));
  }
  if (ra.searchDomains !== undefined && ra.searchDomains.names.length > 0) {
    const names = Buffer.concat(ra.searchDomains.names.map(encodeName));
    const padding = (8 - (names.length % 8)) % 8;
    const units = byte('DNSSL length', 1 + (names.length + padding) / 8);
    writer.u8(ICMPV6_OPTION.dnsSearchList).u8(units).u16(0).u32(ra.searchDomains.lifetime);
    writer.bytes(names).zeros(padding);
  }
  if (ra.nat64 !== undefined) writePref64(writer, ra.nat64);
  return writer.done();
}

function writePrefix(writer: Writer, information: PrefixInformation): void {
  const { prefix, length, onLink, autonomous, valid, preferred } = information;
  writer
    .u8(ICMPV6_OPTION.prefixInformation)
    .u8(4)
    .u8(within('prefix length', length, 128));
  writer.u8((onLink ? 0x80 : 0) | (autonomous ? 0x40 : 0));
  writer.u32(valid).u32(preferred).u32(0).bytes(sixteen('prefix', prefix));
}

function writePref64(writer: Writer, { lifetime, prefix, length }: NonNullable<RouterAdvertisement['nat64']>): void {
  const code = PREF64_LENGTH[length];
  if (code === undefined) {
    throw new RangeError(`expected a NAT64 prefix of length ${Object.keys(PREF64_LENGTH).join(', ')}, got ${length}`);
  }
  // Rounded up, so that the prefix lives no shorter than the router (RFC 8781 §4.1).
  const units = Math.ceil(within('PREF64 lifetime', lifetime, PREF64_LONGEST) / 8);
  writer
    .u8(ICMPV6_OPTION.pref64)
    .u8(2)
    .u16((units << 3) | code)
    .bytes(sixteen('PREF64', prefix).subarray(0, 12));
}

function sixteen(what: string, address: Uint8Array): Uint8Array {
  if (address.length !== 16) throw new RangeError(`expected ${what} as 16 bytes, got ${address.length}`);
  return address;
}

function byte(what: string, value: number): number {
  return within(what, value, 0xff);
}

function within(what: string, value: number, most: number): number {
  if (!(Number.isInteger(value) && value >= 0 && value <= most)) {
    throw new RangeError(`expected ${what} from 0 to ${most}, got ${value}`);
  }
  return value;
}
