/** A leg, and messages of clients built option by option. */
import { type Decision6, decide6 } from '../../../src/netboot/dhcpv6/decide.ts';
import { type Leg6, prepareLeg6, serverDuid } from '../../../src/netboot/dhcpv6/leg.ts';
import { DEFAULT_SETTINGS6 } from '../../../src/netboot/dhcpv6/settings.ts';
import { slotNumber } from '../../../src/rack/units.ts';
import type { Ipv6 } from '../../../src/wire/address.ts';
import {
  type Dhcpv6Packet,
  duidBytes,
  iaNaOption,
  iaPdOption,
  type Option6Value,
  readDuid,
} from '../../../src/wire/dhcpv6/index.ts';
import { ipv6Bytes } from '../../../src/wire/ipv6-text.ts';
import { hex } from '../../wire/dhcpv4/bytes.ts';

export const SERVER = serverDuid('test');
export const SERVER_ID: Option6Value = { code: 2, value: duidBytes(SERVER) };
export const CLIENT_ID: Option6Value = { code: 1, value: hex('0003 0001 dca632005301') };
export const DUID = readDuid(1, CLIENT_ID.value);
export const BOARD = '2001:db8:20:1::2';
export const ROUTED = '2001:db8:4000:100::';

export function leg6(change: Partial<Leg6> = {}): Leg6 {
  return {
    slot: slotNumber(1),
    interface: 'vlan101',
    board: BOARD as Ipv6,
    routed: { prefix: ROUTED as Ipv6, length: 56 },
    dnsServers: ['2001:db8:20:1::1' as Ipv6],
    searchDomains: ['rack.example'],
    bootServer: undefined,
    ...change,
  };
}

export const na = (iaid: number, ...addresses: string[]): Option6Value =>
  iaNaOption({
    iaid,
    t1: 0,
    t2: 0,
    leases: addresses.map((text) => ({ address: ipv6Bytes(text), preferred: 0, valid: 0 })),
  });

export const pd = (iaid: number, ...prefixes: [text: string, length: number][]): Option6Value =>
  iaPdOption({
    iaid,
    t1: 0,
    t2: 0,
    leases: prefixes.map(([text, length]) => ({ prefix: ipv6Bytes(text), length, preferred: 0, valid: 0 })),
  });

export const message = (type: number, ...options: Option6Value[]): Dhcpv6Packet => ({
  type,
  transactionId: 0x010203,
  options,
});

export function ask6(packet: Dhcpv6Packet, more: { leg?: Leg6; unicast?: boolean } = {}): Decision6 {
  const leg = prepareLeg6(more.leg ?? leg6(), SERVER);
  return decide6({ packet, leg, unicast: more.unicast ?? false, settings: DEFAULT_SETTINGS6 });
}
