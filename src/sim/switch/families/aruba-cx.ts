/**
 * Aruba CX: the bridge tables of RFC 4363 under the arc of IEEE 802.1, with a component before every index, and a column
 * that takes power away for so many seconds (ARUBAWIRED-POE-MIB).
 */
import type { BridgeVlan } from '../bridge.ts';
import type { ObjectGroup, SwitchParts } from '../groups.ts';
import {
  bridgeGroup,
  entityGroup,
  forwardingGroup,
  interfacesGroup,
  lldpGroup,
  powerGroup,
  systemGroup,
} from '../groups.ts';
import type { Change, MibPart, Refusal, Together } from '../mib.ts';
import { STATUS, TAG } from '../mib.ts';
import { among, between, FALSE, TRUE, truthValue, upTo } from '../objects/checks.ts';
import { scalar } from '../objects/scalar.ts';
import type { SwitchPort } from '../ports.ts';
import { table } from '../table.ts';
import type { VlanEdit } from '../vlan-edits.ts';
import { ROW_STATUS } from '../vlan-edits.ts';
import type { FamilyOptions } from './family.ts';
import { cycleColumn, wattsColumn } from './power-columns.ts';
import { saveRow } from './save-row.ts';

const BRIDGE = '1.3.111.2.802.1.1.4.1';
const STATIC_ENTRY = `${BRIDGE}.4.3.1`;
const PORT_ENTRY = `${BRIDGE}.4.5.1`;
/** A switch is one component. */
const COMPONENT = 1;
/** IEEE8021PortAcceptableFrameTypes: numbered otherwise than in RFC 4363. */
const [ADMIT_ALL, , ADMIT_TAGGED] = [1, 2, 3];

interface VlanRow {
  readonly id: number;
  readonly vlan: BridgeVlan;
}

export const ieee8021Vlans: ObjectGroup = (parts): MibPart[] => {
  const { bridge, control, ports, portList } = parts;
  const together: Together = {
    prepare(changes) {
      const edits: VlanEdit[] = [];
      for (const change of changes) {
        const edit = editOf(change, parts);
        if ('errorStatus' in edit) return edit;
        edits.push(edit);
      }
      return control.prepare(edits);
    },
  };
  const vlans = () => [...bridge.config.vlans].map(([id, vlan]): VlanRow => ({ id, vlan }));
  const own = (port: SwitchPort) => bridge.config.ports.get(port.number)!;
  const list = (arc: number, of: 'egress' | 'untagged' | 'forbidden') => ({
    arc,
    tag: TAG.OctetString,
    read: ({ vlan }: VlanRow) => portList.encode(vlan[of]),
  });
  const written = { check: portList.check, together };
  const version = () => bridge.version;
  return [
    // ieee8021QBridgeMaxVlanId, MaxSupportedVlans and NumVlans of the component
    scalar(`${BRIDGE}.1.1.1.3`, TAG.Integer32, () => control.limits.maxVlanId),
    scalar(`${BRIDGE}.1.1.1.4`, TAG.Gauge32, () => control.limits.maxVlans),
    scalar(`${BRIDGE}.1.1.1.5`, TAG.Gauge32, () => bridge.config.vlans.size),
  ]
    .map((part): MibPart => ({ ...part, index: String(COMPONENT) }))
    .concat([
      table<VlanRow>(
        `${BRIDGE}.4.2.1`,
        { version, entries: () => vlans().map((row) => [`0.${COMPONENT}.${row.id}`, row] as const) },
        [list(5, 'egress'), list(6, 'untagged')],
      ),
      table<VlanRow>(
        STATIC_ENTRY,
        { version, entries: () => vlans().map((row) => [`${COMPONENT}.${row.id}`, row] as const) },
        [
          { arc: 3, tag: TAG.OctetString, check: upTo(32), together, read: ({ vlan }) => Buffer.from(vlan.name) },
          { ...list(4, 'egress'), ...written },
          { ...list(5, 'forbidden'), ...written },
          { ...list(6, 'untagged'), ...written },
          {
            arc: 7,
            tag: TAG.Integer32,
            check: among(...Object.values(ROW_STATUS)),
            together,
            read: ({ vlan }) => (vlan.active ? ROW_STATUS.active : ROW_STATUS.notInService),
          },
        ],
      ),
      table<SwitchPort>(
        PORT_ENTRY,
        {
          version: () => ports.version,
          entries: () => ports.bridged.map((port) => [`${COMPONENT}.${port.bridge!.port}`, port] as const),
        },
        [
          { arc: 1, tag: TAG.Gauge32, check: between(1, 4_094), together, read: (port) => own(port).pvid },
          {
            arc: 2,
            tag: TAG.Integer32,
            check: among(ADMIT_ALL, ADMIT_TAGGED),
            together,
            read: (port) => (own(port).frameTypes === 'all' ? ADMIT_ALL : ADMIT_TAGGED),
          },
          {
            arc: 3,
            tag: TAG.Integer32,
            check: among(TRUE, FALSE),
            together,
            read: (port) => truthValue(own(port).ingressFiltering),
          },
        ],
      ),
    ]);
};

function editOf({ object, index, place, value }: Change, { ports, portList }: SwitchParts): VlanEdit | Refusal {
  const [component, number] = index.split('.').map(Number);
  const column = Number(object.oid.slice(object.oid.lastIndexOf('.') + 1));
  if (component !== COMPONENT || number === undefined) return { errorStatus: STATUS.noCreation, place };
  if (object.oid.startsWith(STATIC_ENTRY)) {
    const row = { vlan: number, place };
    if (column === 3) return { ...row, kind: 'name', name: String(value) };
    if (column === 7) return { ...row, kind: 'status', status: Number(value) };
    const kind = ({ 4: 'egress', 5: 'forbidden' } as const)[column] ?? 'untagged';
    return { ...row, kind, ports: portList.decode(value) };
  }
  const port = ports.bridged.find(({ bridge }) => bridge!.port === number)?.number;
  if (port === undefined) return { errorStatus: STATUS.noCreation, place };
  if (column === 1) return { port, place, kind: 'pvid', pvid: Number(value) };
  if (column === 2)
    return { port, place, kind: 'frame-types', frameTypes: value === ADMIT_ALL ? 'all' : 'tagged-only' };
  return { port, place, kind: 'ingress-filtering', on: value === TRUE };
}

const POE_PORT = '1.3.6.1.4.1.47196.4.1.1.3.8.1.1.1';

export function arubaCx(): FamilyOptions {
  return {
    identity: {
      sysObjectID: '1.3.6.1.4.1.47196.4.1.1.1.106',
      sysDescr: 'Aruba JL675A 6100 48G CL4 4SFP+ Swch, PL.10.13.1000',
      model: 'JL675A',
      manufacturer: 'Aruba',
    },
    numbering: { ifName: (port: number) => `1/1/${port}` },
    power: { actualPower: false },
    groups: [
      systemGroup,
      interfacesGroup,
      bridgeGroup,
      forwardingGroup,
      entityGroup,
      lldpGroup,
      powerGroup,
      // arubaWiredPoePethPsePortPowerDrawn and PoECycle
      wattsColumn({ oid: `${POE_PORT}.7`, unit: 0.001 }),
      cycleColumn({ oid: `${POE_PORT}.14`, most: 60 }),
      ieee8021Vlans,
      // arubaWiredConfigurationCopyTable: from running to startup
      saveRow({ entry: '1.3.6.1.4.1.47196.4.1.1.3.20.1.0.1.1', wanted: { 2: 3, 3: 2 }, rowStatus: 18 }),
    ],
  };
}
