/** VLANs of RouterOS: one bridge with VLAN filtering, its ports and its VLAN table (`/interface bridge`). Pure. */
import type { VlanId } from '../../../rack/units.ts';
import { vlanId } from '../../../rack/units.ts';
import type { BridgePort, FrameTypes, PortVlan, VlanMembers, VlanState } from '../../vlans/state.ts';
import { bridgePort } from '../../vlans/state.ts';
import { SshAnswerInvalid, SshUnsupported } from '../errors.ts';
import type { RosInterface } from './facts.ts';
import { interfaces } from './facts.ts';
import { rowsOf } from './script.ts';
import type { Row } from './values.ts';
import { flag, list, rows, text } from './values.ts';

/** In the order in which `rosBridge` takes the answers. */
export const BRIDGE = [
  rowsOf('/interface bridge'),
  rowsOf('/interface bridge port'),
  rowsOf('/interface bridge vlan'),
  rowsOf('/interface'),
] as const;

export const BRIDGE_PORTS = [rowsOf('/interface bridge port'), rowsOf('/interface')] as const;

export interface RosBridge {
  readonly name: string;
  /** By interface; the bridge itself is one, for it is the port towards the switch's own processor. */
  readonly ports: ReadonlyMap<string, RosPort>;
  /** Rows that somebody made. */
  readonly rows: readonly RosVlanRow[];
  /** Membership in force, whatever it comes from. */
  readonly current: readonly RosVlanRow[];
}

export interface RosPort {
  /** Undefined: made by RouterOS itself, and not to be written. */
  readonly id: string | undefined;
  readonly number: BridgePort;
  readonly pvid: VlanId;
  readonly frameTypes: FrameTypes | undefined;
  readonly ingressFiltering: boolean | undefined;
}

export interface RosVlanRow {
  readonly id: string | undefined;
  readonly vlans: readonly VlanId[];
  readonly tagged: readonly string[];
  readonly untagged: readonly string[];
  readonly comment: string;
}

/** @throws SshUnsupported where VLANs are not what keeps ports apart */
export function rosBridge(answers: readonly string[]): RosBridge {
  const [bridges = '', ports = '', vlans = '', table = ''] = answers;
  const known = new Map([...interfaces(table)].map(([number, one]) => [one.name, number]));
  const all = rows(bridges, '/interface bridge').filter((row) => flag(row, 'disabled') !== true);
  const filtering = all.filter((row) => flag(row, 'vlan-filtering') === true);
  const bridge = filtering[0];
  const name = bridge && text(bridge, 'name');
  if (bridge === undefined || name === undefined || filtering.length > 1)
    throw new SshUnsupported(whyNone(all, filtering));
  const own = (row: Row) => text(row, 'bridge') === name && flag(row, 'disabled') !== true;
  const found = new Map<string, RosPort>();
  const place = (of: string | undefined, row: Row, id: string | undefined) => {
    const number = of === undefined ? undefined : known.get(of);
    // A list of interfaces has a row of its own beside those of its members.
    if (of !== undefined && number !== undefined) found.set(of, rosPort(row, id, bridgePort(number)));
  };
  place(name, bridge, undefined);
  for (const row of rows(ports, '/interface bridge port').filter(own)) {
    place(text(row, 'interface'), row, flag(row, 'dynamic') === true ? undefined : text(row, '.id'));
  }
  const vlanRows = rows(vlans, '/interface bridge vlan').filter(own);
  return {
    name,
    ports: found,
    rows: vlanRows.filter((row) => flag(row, 'dynamic') !== true).map((row) => vlanRow(row, 'tagged', 'untagged')),
    current: vlanRows.map((row) => vlanRow(row, 'current-tagged', 'current-untagged')),
  };
}

export function rosPvids(answers: readonly string[]): ReadonlyMap<BridgePort, VlanId> {
  const [ports = '', table = ''] = answers;
  const known = new Map([...interfaces(table)].map(([number, one]: [number, RosInterface]) => [one.name, number]));
  const found = new Map<BridgePort, VlanId>();
  for (const row of rows(ports, '/interface bridge port')) {
    const number = known.get(text(row, 'interface') ?? '');
    if (number !== undefined && flag(row, 'disabled') !== true) found.set(bridgePort(number), pvidOf(row));
  }
  return found;
}

