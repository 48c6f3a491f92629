/**
 * Brocade and Ruckus ICX: one row for each port in each VLAN (snVLanByPortMemberTable). A VLAN is there while a port is in
 * it, and a port that is untagged in none is untagged in the default one. Ports are ifIndexes; dot1qVlanStaticEgressPorts
 * of these switches is no bitmap, so the bridge tables are of no use.
 */
import { sleep } from '../../../rack/clock.ts';
import type { VlanId } from '../../../rack/units.ts';
import { seconds } from '../../../rack/units.ts';
import type { VlanRefusal } from '../../backend.ts';
import { SwitchError } from '../../errors.ts';
import { FOUNDRY_ROW_STATUS as ROW, FOUNDRY_SWITCH as SN, FOUNDRY_TAG_MODE as TAG } from '../../mib/foundry-vlans.ts';
import { Q_BRIDGE_MIB } from '../../mib/q-bridge.ts';
import { SnmpAnswerInvalid, SnmpErrorStatus } from '../../snmp/errors.ts';
import type { SnmpSet } from '../../snmp/session.ts';
import { integerOf } from '../../snmp/value.ts';
import type { VlanChange } from '../guard.ts';
import type { BridgePort, PortVlan, VlanMembers, VlanState, VlanStep } from '../state.ts';
import type { VlanDialect } from './dialect.ts';
import type { RawObjects, UseSwitch } from './raw.ts';
import { rawObjects, readColumns, readScalars } from './raw.ts';
import type { Writable, Writer } from './writer.ts';
import { apart, createWriter, only } from './writer.ts';

/** From a port's leaving one VLAN to its joining another (research: snmp-poe §3). */
const BETWEEN = seconds(1);

interface Reading {
  readonly state: VlanState;
  readonly raw: RawObjects;
  readonly defaultVlan: VlanId;
}

type Member = Extract<VlanStep, { readonly kind: 'join-tagged' | 'join-untagged' | 'leave' }>;

export function foundry(use: UseSwitch): VlanDialect {
  const readings = new WeakMap<VlanState, Reading>();
  return {
    numbering: 'ifIndex',
    async read() {
      const reading = await read(use);
      readings.set(reading.state, reading);
      return reading.state;
    },
    async pvids() {
      const { state } = await read(use);
      return new Map([...state.ports].map(([port, { pvid }]) => [port, pvid]));
    },
    async write(steps, state, guard) {
      const reading = readings.get(state);
      if (!reading) throw new SwitchError('not-read', 'VLANs are written by a reading of this backend only');
      readings.delete(state);
      const writer = createWriter({ use, raw: reading.raw, state, guard, writables: writables(reading) });
      return write(use, writer, steps, reading);
    },
  };
}

async function read(use: UseSwitch): Promise<Reading> {
  const { dot1qMaxVlanId, dot1qMaxSupportedVlans } = Q_BRIDGE_MIB;
  const scalars = [SN.snSwDefaultVLanId, dot1qMaxVlanId, dot1qMaxSupportedVlans];
  const [defaultVlan, maxVlanId, maxVlans] = (await readScalars(use, 'read the default VLAN', scalars)).map(integerOf);
  const raw = rawObjects(
    await readColumns(use, 'read the VLANs', [
      SN.snVLanByPortMemberTagMode,
      SN.snVLanByPortCfgVLanName,
      SN.snVLanByPortCfgBaseNumPorts,
    ]),
  );
  const members = raw.column(SN.snVLanByPortMemberTagMode);
  if (members.size === 0) throw new SnmpAnswerInvalid('the switch lists no port in any VLAN');
  const egress = new Map<VlanId, Set<BridgePort>>();
  const untagged = new Map<VlanId, Set<BridgePort>>();
  const pvids = new Map<BridgePort, VlanId>();
  for (const [index, { value }] of members) {
    const [vlan, port] = index.split('.').map(Number) as [VlanId, BridgePort];
    egress.set(vlan, (egress.get(vlan) ?? new Set()).add(port));
    if (value === TAG.untagged) {
      untagged.set(vlan, (untagged.get(vlan) ?? new Set()).add(port));
      pvids.set(port, vlan);
    } else if (!pvids.has(port)) pvids.set(port, 0 as VlanId);
  }
  const names = [...raw.column(SN.snVLanByPortCfgVLanName).keys()].map(Number) as VlanId[];
  for (const [vlan, { value }] of raw.column(SN.snVLanByPortCfgBaseNumPorts)) {
    const listed = egress.get(Number(vlan) as VlanId)?.size ?? 0;
    if (listed !== value) throw new SnmpAnswerInvalid(`VLAN ${vlan} has ${value} ports and lists ${listed}`);
  }
  const vlans = new Map<VlanId, VlanMembers>();
  for (const vlan of new Set([...names, ...egress.keys()])) {
    vlans.set(vlan, {
      name: raw.bytes(SN.snVLanByPortCfgVLanName, String(vlan))?.toString('utf8') ?? '',
      egress: egress.get(vlan) ?? new Set(),
      untagged: untagged.get(vlan) ?? new Set(),
      fleeting: vlan !== defaultVlan,
    });
  }
  const bare = {
    frameTypes: undefined,
    ingressFiltering: undefined,
    mode: undefined,
    access: undefined,
    allows: undefined,
  };
  const ports = new Map([...pvids].map(([port, pvid]): [BridgePort, PortVlan] => [port, { pvid, ...bare }]));
  return { raw, state: { vlans, ports, capacity: { maxVlanId, maxVlans } }, defaultVlan: (defaultVlan ?? 1) as VlanId };
}

