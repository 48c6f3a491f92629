import type { Logger } from 'pino';
import type { Clock } from '../../rack/clock.ts';
import type { Millis, Watts } from '../../rack/units.ts';
import { millis } from '../../rack/units.ts';
import type { Mac } from '../../wire/address.ts';
import type { AgentAccess } from './agent.ts';
import type { BridgeConfig } from './bridge.ts';
import type { UplinkStation } from './forwarding.ts';
import type { ObjectGroup } from './groups.ts';
import type { LagOptions, Numbering } from './ports.ts';
import type { PseDelays } from './pse.ts';

export interface VirtualSwitchOptions {
  readonly name: string;
  /** PoE ports, numbered from 1. */
  readonly ports: number;
  /** Further ports without PoE, numbered after them, whose link is always up. */
  readonly uplinks?: number;
  readonly lags?: readonly LagOptions[];
  readonly budget: Watts;
  readonly access: AgentAccess;
  readonly clock: Clock;
  /** From 0 up to, not including, 1. */
  readonly random: () => number;
  readonly log: Logger;
  readonly delays?: Partial<SwitchDelays>;
  /** What the saved configuration says of every port; a restart goes back to it. */
  readonly startupAdmin?: boolean;
  /** What a device counts with against the budget before it draws anything. */
  readonly startWatts?: Watts;
  readonly numbering?: Partial<Numbering>;
  readonly identity?: Partial<Identity>;
  readonly vlans?: Partial<VlanOptions>;
  readonly forwarding?: Partial<ForwardingSettings>;
  /** Which objects it has. The default is all that are no vendor's. */
  readonly groups?: readonly ObjectGroup[];
}

export interface SwitchDelays extends PseDelays {
  /** From `reboot` until it answers and powers again. */
  readonly boot: Millis;
}

export interface Identity {
  readonly sysObjectID: string;
  readonly sysDescr: string;
}

export interface VlanOptions {
  /** What it starts with, and goes back to; as out of the box where undefined. */
  readonly start: BridgeConfig | undefined;
  readonly maxVlanId: number;
  readonly maxVlans: number;
  /** VLAN ids that the switch keeps for itself. */
  readonly reserved: readonly number[];
  /** Width of its PortLists; as many octets as its ports need where undefined. */
  readonly portListOctets: number | undefined;
  /** dot1qVlanTimeMark of every row of the current table. */
  readonly timeMark: number;
  /** dot1qVlanFdbId. */
  readonly fdbId: (vlan: number) => number;
  /** Whether VLAN 1 is in the static table. */
  readonly showsVlan1: boolean;
}

export interface ForwardingSettings {
  readonly ageingSeconds: number;
  readonly flushOnLinkDown: boolean;
  readonly uplinkStations: readonly UplinkStation[];
  readonly listsItself: boolean;
  /** Learned rows with port 0. */
  readonly strays: readonly Mac[];
}

export const SWITCH_DELAYS: SwitchDelays = Object.freeze({
  off: millis(600),
  detect: millis(1_200),
  retry: millis(1_000),
  boot: millis(5_000),
  jitter: 0.2,
});

/** The arc that RFC 2578 sets aside for nobody's product: 1.3.6.1.4.1.0 is reserved. */
export const OWN_ARC = '1.3.6.1.4.1.0.105';

export const IDENTITY: Identity = Object.freeze({
  sysObjectID: `${OWN_ARC}.1`,
  sysDescr: 'pirack virtual PoE switch',
});

export const VLANS: VlanOptions = Object.freeze({
  start: undefined,
  maxVlanId: 4094,
  maxVlans: 256,
  reserved: [],
  portListOctets: undefined,
  timeMark: 0,
  fdbId: (vlan: number) => vlan,
  showsVlan1: true,
});

export const FORWARDING: ForwardingSettings = Object.freeze({
  ageingSeconds: 300,
  flushOnLinkDown: true,
  uplinkStations: [],
  listsItself: true,
  strays: [],
});
