/** Writes steps into the bridge tables, in the way that the family of switches takes them. */
import type { VlanId } from '../../../rack/units.ts';
import type { VlanRefusal } from '../../backend.ts';
import { WriteRefused } from '../../errors.ts';
import { TRUTH_VALUE } from '../../mib/power-ethernet.ts';
import { ROW_STATUS } from '../../mib/q-bridge.ts';
import { SnmpErrorStatus } from '../../snmp/errors.ts';
import type { SnmpSet } from '../../snmp/session.ts';
import type { VlanChange, VlanGuard } from '../guard.ts';
import type { BridgePort, FrameTypes, VlanStep } from '../state.ts';
import { changed, differing } from './port-list.ts';
import type { QBridgeObjects } from './q-bridge-objects.ts';
import { lastArc } from './q-bridge-objects.ts';
import type { QBridgeReading } from './q-bridge-read.ts';
import type { UseSwitch } from './raw.ts';
import type { Writable, Writer } from './writer.ts';
import { apart, createWriter, grouped, only } from './writer.ts';

export interface QBridgeWays {
  /** The agent ignores an untagged list beside the egress list of the same VLAN: two PDUs, egress first. */
  readonly egressFirst: boolean;
  /** Whether a VLAN can be made. */
  readonly creates: boolean;
}

type Member = Extract<VlanStep, { readonly kind: 'join-tagged' | 'join-untagged' | 'leave' }>;
type Create = Extract<VlanStep, { readonly kind: 'create' }>;

export interface QBridgeWriter extends Writer {
  create(steps: readonly Create[]): Promise<VlanRefusal[]>;
  destroy(steps: readonly VlanStep[]): Promise<VlanRefusal[]>;
  members(steps: readonly Member[]): Promise<VlanRefusal[]>;
  ports(steps: readonly VlanStep[]): Promise<VlanRefusal[]>;
}

export function qBridgeWriter(
  use: UseSwitch,
  objects: QBridgeObjects,
  reading: QBridgeReading,
  guard: VlanGuard,
  ways: QBridgeWays,
  more: readonly Writable[] = [],
): QBridgeWriter {
  const { raw, state, indexOf, first } = reading;
  const writer = createWriter({ use, raw, state, guard, writables: [...writables(objects, reading), ...more] });
  const row = (vlan: VlanId) => `${objects.component}${vlan}`;
  const integer = (column: string, index: string, value: number): SnmpSet => ({
    oid: `${column}.${index}`,
    type: 'Integer32',
    value,
  });
  const bytes = (column: string, index: string, value: Buffer): SnmpSet => ({
    oid: `${column}.${index}`,
    type: 'OctetString',
    value,
  });
  const status = (vlan: VlanId, value: number) => integer(objects.status, row(vlan), value);
  const nameOf = ({ vlan, name }: Create) => bytes(objects.name, row(vlan), Buffer.from(name));

  const createAlone = async (step: VlanStep) => {
    const create = step as Create;
    await firstOf([
      [[status(create.vlan, ROW_STATUS.createAndGo)]],
      [[status(create.vlan, ROW_STATUS.createAndWait)], [nameOf(create)], [status(create.vlan, ROW_STATUS.active)]],
      [[status(create.vlan, ROW_STATUS.createAndWait)], [status(create.vlan, ROW_STATUS.active)]],
      // A row that an attempt before left behind.
      [[status(create.vlan, ROW_STATUS.active)]],
    ]);
  };
  /** The first way, of several PDUs each, that is not refused. @throws SnmpErrorStatus of the first */
  const firstOf = async (ways: readonly (readonly (readonly SnmpSet[])[])[]) => {
    let refusal: SnmpErrorStatus | undefined;
    for (const way of ways) {
      try {
        for (const sets of way) await writer.send('write one VLAN', sets);
        return;
      } catch (error) {
        // A way that the guard does not let us go is none.
        const closed = error instanceof WriteRefused && refusal !== undefined;
        if (!closed && !(error instanceof SnmpErrorStatus)) throw error;
        if (error instanceof SnmpErrorStatus) refusal ??= error;
      }
    }
    throw refusal!;
  };

  const width = (column: string) =>
    Math.max(0, ...[...raw.column(column).keys()].map((index) => raw.bytes(column, index)?.length ?? 0));
  const list = (column: string, vlan: VlanId, changes: readonly (readonly [BridgePort, boolean])[]) =>
    changed(raw.bytes(column, row(vlan)) ?? Buffer.alloc(width(column)), changes, first);
  const egressOf = (steps: readonly VlanStep[]) =>
    grouped(steps, vlanOf).map((of) => {
      const vlan = vlanOf(of[0]!);
      return bytes(
        objects.egress,
        row(vlan),
        list(
          objects.egress,
          vlan,
          (of as Member[]).map(({ port, kind }) => [port, kind !== 'leave']),
        ),
      );
    });
  const untaggedOf = (steps: readonly VlanStep[]) =>
    grouped(steps, vlanOf).map((of) => {
      const vlan = vlanOf(of[0]!);
      return bytes(
        objects.untagged,
        row(vlan),
        list(
          objects.untagged,
          vlan,
          (of as Member[]).map(({ port, kind }) => [port, kind === 'join-untagged']),
        ),
      );
    });
  /** The egress list only where it changes: beside it some switches ignore the untagged one. */
  const both = (steps: readonly VlanStep[]) =>
    grouped(steps, vlanOf).flatMap((of) => {
      const index = row(vlanOf(of[0]!));
      const egress = egressOf(of).filter(({ value }) => !raw.bytes(objects.egress, index)?.equals(value as Buffer));
      return [...egress, ...untaggedOf(of)];
    });
  /** One port by itself: in two PDUs; and where a port may be untagged in one VLAN only, out of the others before. */
  const memberAlone = async (step: VlanStep) => {
    const { port, vlan, kind } = step as Member;
    const others = [...state.vlans]
      .filter(([other, { untagged }]) => kind === 'join-untagged' && other !== vlan && untagged.has(port))
      .map(([other]): Member => ({ kind: 'leave', vlan: other, port }));
    const ways = [[egressOf([step]), untaggedOf([step])]];
    if (others.length > 0) ways.push([egressOf(others), untaggedOf(others), egressOf([step]), untaggedOf([step])]);
    await firstOf(ways);
  };

  return {
    ...writer,
    async create(steps) {
      if (!ways.creates && steps.length > 0) {
        return [{ steps, reason: 'this switch makes no VLANs over SNMP: make them by hand' }];
      }
      const build = (some: readonly VlanStep[]) =>
        (some as Create[]).flatMap((step) => [status(step.vlan, ROW_STATUS.createAndGo), nameOf(step)]);
      return writer.merged('make VLANs', apart(steps), build, createAlone);
    },
    destroy: (steps) =>
      writer.merged('destroy VLANs', apart(steps), (some) =>
        some.map((step) => status(vlanOf(step), ROW_STATUS.destroy)),
      ),
    async members(steps) {
      const rows = grouped(steps, vlanOf);
      if (!ways.egressFirst) return writer.merged('put ports into VLANs', rows, both, memberAlone);
      const refusals = await writer.merged('put ports into VLANs', rows, egressOf, memberAlone);
      const refused = new Set(refusals.flatMap((refusal) => refusal.steps));
      const rest = grouped(
        steps.filter((step) => !refused.has(step)),
        vlanOf,
      );
      return [...refusals, ...(await writer.merged('say which are untagged', rest, untaggedOf))];
    },
    async ports(steps) {
      const pvid = (some: readonly VlanStep[]) =>
        only(some, 'pvid').map(({ port, vlan }): SnmpSet => {
          const index = indexOf(port);
          // An Unsigned32 by the MIB, and strict agents insist on it; those that say it is an integer get one.
          const type = raw.get(objects.pvid, index)?.type === 'Integer32' ? 'Integer32' : 'Gauge32';
          return { oid: `${objects.pvid}.${index}`, type, value: vlan };
        });
      const settings = (some: readonly VlanStep[]) => [
        ...only(some, 'frame-types').map(({ port, frameTypes }) =>
          integer(objects.frameTypes, indexOf(port), frameTypeOf(objects, frameTypes)),
        ),
        ...only(some, 'ingress-filtering').map(({ port, on }) =>
          integer(objects.ingressFiltering, indexOf(port), on ? TRUTH_VALUE.true : TRUTH_VALUE.false),
        ),
      ];
      return [
        ...(await writer.merged('set PVIDs', apart(only(steps, 'pvid')), pvid)),
        ...(await writer.merged(
          'set what ports accept',
          apart(only(steps, 'frame-types', 'ingress-filtering')),
          settings,
        )),
      ];
    },
  };
}

