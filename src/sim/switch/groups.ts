/**
 * The objects of a virtual switch, as groups that an option chooses from: what a family of switches has of its own is one
 * more group in a file of its own.
 */
import { createHash } from 'node:crypto';
import type { Mac } from '../../wire/address.ts';
import { macFromBytes, macToBytes } from '../../wire/address.ts';
import type { Bridge } from './bridge.ts';
import type { Faults } from './faults.ts';
import type { Forwarding } from './forwarding.ts';
import type { MibPart } from './mib.ts';
import { bridgeBaseObjects } from './objects/bridge-base.ts';
import { forwardingObjects } from './objects/forwarding.ts';
import type { InterfaceRow } from './objects/interfaces.ts';
import { IF_TYPE, interfaceObjects } from './objects/interfaces.ts';
import type { PortListCodec } from './objects/port-list.ts';
import { powerEthernetObjects } from './objects/power-ethernet.ts';
import { qBridgeObjects } from './objects/q-bridge.ts';
import { qBridgeStaticObjects } from './objects/q-bridge-static.ts';
import { systemObjects } from './objects/system.ts';
import type { Identity, VirtualSwitchOptions, VlanOptions } from './options.ts';
import type { Ports, SwitchPort } from './ports.ts';
import type { Pse } from './pse.ts';
import type { VlanControl } from './vlan-control.ts';

/** What objects are made of. */
export interface SwitchParts {
  readonly options: VirtualSwitchOptions;
  readonly identity: Identity;
  readonly vlans: VlanOptions;
  /** The switch's own address. */
  readonly address: Mac;
  readonly ports: Ports;
  readonly pse: Pse;
  readonly bridge: Bridge;
  readonly control: VlanControl;
  readonly portList: PortListCodec;
  readonly forwarding: Forwarding;
  readonly faults: Faults;
  /** Hundredths of a second since the agent started. */
  readonly upTime: () => number;
}

export type ObjectGroup = (parts: SwitchParts) => readonly MibPart[];

export const systemGroup: ObjectGroup = ({ options, identity, upTime }) =>
  systemObjects({ ...identity, texts: { sysContact: '', sysName: options.name, sysLocation: '' }, upTime });

export const interfacesGroup: ObjectGroup = (parts) =>
  interfaceObjects({
    version: () => parts.ports.version,
    rows: () => parts.ports.all.map((port) => interfaceRow(parts, port)),
  });

export const powerGroup: ObjectGroup = ({ options, ports, pse }) => {
  const fed = () => ports.all.filter(({ kind }) => kind === 'poe');
  return powerEthernetObjects({
    pse,
    rows: { version: () => ports.version, entries: () => fed().map(({ poeIndex, number }) => [poeIndex, number]) },
    group: () => fed()[0]?.poeIndex.split('.')[0] ?? '1',
    budget: options.budget,
  });
};

export const bridgeGroup: ObjectGroup = ({ address, ports }) =>
  bridgeBaseObjects(Buffer.from(macToBytes(address)), ports);

export const vlanGroup: ObjectGroup = (parts) => [
  ...qBridgeObjects({ ...parts, ...parts.vlans, limits: parts.control.limits }),
  ...qBridgeStaticObjects({ ...parts, ...parts.vlans }),
];

export const forwardingGroup: ObjectGroup = (parts) => forwardingObjects({ ...parts, fdbId: parts.vlans.fdbId });

/** What no vendor has alone. */
export const STANDARD_GROUPS: readonly ObjectGroup[] = Object.freeze([
  systemGroup,
  interfacesGroup,
  bridgeGroup,
  forwardingGroup,
  vlanGroup,
  powerGroup,
]);

function interfaceRow({ options, pse }: SwitchParts, port: SwitchPort): InterfaceRow {
  const device = () => (port.kind === 'poe' ? pse.port(port.number).device : undefined);
  const up = {
    poe: () => device()?.linkUp() ?? false,
    uplink: () => true,
    lag: () => port.members.length > 0,
  };
  return {
    ifIndex: port.ifIndex,
    ifName: port.ifName,
    ifType: port.kind === 'lag' ? IF_TYPE.ieee8023adLag : IF_TYPE.ethernetCsmacd,
    mac: Buffer.from(macToBytes(localMac(`${options.name} ${port.number}`))),
    up: up[port.kind],
    octets: () => device()?.octets?.() ?? { in: 0, out: 0 },
  };
}

/** Locally administered, and the same for the same text. */
export function localMac(text: string): Mac {
  const octets = createHash('sha256').update(text).digest();
  return macFromBytes(Buffer.concat([Buffer.from([0x02]), octets.subarray(0, 5)]));
}
