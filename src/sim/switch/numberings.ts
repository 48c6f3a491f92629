/** Numberings of real families of switches (research: snmp-poe §2), for whoever plugs ports together by number. */
import type { Numbering } from './ports.ts';

/** Member 3 of a stack of Cisco 3750: PoE rows 3.3 to 3.26 and 3.29 to 3.52, interfaces from 11001. */
export const CISCO_STACK_MEMBER: Partial<Numbering> = Object.freeze({
  ifIndex: (port: number) => 11_000 + port,
  ifName: (port: number) => `Fa3/0/${port}`,
  poeIndex: (port: number) => `3.${port <= 24 ? port + 2 : port + 4}`,
});

/** Cisco 2960X: interfaces from 10101, PoE rows by the number on the front. */
export const CISCO_2960: Partial<Numbering> = Object.freeze({
  ifIndex: (port: number) => 10_100 + port,
  ifName: (port: number) => `Gi1/0/${port}`,
});

/** Linksys and Eltex: everything is the ifIndex, and that begins at 49. */
export const FROM_49: Partial<Numbering> = Object.freeze({
  ifIndex: (port: number) => 48 + port,
  ifName: (port: number) => `gi${port}`,
  poeIndex: (_port: number, ifIndex: number) => `1.${ifIndex}`,
  bridgePort: (_port: number, ifIndex: number) => ifIndex,
  lldpPort: (_port: number, ifIndex: number) => ifIndex,
});

/** Allied Telesis AW+: interfaces from 5001, everything else by the number on the front. */
export const FROM_5001: Partial<Numbering> = Object.freeze({
  ifIndex: (port: number) => 5_000 + port,
  ifName: (port: number) => `port1.0.${port}`,
});

/** Dell Enterprise SONiC: bridge ports from 0, and the first bit of a PortList is port 0. */
export const BRIDGE_PORT_FROM_0: Partial<Numbering> = Object.freeze({
  ifName: (port: number) => `Eth1/${port}`,
  bridgePort: (port: number) => port - 1,
  portListBit: (bridgePort: number) => bridgePort,
});

/** Alcatel AOS 6: interfaces from 1001, and PVIDs are indexed by them, not by bridge ports. */
export const PVID_BY_IF_INDEX: Partial<Numbering> = Object.freeze({
  ifIndex: (port: number) => 1_000 + port,
  ifName: (port: number) => `1/${port}`,
  pvidIndex: (_bridgePort: number, ifIndex: number) => ifIndex,
});
