/** A leg as the DHCPv6 server needs to know it: the one address and the one prefix that are given out here. */
import { createHash } from 'node:crypto';
import type { SlotNumber } from '../../rack/units.ts';
import type { Ipv6 } from '../../wire/address.ts';
import {
  addresses6Value,
  Option6 as Code,
  type Duid,
  domainsValue,
  duidBytes,
  duidUuid,
} from '../../wire/dhcpv6/index.ts';
import { ipv6Bytes } from '../../wire/ipv6-text.ts';

export interface Leg6 {
  readonly slot: SlotNumber;
  /** The interface's name, for the neighbour table, routes and logs. */
  readonly interface: string;
  /** The one address that is given out here, in the leg's /64. */
  readonly board: Ipv6;
  /** The prefix that is routed to the board; undefined: none is delegated. */
  readonly routed: { readonly prefix: Ipv6; readonly length: number } | undefined;
  readonly dnsServers: readonly Ipv6[];
  readonly searchDomains: readonly string[];
  /** The leg's own address, where TFTP is served; undefined: the slot's firmware boots by IPv4. */
  readonly bootServer: Ipv6 | undefined;
}

/** A leg with what every answer on it needs, worked out once. */
export interface PreparedLeg6 extends Leg6 {
  readonly boardBytes: Uint8Array;
  readonly routedBytes: { readonly prefix: Uint8Array; readonly length: number } | undefined;
  readonly serverId: Uint8Array;
  /** The values of all options that can be told here, by code. */
  readonly optionValues: ReadonlyMap<number, Uint8Array>;
}

export function prepareLeg6(leg: Leg6, server: Duid): PreparedLeg6 {
  const optionValues = new Map<number, Uint8Array>();
  if (leg.dnsServers.length > 0) optionValues.set(Code.dnsServers, addresses6Value(leg.dnsServers.map(ipv6Bytes)));
  if (leg.searchDomains.length > 0) optionValues.set(Code.domainSearch, domainsValue(leg.searchDomains));
  const { routed } = leg;
  return {
    ...leg,
    boardBytes: ipv6Bytes(leg.board),
    routedBytes: routed && { prefix: ipv6Bytes(routed.prefix), length: routed.length },
    serverId: duidBytes(server),
    optionValues,
  };
}

/** The same for one rack on every leg and after every restart, without anything to store. */
export function serverDuid(rack: string): Duid {
  const digest = createHash('sha256').update(`pirack dhcpv6 ${rack}`).digest();
  // A UUID of version 8 (RFC 9562 §5.8): its bits are the maker's own.
  digest[6] = ((digest[6] as number) & 0x0f) | 0x80;
  digest[8] = ((digest[8] as number) & 0x3f) | 0x80;
  return duidUuid(digest.subarray(0, 16));
}

/** Whether the address lies in the /64 of the leg. */
export function isOnLink(leg: PreparedLeg6, address: Uint8Array): boolean {
  for (let i = 0; i < 8; i++) if (address[i] !== leg.boardBytes[i]) return false;
  return true;
}

export function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, i) => byte === other[i]);
}
