/**
 * Comware (H3C, HPE): hh3cifVLANType says what a port is, access ports are listed by VLAN, trunks and hybrid ports list
 * their VLANs, and all these lists have their bits the other way round. A port that changes its type falls back to VLAN 1,
 * so its PVID comes after.
 */
import type { VlanId } from '../../../rack/units.ts';
import type { VlanRefusal } from '../../backend.ts';
import { SwitchError, WriteRefused } from '../../errors.ts';
import { HH3C_PORT_TYPES, HH3C_LSW_INF as INF, HH3C_LSW_VLAN as LSW } from '../../mib/comware-vlans.ts';
import { ROW_STATUS } from '../../mib/q-bridge.ts';
import type { Oid } from '../../snmp/oid.ts';
import type { SnmpSet } from '../../snmp/session.ts';
import type { VlanChange } from '../guard.ts';
import { rangesOf } from '../ranges.ts';
import type { BridgePort, PortMode, PortVlan, VlanState, VlanStep } from '../state.ts';
import type { VlanDialect } from './dialect.ts';
import { changed, differing, mirrored } from './port-list.ts';
import { RFC4363 } from './q-bridge-objects.ts';
import type { QBridgeReading } from './q-bridge-read.ts';
import { readPvids, readQBridge } from './q-bridge-read.ts';
import type { QBridgeWriter } from './q-bridge-write.ts';
import { qBridgeWriter } from './q-bridge-write.ts';
import type { UseSwitch } from './raw.ts';
import { readColumns } from './raw.ts';
import type { VlanListLayout } from './vlan-list.ts';
import { listChanges, listedVlans, listSets } from './vlan-list.ts';
import type { Writable } from './writer.ts';
import { apart, grouped, only } from './writer.ts';

const DEFAULT_VLAN = 1;
const NONE = Buffer.alloc(0);

const halves = (low: Oid, high: Oid): VlanListLayout => ({
  columns: [
    { column: low, first: 1, octets: 256 },
    { column: high, first: 2_049, octets: 256 },
  ],
  lowestBitFirst: true,
});
const TRUNK = halves(INF.hh3cifVLANTrunkAllowListLow, INF.hh3cifVLANTrunkAllowListHigh);
const TAGGED = halves(INF.hh3cifHybridTaggedVlanListLow, INF.hh3cifHybridTaggedVlanListHigh);
const UNTAGGED = halves(INF.hh3cifHybridUnTaggedVlanListLow, INF.hh3cifHybridUnTaggedVlanListHigh);

export function comware(use: UseSwitch): VlanDialect {
  const readings = new WeakMap<VlanState, QBridgeReading>();
  return {
    numbering: 'bridgePort',
    async read() {
      const reading = await readQBridge(use, RFC4363, 'bridgePort');
      const lists = [TRUNK, TAGGED, UNTAGGED].flatMap(({ columns }) => columns.map(({ column }) => column));
      for (const [columns, rows] of [
        [[INF.hh3cifVLANType], undefined],
        [lists, 1],
        [[LSW.hh3cdot1qVlanPorts], undefined],
      ] as const) {
        for (const [column, found] of await readColumns(use, 'read what ports are', columns, rows)) {
          for (const [index, value] of found) reading.raw.put(column, index, value);
        }
      }
      const ports = new Map<BridgePort, PortVlan>();
      for (const [port, plain] of reading.state.ports) {
        const type = reading.raw.number(INF.hh3cifVLANType, ifIndexOf(reading, port));
        const mode = type === undefined ? undefined : nameOf(type);
        const listed = mode === 'trunk' ? listedVlans(reading.raw, TRUNK, ifIndexOf(reading, port)) : undefined;
        ports.set(port, { ...plain, mode, allows: listed && rangesOf(listed) });
      }
      const state: VlanState = { ...reading.state, ports };
      readings.set(state, { ...reading, state });
      return state;
    },
    pvids: () => readPvids(use, RFC4363, 'bridgePort'),
    async write(steps, state, guard) {
      const reading = readings.get(state);
      if (!reading) throw new SwitchError('not-read', 'VLANs are written by a reading of this backend only');
      readings.delete(state);
      const ways = { egressFirst: false, creates: true };
      return write(qBridgeWriter(use, RFC4363, reading, guard, ways, writables(reading)), steps, reading);
    },
  };
}

