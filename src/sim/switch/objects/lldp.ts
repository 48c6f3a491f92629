import type { Mac } from '../../../wire/address.ts';
import { macToBytes } from '../../../wire/address.ts';
import type { MibPart } from '../mib.ts';
import { TAG } from '../mib.ts';
import type { Neighbour, Neighbours } from '../neighbours.ts';
import type { Ports, SwitchPort } from '../ports.ts';
import { table } from '../table.ts';
import { scalar } from './scalar.ts';

const LOCAL = '1.0.8802.1.1.2.1.3';
const REMOTE_ENTRY = '1.0.8802.1.1.2.1.4.1.1';

/** LldpChassisIdSubtype and LldpPortIdSubtype, which number the same things differently. */
const CHASSIS_MAC = 4;
const PORT_MAC = 3;
const PORT_IF_NAME = 5;

/** LldpSystemCapabilitiesMap: bits 2 (bridge) and 7 (station only) from the most significant one. */
const BRIDGE = Buffer.from([0x20, 0]);
const STATION_ONLY = Buffer.from([0x01, 0]);

export interface LldpObjects {
  readonly address: Mac;
  readonly sysName: () => string;
  readonly sysDescr: string;
  readonly ports: Ports;
  readonly neighbours: Neighbours;
}

/** LLDP-MIB (IEEE 802.1AB-2005): the switch itself, its ports under a numbering of their own, and its neighbours. */
export function lldpObjects({ address, sysName, sysDescr, ports, neighbours }: LldpObjects): MibPart[] {
  const bytes = (mac: Mac) => Buffer.from(macToBytes(mac));
  const localRows = {
    version: () => ports.version,
    entries: () => ports.physical.map((port) => [String(port.lldpPort), port] as const),
  };
  const remoteRows = {
    version: () => neighbours.version(),
    entries: () =>
      Array.from(neighbours.all(), (neighbour) => {
        const index = `${neighbour.timeMark}.${ports.port(neighbour.port).lldpPort}.${neighbour.index}`;
        return [index, neighbour] as const;
      }),
  };
  return [
    // lldpLocChassisIdSubtype, ChassisId, SysName, SysDesc, SysCapSupported, SysCapEnabled
    scalar(`${LOCAL}.1`, TAG.Integer32, () => CHASSIS_MAC),
    scalar(`${LOCAL}.2`, TAG.OctetString, () => bytes(address)),
    scalar(`${LOCAL}.3`, TAG.OctetString, () => Buffer.from(sysName())),
    scalar(`${LOCAL}.4`, TAG.OctetString, () => Buffer.from(sysDescr)),
    scalar(`${LOCAL}.5`, TAG.OctetString, () => BRIDGE),
    scalar(`${LOCAL}.6`, TAG.OctetString, () => BRIDGE),
    // lldpLocPortIdSubtype, Id, Desc
    table<SwitchPort>(`${LOCAL}.7.1`, localRows, [
      { arc: 2, tag: TAG.Integer32, read: () => PORT_IF_NAME },
      { arc: 3, tag: TAG.OctetString, read: ({ ifName }) => Buffer.from(ifName) },
      { arc: 4, tag: TAG.OctetString, read: ({ ifName }) => Buffer.from(`port ${ifName}`) },
    ]),
    // lldpRemChassisIdSubtype, ChassisId, PortIdSubtype, PortId, PortDesc, SysName, SysDesc, SysCapSupported, SysCapEnabled
    table<Neighbour>(REMOTE_ENTRY, remoteRows, [
      { arc: 4, tag: TAG.Integer32, read: () => CHASSIS_MAC },
      { arc: 5, tag: TAG.OctetString, read: ({ system }) => bytes(system.chassis) },
      { arc: 6, tag: TAG.Integer32, read: () => PORT_MAC },
      { arc: 7, tag: TAG.OctetString, read: ({ system }) => bytes(system.port) },
      { arc: 8, tag: TAG.OctetString, read: ({ system }) => Buffer.from(system.portDescr) },
      { arc: 9, tag: TAG.OctetString, read: ({ system }) => Buffer.from(system.sysName) },
      { arc: 10, tag: TAG.OctetString, read: ({ system }) => Buffer.from(system.sysDescr) },
      { arc: 11, tag: TAG.OctetString, read: () => STATION_ONLY },
      { arc: 12, tag: TAG.OctetString, read: () => STATION_ONLY },
    ]),
  ];
}
