/** A leg as the DHCP server needs to know it: two addresses and what is told about the world beyond them. */
import type { Plan, SlotPlan } from '../../rack/plan.ts';
import type { SlotNumber } from '../../rack/units.ts';
import { type Ipv4, ipv4ToNumber } from '../../wire/address.ts';
import {
  addressesValue,
  DhcpOption as Code,
  textValue,
  tftpServerNameValue,
  u32Value,
} from '../../wire/dhcpv4/index.ts';

export interface Leg {
  readonly slot: SlotNumber;
  /** The interface's name, for the neighbour table and logs. */
  readonly interface: string;
  /** The leg's own address: server identifier, router, TFTP and NFS server. */
  readonly controller: Ipv4;
  /** The one address that is given out here. */
  readonly board: Ipv4;
  /** 30: two hosts, and a broadcast address that both understand. */
  readonly prefixLength: number;
  readonly hostName: string;
  /** Domain name without a trailing dot. */
  readonly zone: string;
  readonly dnsServers: readonly Ipv4[];
  readonly ntpServers: readonly Ipv4[];
}

/** The leg of a slot as planned. Servers of time and names only where there are some. */
export function legOf(plan: Pick<Plan, 'zone'>, slot: SlotPlan, dnsServers: readonly Ipv4[] = []): Leg {
  return {
    slot: slot.slot,
    interface: slot.leg,
    controller: slot.ipv4.controller,
    board: slot.ipv4.board,
    prefixLength: 30,
    hostName: slot.hostName,
    zone: plan.zone,
    dnsServers,
    ntpServers: [],
  };
}

/** A leg with what every answer on it needs, worked out once. */
export interface PreparedLeg extends Leg {
  /** The addresses as numbers, as sockets take them. */
  readonly numbers: { readonly controller: number; readonly board: number; readonly broadcast: number };
  /** The values of all options that can be told here, by code. */
  readonly optionValues: ReadonlyMap<number, Uint8Array>;
}

/** Throws a RangeError for names that are not printable ASCII and for prefix lengths outside 1 to 32. */
export function prepareLeg(leg: Leg): PreparedLeg {
  if (!Number.isInteger(leg.prefixLength) || leg.prefixLength < 1 || leg.prefixLength > 32) {
    throw new RangeError(`expected a prefix length from 1 to 32, got ${leg.prefixLength}`);
  }
  const mask = (0xffffffff << (32 - leg.prefixLength)) >>> 0;
  const board = ipv4ToNumber(leg.board);
  const broadcast = (board | ~mask) >>> 0;
  const controller = ipv4ToNumber(leg.controller);
  const optionValues = new Map<number, Uint8Array>([
    [Code.serverIdentifier, u32Value(controller)],
    [Code.subnetMask, u32Value(mask)],
    [Code.router, u32Value(controller)],
    [Code.broadcastAddress, u32Value(broadcast)],
    [Code.hostName, textValue(leg.hostName)],
    [Code.tftpServerName, tftpServerNameValue(leg.controller)],
  ]);
  if (leg.zone !== '') optionValues.set(Code.domainName, textValue(leg.zone));
  if (leg.dnsServers.length > 0) optionValues.set(Code.domainNameServers, addressesValue(leg.dnsServers));
  if (leg.ntpServers.length > 0) optionValues.set(Code.ntpServers, addressesValue(leg.ntpServers));
  return { ...leg, numbers: { controller, board, broadcast }, optionValues };
}