/** Every step there is, in the order that a batch wants. */
export async function writeSteps(writer: QBridgeWriter, steps: readonly VlanStep[]): Promise<VlanRefusal[]> {
  return [
    ...(await writer.create(only(steps, 'create'))),
    ...(await writer.members(only(steps, 'join-tagged', 'join-untagged', 'leave'))),
    ...(await writer.ports(steps)),
    ...(await writer.destroy(only(steps, 'destroy'))),
  ];
}

function vlanOf(step: VlanStep): VlanId {
  return (step as Member).vlan;
}

function frameTypeOf({ frameTypeValues }: QBridgeObjects, wanted: FrameTypes): number {
  return Number(Object.entries(frameTypeValues).find(([, name]) => name === wanted)?.[0] ?? 1);
}

/** The objects that may be written, and what a value of each changes. */
function writables(objects: QBridgeObjects, { raw, state, first, portOf }: QBridgeReading): Writable[] {
  const port = (index: string): BridgePort => {
    const found = portOf(index);
    if (found === undefined) throw new WriteRefused(index, 'the switch has no bridge port of that index');
    return found;
  };
  const bits = (kind: 'egress' | 'untagged', column: string): Writable => ({
    column,
    changes: (index, { value }) => {
      const before = raw.bytes(column, index) ?? Buffer.alloc(0);
      const vlan = lastArc(index) as VlanId;
      return differing(before, value as Buffer, first).map(([of, on]): VlanChange => ({ kind, vlan, port: of, on }));
    },
  });
  return [
    bits('egress', objects.egress),
    bits('untagged', objects.untagged),
    {
      column: objects.name,
      changes: (index) =>
        state.vlans.has(lastArc(index) as VlanId) ? [{ kind: 'rename', vlan: lastArc(index) as VlanId }] : [],
    },
    {
      column: objects.status,
      changes: (index, { value }) => {
        const vlan = lastArc(index) as VlanId;
        if (value === ROW_STATUS.destroy) return [{ kind: 'destroy', vlan }];
        return [{ kind: 'create', vlan }];
      },
    },
    {
      column: objects.pvid,
      changes: (index, { value }) => [{ kind: 'pvid', port: port(index), vlan: Number(value) as VlanId }],
    },
    {
      column: objects.frameTypes,
      changes: (index, { value }) => [
        { kind: 'frame-types', port: port(index), frameTypes: objects.frameTypeValues[Number(value)] ?? 'tagged-only' },
      ],
    },
    {
      column: objects.ingressFiltering,
      changes: (index, { value }) => [{ kind: 'ingress-filtering', port: port(index), on: value === TRUTH_VALUE.true }],
    },
  ];
}