async function write(
  use: UseSwitch,
  writer: Writer,
  steps: readonly VlanStep[],
  { state, defaultVlan }: Reading,
): Promise<VlanRefusal[]> {
  const cell = (column: string, vlan: VlanId, port: BridgePort, value: number): SnmpSet => {
    return { oid: `${column}.${vlan}.${port}`, type: 'Integer32', value };
  };
  const joins = only(steps, 'join-tagged', 'join-untagged');
  const untaggedIn = (port: BridgePort) =>
    [...state.vlans].filter(([vlan, { untagged }]) => vlan !== defaultVlan && untagged.has(port)).map(([vlan]) => vlan);
  // Out of the VLAN that it is untagged in now, which is all there is to do to come back to the default one.
  const moved = only(joins, 'join-untagged').flatMap(({ port, vlan }) =>
    untaggedIn(port)
      .filter((other) => other !== vlan && !joins.some((join) => join.port === port && join.vlan === other))
      .map((other): Member => ({ kind: 'leave', vlan: other, port })),
  );
  const gone = [...moved, ...only(steps, 'leave').filter(({ vlan }) => vlan !== defaultVlan)];
  const away = (some: readonly VlanStep[]) =>
    only(some, 'leave').map(({ vlan, port }) => cell(SN.snVLanByPortMemberRowStatus, vlan, port, ROW.delete));
  const row = (some: readonly VlanStep[]) =>
    only(some, 'join-tagged', 'join-untagged').flatMap(({ kind, vlan, port }) => [
      cell(SN.snVLanByPortMemberTagMode, vlan, port, kind === 'join-tagged' ? TAG.tagged : TAG.untagged),
      ...(state.vlans.get(vlan)?.egress.has(port)
        ? []
        : [cell(SN.snVLanByPortMemberRowStatus, vlan, port, ROW.create)]),
    ]);
  const names = (some: readonly VlanStep[]) =>
    only(some, 'create').map(({ vlan, name }): SnmpSet => {
      return { oid: `${SN.snVLanByPortCfgVLanName}.${vlan}`, type: 'OctetString', value: Buffer.from(name) };
    });
  const destroys = (some: readonly VlanStep[]) =>
    only(some, 'destroy').map(({ vlan }): SnmpSet => {
      return { oid: `${SN.snVLanByPortCfgRowStatus}.${vlan}`, type: 'Integer32', value: ROW.delete };
    });
  const into = joins.filter(({ vlan }) => vlan !== defaultVlan);
  // Tagged members first: a VLAN that the last port leaves is gone, with its name.
  const refusals = await writer.merged('put trunks into VLANs', apart(only(into, 'join-tagged')), row);
  refusals.push(...(await writer.merged('take ports out of VLANs', apart(gone), away)));
  if (moved.length > 0) await use('let ports settle', ({ clock }) => sleep(clock, BETWEEN));
  refusals.push(...(await writer.merged('put ports into VLANs', apart(only(into, 'join-untagged')), row)));
  // The names are for people only.
  for (const set of names(only(steps, 'create'))) {
    await writer.send('name a VLAN', [set]).catch((error) => {
      if (!(error instanceof SnmpErrorStatus)) throw error;
    });
  }
  return [...refusals, ...(await writer.merged('destroy VLANs', apart(only(steps, 'destroy')), destroys))];
}

function writables({ state }: Reading): Writable[] {
  const place = (index: string) => index.split('.').map(Number) as [VlanId, BridgePort];
  return [
    {
      column: SN.snVLanByPortMemberRowStatus,
      changes: (index, { value }) => {
        const [vlan, port] = place(index);
        const on = value !== ROW.delete;
        const members = state.vlans.get(vlan);
        const changes: VlanChange[] = [];
        if (on && !members) changes.push({ kind: 'create', vlan });
        if (members?.egress.has(port) !== on) changes.push({ kind: 'egress', vlan, port, on });
        if (!on && members?.untagged.has(port)) changes.push({ kind: 'untagged', vlan, port, on });
        return changes;
      },
    },
    {
      column: SN.snVLanByPortMemberTagMode,
      changes: (index, { value }) => {
        const [vlan, port] = place(index);
        const on = value === TAG.untagged;
        return (state.vlans.get(vlan)?.untagged.has(port) ?? false) === on
          ? []
          : [{ kind: 'untagged', vlan, port, on }];
      },
    },
    {
      column: SN.snVLanByPortCfgVLanName,
      changes: (index) =>
        state.vlans.has(Number(index) as VlanId) ? [{ kind: 'rename', vlan: Number(index) as VlanId }] : [],
    },
    { column: SN.snVLanByPortCfgRowStatus, changes: (index) => [{ kind: 'destroy', vlan: Number(index) as VlanId }] },
  ];
}