export function rosVlanState(bridge: RosBridge): VlanState {
  const vlans = new Map<VlanId, { name: string; egress: Set<BridgePort>; untagged: Set<BridgePort> }>();
  const vlan = (id: VlanId) => {
    const now = vlans.get(id) ?? { name: `vlan${id}`, egress: new Set(), untagged: new Set() };
    vlans.set(id, now);
    return now;
  };
  const join = (id: VlanId, port: string, untagged: boolean) => {
    const number = bridge.ports.get(port)?.number;
    // A row that has it tagged comes before what the PVID would make of it.
    if (number === undefined || (untagged && isTagged(bridge, port, id))) return;
    vlan(id).egress.add(number);
    if (untagged) vlan(id).untagged.add(number);
  };
  for (const row of [...bridge.rows, ...bridge.current]) {
    for (const id of row.vlans) {
      if (row.comment !== '') vlan(id).name = row.comment;
      else vlan(id);
      for (const port of row.tagged) join(id, port, false);
      for (const port of row.untagged) join(id, port, true);
    }
  }
  // A port is a member of the VLAN of its PVID without a row, unless untagged frames are dropped there.
  for (const [name, { pvid, frameTypes }] of bridge.ports) {
    if (frameTypes !== 'tagged-only') join(pvid, name, true);
  }
  return {
    vlans: vlans as ReadonlyMap<VlanId, VlanMembers>,
    ports: new Map([...bridge.ports.values()].map((port) => [port.number, portVlan(port)])),
    capacity: { maxVlanId: 4094, maxVlans: undefined },
  };
}

export function isTagged(bridge: Pick<RosBridge, 'rows'>, port: string, vlan: VlanId): boolean {
  return bridge.rows.some((row) => row.vlans.includes(vlan) && row.tagged.includes(port));
}

function portVlan({ pvid, frameTypes, ingressFiltering }: RosPort): PortVlan {
  return { pvid, frameTypes, ingressFiltering, mode: undefined, access: undefined, allows: undefined };
}

function whyNone(bridges: readonly Row[], filtering: readonly Row[]): string {
  const names = (of: readonly Row[]) => of.map((row) => text(row, 'name') ?? '?').join(', ');
  if (filtering.length > 1)
    return `more than one bridge filters VLANs (${names(filtering)}): put all ports of boards into one`;
  if (bridges.length === 0)
    return 'there is no bridge, so ports are not switched: put them into one with vlan-filtering=yes';
  return `no bridge filters VLANs (${names(bridges)}): set vlan-filtering=yes by hand, once the way to manage the switch is in its VLAN table`;
}

function rosPort(row: Row, id: string | undefined, number: BridgePort): RosPort {
  return {
    id,
    number,
    pvid: pvidOf(row),
    frameTypes: FRAME_TYPES.get(text(row, 'frame-types') ?? ''),
    ingressFiltering: flag(row, 'ingress-filtering'),
  };
}

const FRAME_TYPES: ReadonlyMap<string, FrameTypes> = new Map([
  ['admit-all', 'all'],
  ['admit-only-vlan-tagged', 'tagged-only'],
  ['admit-only-untagged-and-priority-tagged', 'untagged-only'],
]);

function pvidOf(row: Row): VlanId {
  const pvid = Number(text(row, 'pvid') ?? Number.NaN);
  if (!Number.isInteger(pvid) || pvid < 1 || pvid > 4094) {
    throw new SshAnswerInvalid('/interface bridge port', `${text(row, 'interface') ?? text(row, 'name')} has no PVID`);
  }
  return vlanId(pvid);
}

function vlanRow(row: Row, tagged: string, untagged: string): RosVlanRow {
  return {
    id: text(row, '.id'),
    vlans: list(row, 'vlan-ids').flatMap(idsOf),
    tagged: list(row, tagged),
    untagged: list(row, untagged),
    comment: text(row, 'comment') ?? '',
  };
}

function idsOf(part: string): VlanId[] {
  const [, from, to = from] = /^(\d{1,4})(?:-(\d{1,4}))?$/.exec(part) ?? [];
  if (from === undefined) throw new SshAnswerInvalid('/interface bridge vlan', `"${part}" is no VLAN id`);
  const [first, last] = [Number(from), Math.min(Number(to), 4094)];
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, at) => vlanId(first + at));
}
