import type { Logger } from 'pino';
import type { Clock } from '../../rack/clock.ts';
import type { Millis, Watts } from '../../rack/units.ts';
import { millis } from '../../rack/units.ts';
import type { Mac } from '../../wire/address.ts';
import type { AgentAccess } from './agent.ts';
import type { BridgeConfig } from './bridge.ts';
import type { Traffic } from './device.ts';
import type { UplinkStation } from './forwarding.ts';
import type { ObjectGroup } from './groups.ts';
import type { LldpSystem } from './neighbours.ts';
import type { LagOptions, Numbering, Renumbering } from './ports.ts';
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
  readonly power?: Partial<PowerOptions>;
  readonly numbering?: Partial<Numbering>;
  /** What becomes of ifIndexes in a restart. */
  readonly renumbering?: Renumbering;
  /** The ifIndex of the interface that each VLAN has; undefined: VLANs have none. */
  readonly vlanInterface?: (vlan: number) => number;
  readonly identity?: Partial<Identity>;
  readonly vlans?: Partial<VlanOptions>;
  readonly forwarding?: Partial<ForwardingSettings>;
  /** What is at the other end of uplinks, by the switch's own numbers. */
  readonly beyond?: ReadonlyMap<number, UplinkPeer>;
  /** Whether every change is saved as it is made. */
  readonly autoSave?: boolean;
  /** Which objects it has. The default is all that are no vendor's. */
  readonly groups?: readonly ObjectGroup[];
}

export interface SwitchDelays extends PseDelays {
  /** From `reboot` until it answers and powers again. */
  readonly boot: Millis;
  /** From the order to save until the configuration is saved. */
  readonly save: Millis;
}

export interface PowerOptions {
  /** What counts against the budget: what devices draw, or what their class may draw. */
  readonly budgetBy: 'measured' | 'allocated';
  /** Whether a port without budget takes it from ports of lower priority. */
  readonly preempts: boolean;
  /** Whether pethPsePortActualPower is there. */
  readonly actualPower: boolean;
  /** Watts of one unit of pethMainPseConsumptionPower: 1, but for vendors that show milliwatts. */
  readonly consumptionUnit: number;
}

export interface Identity {
  readonly sysObjectID: string;
  readonly sysDescr: string;
  /** entPhysicalModelName, SerialNum, FirmwareRev, MfgName of the chassis. */
  readonly model: string;
  readonly serial: string | undefined;
  readonly firmware: string;
  readonly manufacturer: string;
  /** entPhysicalIndex of a port; undefined: ENTITY-MIB does not list ports. */
  readonly portEntity: ((port: number) => number) | undefined;
}

export interface VlanOptions {
  /** What it starts with; as out of the box where undefined. */
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
  /** Whether what was heard on a port is forgotten when its link goes down. */
  readonly flushOnLinkDown: boolean;
  readonly uplinkStations: readonly UplinkStation[];
  readonly listsItself: boolean;
  /** Learned rows with port 0. */
  readonly strays: readonly Mac[];
}

export interface UplinkPeer {
  readonly lldp?: LldpSystem;
  readonly traffic?: () => Traffic;
  readonly mbps?: number;
}

export const SWITCH_DELAYS: SwitchDelays = Object.freeze({
  off: millis(600),
  detect: millis(1_200),
  retry: millis(1_000),
  boot: millis(5_000),
  save: millis(0),
  jitter: 0.2,
});

export const POWER: PowerOptions = Object.freeze({
  budgetBy: 'measured',
  preempts: false,
  actualPower: true,
  consumptionUnit: 1,
});

/** The arc that RFC 2578 sets aside for nobody's product: 1.3.6.1.4.1.0 is reserved. */
export const OWN_ARC = '1.3.6.1.4.1.0.105';

export const IDENTITY: Identity = Object.freeze({
  sysObjectID: `${OWN_ARC}.1`,
  sysDescr: 'pirack virtual PoE switch',
  model: 'VIRTUAL-POE',
  serial: undefined,
  firmware: '1',
  manufacturer: 'pirack',
  portEntity: undefined,
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