async function write(
  writer: QBridgeWriter,
  steps: readonly VlanStep[],
  reading: QBridgeReading,
): Promise<VlanRefusal[]> {
  const { raw, state } = reading;
  const coming = new Map(only(steps, 'mode').map(({ port, mode }) => [port, mode]));
  const inMode = (mode: PortMode, some: readonly VlanStep[]) =>
    some.filter((step) => (coming.get(portOf(step)) ?? state.ports.get(portOf(step))?.mode ?? 'general') === mode);
  const integer = (column: Oid, index: string, value: number): SnmpSet => ({
    oid: `${column}.${index}`,
    type: 'Integer32',
    value,
  });
  const members = only(steps, 'join-tagged', 'join-untagged', 'leave');
  const pvids = only(steps, 'pvid');

  const rows = (status: number) => (some: readonly VlanStep[]) =>
    some.flatMap((step): SnmpSet[] => {
      const { vlan } = step as { vlan: VlanId };
      const row = integer(LSW.hh3cdot1qVlanRowStatus, String(vlan), status);
      if (step.kind !== 'create') return [row];
      return [row, { oid: `${LSW.hh3cdot1qVlanName}.${vlan}`, type: 'OctetString', value: Buffer.from(step.name) }];
    });
  const createAlone = (step: VlanStep) =>
    writer.send('make a VLAN', rows(ROW_STATUS.createAndGo)([{ ...step, kind: 'destroy' } as VlanStep]));
  const modes = (some: readonly VlanStep[]) =>
    only(some, 'mode').map(({ port, mode }) => integer(INF.hh3cifVLANType, ifIndexOf(reading, port), numberOf(mode)));

  const width = Math.max(
    0,
    ...[...raw.column(LSW.hh3cdot1qVlanPorts).keys()].map((vlan) => raw.bytes(LSW.hh3cdot1qVlanPorts, vlan)!.length),
  );
  const portList = (vlan: VlanId, changes: readonly (readonly [BridgePort, boolean])[]): SnmpSet => {
    const before = raw.bytes(LSW.hh3cdot1qVlanPorts, String(vlan)) ?? Buffer.alloc(width);
    const value = mirrored(changed(mirrored(before), changes));
    return { oid: `${LSW.hh3cdot1qVlanPorts}.${vlan}`, type: 'OctetString', value };
  };
  const access = only(inMode('access', [...members, ...pvids]), 'join-untagged', 'pvid');
  const assigned = (some: readonly VlanStep[]) =>
    grouped(some, (step) => (step as { vlan: VlanId }).vlan).map((of) => {
      return portList(
        (of[0] as { vlan: VlanId }).vlan,
        of.map((step) => [portOf(step), true]),
      );
    });
  /** A port comes back to the default VLAN by being taken out of its own. */
  const assignAlone = async (step: VlanStep) => {
    const now = state.ports.get(portOf(step))?.pvid;
    const back = (step as { vlan: VlanId }).vlan === DEFAULT_VLAN && now !== undefined;
    await writer.send('put a port into a VLAN', back ? [portList(now, [[portOf(step), false]])] : assigned([step]));
  };
  /** Into a list before out of the other, so that a port that only changes its tag leaves no VLAN in between. */
  const lists = (joining: boolean) => (some: readonly VlanStep[]) =>
    grouped(some, portOf).flatMap((of) => {
      const index = ifIndexOf(reading, portOf(of[0]!));
      const steps = only(of, 'join-tagged', 'join-untagged', 'leave');
      const to = (...kinds: string[]) =>
        steps.filter(({ kind }) => kinds.includes(kind) === joining).map(({ vlan }) => [vlan, joining] as const);
      if (inMode('trunk', of).length > 0) return listSets(raw, TRUNK, index, to('join-tagged', 'join-untagged'));
      return [
        ...listSets(raw, TAGGED, index, to('join-tagged')),
        ...listSets(raw, UNTAGGED, index, to('join-untagged')),
      ];
    });
  const listed = [...inMode('trunk', members), ...inMode('general', members)];

  return [
    ...(await writer.merged('make VLANs', apart(only(steps, 'create')), rows(ROW_STATUS.createAndGo), createAlone)),
    ...(await writer.merged('set what ports are', apart(only(steps, 'mode')), modes)),
    ...(await writer.merged(
      'put access ports into VLANs',
      grouped(access, (step) => (step as { vlan: VlanId }).vlan),
      assigned,
      assignAlone,
    )),
    ...(await writer.merged('put VLANs on the lists of ports', grouped(listed, portOf), lists(true))),
    ...(await writer.merged('take VLANs off the lists of ports', grouped(listed, portOf), lists(false))),
    ...(await writer.ports([
      ...inMode('trunk', pvids),
      ...inMode('general', pvids),
      ...only(steps, 'frame-types', 'ingress-filtering'),
    ])),
    ...(await writer.merged('destroy VLANs', apart(only(steps, 'destroy')), rows(ROW_STATUS.destroy))),
  ];
}

