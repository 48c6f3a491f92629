/** What is advertised on a leg. */
import type { SlotNumber } from '../../rack/units.ts';
import type { Ipv6, Mac } from '../../wire/address.ts';
import type { RouterAdvertisement } from '../../wire/icmpv6/index.ts';
import { ipv6Bytes } from '../../wire/ipv6-text.ts';

export interface RaLeg {
  readonly slot: SlotNumber;
  /** The interface's name, for logs. */
  readonly interface: string;
  /** The interface's own MAC; undefined: hosts find it out by themselves. */
  readonly mac: Mac | undefined;
  /** The leg's /64, its first address. */
  readonly prefix: Ipv6;
  /** Whether hosts may make themselves addresses of the prefix beside the one that DHCPv6 gives (SLAAC). */
  readonly autonomous: boolean;
  readonly mtu: number | undefined;
  readonly dnsServers: readonly Ipv6[];
  readonly searchDomains: readonly string[];
  readonly nat64: { readonly prefix: Ipv6; readonly length: number } | undefined;
  /**
   * Whom a solicitation is answered to. `all-nodes`: the kernel need not ask for the MAC of a host that answers such a
   * question only once (pi-boot §3.4).
   */
  readonly solicited: 'host' | 'all-nodes';
}

export interface RaSettings {
  /** Seconds that a host may take this router for one after it was last heard (RFC 4861 §6.2.1 AdvDefaultLifetime). */
  readonly routerLifetime: number;
  /** Seconds of the prefix, as DHCPv6 gives them for the address in it. */
  readonly preferred: number;
  readonly valid: number;
}

const PREFIX_LENGTH = 64;
const HOP_LIMIT = 64;

/** The advertisement of a leg; `goodbye`: this router, its names and its NAT64 are gone, the addresses stay good. */
export function advertisementOf(leg: RaLeg, settings: RaSettings, goodbye = false): RouterAdvertisement {
  const lifetime = goodbye ? 0 : settings.routerLifetime;
  return {
    hopLimit: HOP_LIMIT,
    // The address is to be had by DHCPv6, and so are the other things, for clients that ask there and nowhere else.
    managed: true,
    other: true,
    preference: 'medium',
    lifetime,
    sourceMac: leg.mac,
    mtu: leg.mtu,
    prefixes: [
      {
        prefix: ipv6Bytes(leg.prefix),
        length: PREFIX_LENGTH,
        onLink: true,
        autonomous: leg.autonomous,
        valid: settings.valid,
        preferred: settings.preferred,
      },
    ],
    dnsServers: { lifetime, addresses: leg.dnsServers.map(ipv6Bytes) },
    searchDomains: { lifetime, names: leg.searchDomains },
    nat64: leg.nat64 && { lifetime, prefix: ipv6Bytes(leg.nat64.prefix), length: leg.nat64.length },
  };
}
