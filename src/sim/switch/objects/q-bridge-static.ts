/** Q-BRIDGE-MIB (RFC 4363): the tables that are written, dot1qVlanStaticTable and dot1qPortVlanTable. */
import type { Bridge, BridgeVlan } from '../bridge.ts';
import { DEFAULT_VLAN } from '../bridge.ts';
import type { VlanFaults } from '../faults.ts';
import type { Change, MibPart, MibValue, Refusal, Together } from '../mib.ts';
import { STATUS, TAG } from '../mib.ts';
import type { Ports, SwitchPort } from '../ports.ts';
import type { Column } from '../table.ts';
import { table } from '../table.ts';
import type { VlanControl } from '../vlan-control.ts';
import type { PortChange, RowChange, VlanEdit } from '../vlan-edits.ts';
import { ROW_STATUS } from '../vlan-edits.ts';
import { among, between, FALSE, TRUE, truthValue, upTo } from './checks.ts';
import type { PortListCodec } from './port-list.ts';

const STATIC_ENTRY = '1.3.6.1.2.1.17.7.1.4.3.1';
const PORT_ENTRY = '1.3.6.1.2.1.17.7.1.4.5.1';

/** dot1qPortAcceptableFrameTypes. */
const ADMIT_ALL = 1;
const ADMIT_ONLY_VLAN_TAGGED = 2;

export interface StaticVlans {
  readonly bridge: Bridge;
  readonly control: VlanControl;
  readonly ports: Ports;
  readonly portList: PortListCodec;
  /** Whether VLAN 1 is in the static table. */
  readonly showsVlan1: boolean;
  readonly faults: VlanFaults;
}

interface VlanRow {
  readonly id: number;
  readonly vlan: BridgeVlan;
}

export function qBridgeStaticObjects(objects: StaticVlans): MibPart[] {
  const together: Together = {
    prepare(changes) {
      const edits: VlanEdit[] = [];
      for (const change of changes) {
        const edit = editOf(change, objects);
        if ('errorStatus' in edit) return edit;
        edits.push(edit);
      }
      return objects.control.prepare(edits);
    },
  };
  return [staticTable(objects, together), portTable(objects, together)];
}

function staticTable({ bridge, portList, showsVlan1, faults }: StaticVlans, together: Together): MibPart {
  const rows = {
    version: () => bridge.version,
    entries: () =>
      [...bridge.config.vlans]
        .filter(([id]) => showsVlan1 || id !== DEFAULT_VLAN)
        .map(([id, vlan]) => [String(id), { id, vlan }] as const),
  };
  const list = (arc: number, read: (vlan: BridgeVlan) => ReadonlySet<number>): Column<VlanRow> => ({
    arc,
    tag: TAG.OctetString,
    check: portList.check,
    together,
    read: ({ vlan }) => portList.encode(read(vlan)),
  });
  return table<VlanRow>(STATIC_ENTRY, rows, [
    // dot1qVlanStaticName
    { arc: 1, tag: TAG.OctetString, check: upTo(32), together, read: ({ vlan }) => Buffer.from(vlan.name) },
    // dot1qVlanStaticEgressPorts, dot1qVlanForbiddenEgressPorts, dot1qVlanStaticUntaggedPorts
    list(2, ({ egress }) => egress),
    list(3, ({ forbidden }) => forbidden),
    list(4, ({ untagged }) => untagged),
    // dot1qVlanStaticRowStatus
    {
      arc: 5,
      tag: TAG.Integer32,
      check: among(...Object.values(ROW_STATUS)),
      together,
      read: ({ vlan }) => {
        if (!vlan.active) return ROW_STATUS.notInService;
        return faults.statusReadsCreate ? ROW_STATUS.createAndGo : ROW_STATUS.active;
      },
    },
  ]);
}

function portTable({ bridge, control, ports }: StaticVlans, together: Together): MibPart {
  const rows = {
    version: () => ports.version,
    entries: () => ports.bridged.map((port) => [String(port.bridge?.pvidIndex), port] as const),
  };
  const settings = ({ number }: SwitchPort) => bridge.config.ports.get(number)!;
  return table<SwitchPort>(PORT_ENTRY, rows, [
    // dot1qPvid is an Unsigned32: an Integer32 of the same value is another type
    {
      arc: 1,
      tag: TAG.Gauge32,
      check: between(1, control.limits.maxVlanId),
      together,
      read: (port) => settings(port).pvid,
    },
    // dot1qPortAcceptableFrameTypes
    {
      arc: 2,
      tag: TAG.Integer32,
      check: among(ADMIT_ALL, ADMIT_ONLY_VLAN_TAGGED),
      together,
      read: (port) => (settings(port).frameTypes === 'all' ? ADMIT_ALL : ADMIT_ONLY_VLAN_TAGGED),
    },
    // dot1qPortIngressFiltering
    {
      arc: 3,
      tag: TAG.Integer32,
      check: among(TRUE, FALSE),
      together,
      read: (port) => truthValue(settings(port).ingressFiltering),
    },
  ]);
}

const rowChanges: Readonly<Record<string, (value: MibValue, portList: PortListCodec) => RowChange>> = {
  [`${STATIC_ENTRY}.1`]: (value) => ({ kind: 'name', name: String(value) }),
  [`${STATIC_ENTRY}.2`]: (value, portList) => ({ kind: 'egress', ports: portList.decode(value) }),
  [`${STATIC_ENTRY}.3`]: (value, portList) => ({ kind: 'forbidden', ports: portList.decode(value) }),
  [`${STATIC_ENTRY}.4`]: (value, portList) => ({ kind: 'untagged', ports: portList.decode(value) }),
  [`${STATIC_ENTRY}.5`]: (value) => ({ kind: 'status', status: Number(value) }),
};

const portChanges: Readonly<Record<string, (value: MibValue) => PortChange>> = {
  [`${PORT_ENTRY}.1`]: (value) => ({ kind: 'pvid', pvid: Number(value) }),
  [`${PORT_ENTRY}.2`]: (value) => ({ kind: 'frame-types', frameTypes: value === ADMIT_ALL ? 'all' : 'tagged-only' }),
  [`${PORT_ENTRY}.3`]: (value) => ({ kind: 'ingress-filtering', on: value === TRUE }),
};

function editOf({ object, index, place, value }: Change, objects: StaticVlans): VlanEdit | Refusal {
  const { ports, portList, showsVlan1 } = objects;
  const number = /^\d{1,10}$/.test(index) ? Number(index) : undefined;
  const row = rowChanges[object.oid]?.(value, portList);
  if (row && number !== undefined && (showsVlan1 || number !== DEFAULT_VLAN)) return { ...row, vlan: number, place };
  const change = portChanges[object.oid]?.(value);
  const port = ports.bridged.find(({ bridge }) => bridge?.pvidIndex === number);
  if (change && port && number !== undefined) return { ...change, port: port.number, place };
  return { errorStatus: STATUS.noCreation, place };
}