function portOf(step: VlanStep): BridgePort {
  return (step as { port: BridgePort }).port;
}

function ifIndexOf({ ifIndexes }: QBridgeReading, port: BridgePort): string {
  return String(ifIndexes.get(port) ?? port);
}

function nameOf(type: number): PortMode {
  return HH3C_PORT_TYPES[type as keyof typeof HH3C_PORT_TYPES] ?? `mode ${type}`;
}

function numberOf(mode: PortMode): number {
  const known = Object.entries(HH3C_PORT_TYPES).find(([, name]) => name === mode)?.[0];
  return Number(known ?? mode.replace('mode ', ''));
}

function writables({ raw, state, ifIndexes }: QBridgeReading): Writable[] {
  const portAt = (index: string): BridgePort => {
    const found = [...state.ports.keys()].find((port) => (ifIndexes.get(port) ?? port) === Number(index));
    if (found === undefined) throw new WriteRefused(index, 'the switch has no bridge port of that ifIndex');
    return found;
  };
  const trunk = TRUNK.columns.map(
    (list): Writable => ({
      column: list.column,
      changes: (index, { value }) => {
        const port = portAt(index);
        return listChanges(list, true, raw.bytes(list.column, index) ?? NONE, value as Buffer).map(
          ([vlan, on]): VlanChange => {
            return { kind: 'egress', vlan, port, on };
          },
        );
      },
    }),
  );
  const hybrid = (layout: VlanListLayout, other: VlanListLayout) =>
    layout.columns.map(
      (list): Writable => ({
        column: list.column,
        changes: (index, { value }) => {
          const port = portAt(index);
          const elsewhere = listedVlans(raw, other, index);
          return listChanges(list, true, raw.bytes(list.column, index) ?? NONE, value as Buffer).flatMap(
            ([vlan, on]): VlanChange[] => [
              // In the other list it is a member all the same.
              ...(elsewhere?.has(vlan) ? [] : [{ kind: 'egress', vlan, port, on } as const]),
              ...(layout === UNTAGGED ? [{ kind: 'untagged', vlan, port, on } as const] : []),
            ],
          );
        },
      }),
    );
  return [
    ...trunk,
    ...hybrid(TAGGED, UNTAGGED),
    ...hybrid(UNTAGGED, TAGGED),
    {
      column: INF.hh3cifVLANType,
      changes: (index, { value }) => [{ kind: 'mode', port: portAt(index), mode: nameOf(Number(value)) }],
    },
    {
      column: LSW.hh3cdot1qVlanPorts,
      changes: (index, { value }) => {
        const before = raw.bytes(LSW.hh3cdot1qVlanPorts, index) ?? NONE;
        const vlan = Number(index) as VlanId;
        return differing(mirrored(before), mirrored(value as Buffer)).flatMap(([port, on]): VlanChange[] => [
          { kind: 'egress', vlan, port, on },
          { kind: 'untagged', vlan, port, on },
        ]);
      },
    },
    {
      column: LSW.hh3cdot1qVlanRowStatus,
      changes: (index, { value }) => [
        { kind: value === ROW_STATUS.destroy ? 'destroy' : 'create', vlan: Number(index) as VlanId },
      ],
    },
    {
      column: LSW.hh3cdot1qVlanName,
      changes: (index) =>
        state.vlans.has(Number(index) as VlanId) ? [{ kind: 'rename', vlan: Number(index) as VlanId }] : [],
    },
  ];
}
