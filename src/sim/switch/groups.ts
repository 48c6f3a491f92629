/**
 * The objects of a virtual switch, as groups that an option chooses from: what a family of switches has of its own is one
 * more group, in a file of its own in `families/`.
 */
import type { Mac } from '../../wire/address.ts';
import { macToBytes } from '../../wire/address.ts';
import type { AdminControl } from './admin-control.ts';
import type { Bridge } from './bridge.ts';
import type { Configuration } from './configuration.ts';
import { saveObject } from './families/save-object.ts';
import type { Faults } from './faults.ts';
import type { Forwarding } from './forwarding.ts';
import { interfaceRows } from './interface-rows.ts';
import type { Links } from './links.ts';
import type { MibPart } from './mib.ts';
import type { Neighbours } from './neighbours.ts';
import { bridgeBaseObjects } from './objects/bridge-base.ts';
import { entityObjects } from './objects/entity.ts';
import { forwardingObjects } from './objects/forwarding.ts';
import { interfaceObjects } from './objects/interfaces.ts';
import { lldpObjects } from './objects/lldp.ts';
import type { PortListCodec } from './objects/port-list.ts';
import { powerEthernetObjects } from './objects/power-ethernet.ts';
import { qBridgeObjects } from './objects/q-bridge.ts';
import { qBridgeStaticObjects } from './objects/q-bridge-static.ts';
import { systemObjects } from './objects/system.ts';
import type { Identity, PowerOptions, VirtualSwitchOptions, VlanOptions } from './options.ts';
import { OWN_ARC } from './options.ts';
import type { Ports } from './ports.ts';
import type { Pse } from './pse.ts';
import type { SettingsStore } from './settings.ts';
import type { TrafficCounters } from './traffic.ts';
import type { VlanControl } from './vlan-control.ts';

/** What objects are made of. */
export interface SwitchParts {
  readonly options: VirtualSwitchOptions;
  readonly identity: Identity & { readonly serial: string };
  readonly vlans: VlanOptions;
  readonly power: PowerOptions;
  /** The switch's own address. */
  readonly address: Mac;
  readonly ports: Ports;
  readonly links: Links;
  readonly traffic: TrafficCounters;
  readonly pse: Pse;
  readonly admin: AdminControl;
  readonly bridge: Bridge;
  readonly control: VlanControl;
  readonly portList: PortListCodec;
  readonly forwarding: Forwarding;
  readonly neighbours: Neighbours;
  readonly settings: SettingsStore;
  readonly configuration: Configuration;
  readonly faults: Faults;
  /** Hundredths of a second since the agent started. */
  readonly upTime: () => number;
}

export type ObjectGroup = (parts: SwitchParts) => readonly MibPart[];

export const systemGroup: ObjectGroup = (parts) => systemObjects({ ...parts, ...parts.identity });

export const interfacesGroup: ObjectGroup = (parts) => interfaceObjects(interfaceRows(parts));

export const powerGroup: ObjectGroup = (parts) => {
  const { ports, power } = parts;
  return powerEthernetObjects({
    ...parts,
    rows: {
      version: () => ports.version,
      entries: () => ports.poe.map(({ poeIndex, number }) => [poeIndex, number] as const),
    },
    group: ports.poe[0]?.poeIndex.split('.')[0] ?? '1',
    showsAllocated: power.budgetBy === 'allocated',
    ...power,
  });
};

export const bridgeGroup: ObjectGroup = ({ address, ports }) =>
  bridgeBaseObjects(Buffer.from(macToBytes(address)), ports);

export const vlanGroup: ObjectGroup = (parts) => [
  ...qBridgeObjects({ ...parts, ...parts.vlans, limits: parts.control.limits }),
  ...qBridgeStaticObjects({ ...parts, ...parts.vlans }),
];

export const forwardingGroup: ObjectGroup = (parts) => forwardingObjects({ ...parts, fdbId: parts.vlans.fdbId });

export const entityGroup: ObjectGroup = (parts) => entityObjects({ ...parts, ...parts.identity });

export const lldpGroup: ObjectGroup = (parts) => {
  const { settings, identity } = parts;
  return lldpObjects({ ...parts, sysName: () => settings.values.sysName, sysDescr: identity.sysDescr });
};

/** Under the arc of nobody: an integer that is 0, and 1 saves. */
export const OWN_SAVE = Object.freeze({ oid: `${OWN_ARC}.2.1.0`, value: 1, reads: 0 });
export const ownSaveGroup: ObjectGroup = saveObject(OWN_SAVE);

/** What no vendor has alone. */
export const STANDARD_GROUPS: readonly ObjectGroup[] = Object.freeze([
  systemGroup,
  interfacesGroup,
  bridgeGroup,
  forwardingGroup,
  vlanGroup,
  entityGroup,
  lldpGroup,
  powerGroup,
]);

export const DEFAULT_GROUPS: readonly ObjectGroup[] = Object.freeze([...STANDARD_GROUPS, ownSaveGroup]);
