/** Cisco IOS and IOS-XE: vmVlan, vlanTrunkPort and vtpVlanEdit. Ports are ifIndexes: there is no dot1dBasePort to go by. */
import type { VlanId } from '../../../rack/units.ts';
import type { VlanRefusal } from '../../backend.ts';
import { SwitchError, WriteRefused } from '../../errors.ts';
import {
  CISCO_VLAN_MEMBERSHIP_MIB as MEMBERSHIP,
  NO_VOICE_VLAN,
  TRUNK_STATE,
  CISCO_VTP_MIB as VTP,
} from '../../mib/cisco-vlans.ts';
import { ROW_STATUS } from '../../mib/q-bridge.ts';
import type { Oid } from '../../snmp/oid.ts';
import type { SnmpSet } from '../../snmp/session.ts';
import type { BridgePort, PortMode, VlanState, VlanStep } from '../state.ts';
import { editVlans } from './cisco-edit.ts';
import type { CiscoReading } from './cisco-read.ts';
import { readCisco, readCiscoPvids, TRUNK_LISTS } from './cisco-read.ts';
import type { VlanDialect } from './dialect.ts';
import { lastArc } from './q-bridge-objects.ts';
import type { UseSwitch } from './raw.ts';
import { listChanges, listSets } from './vlan-list.ts';
import type { Writable, Writer } from './writer.ts';
import { apart, createWriter, grouped, only } from './writer.ts';

export function cisco(use: UseSwitch): VlanDialect {
  const readings = new WeakMap<VlanState, CiscoReading>();
  return {
    numbering: 'ifIndex',
    async read() {
      const reading = await readCisco(use);
      readings.set(reading.state, reading);
      return reading.state;
    },
    pvids: () => readCiscoPvids(use),
    async write(steps, state, guard) {
      const reading = readings.get(state);
      if (!reading) throw new SwitchError('not-read', 'VLANs are written by a reading of this backend only');
      readings.delete(state);
      const { raw, domain } = reading;
      const writer = createWriter({ use, raw, state, guard, writables: writables(reading) });
      return [
        ...(await editVlans(use, writer, domain, only(steps, 'create'))),
        ...(await writePorts(writer, steps, state)),
        ...(await editVlans(use, writer, domain, only(steps, 'destroy'))),
      ];
    },
  };
}

async function writePorts(writer: Writer, steps: readonly VlanStep[], state: VlanState): Promise<VlanRefusal[]> {
  const coming = new Map(only(steps, 'mode').map(({ port, mode }) => [port, mode]));
  const isTrunk = (step: VlanStep) => {
    const mode = coming.get(portOf(step));
    return mode === undefined ? state.ports.get(portOf(step))?.allows !== undefined : mode.startsWith('trunk');
  };
  const ports = steps.filter((step) => 'port' in step);
  const access = ports.filter((step) => !isTrunk(step));
  const trunk = ports.filter(isTrunk);
  const integer = (
    column: Oid,
    port: BridgePort,
    value: number,
    type: 'Integer32' | 'Gauge32' = 'Integer32',
  ): SnmpSet => {
    return { oid: `${column}.${port}`, type, value };
  };
  const modes = (some: readonly VlanStep[]) =>
    only(some, 'mode').map(({ port, mode }) => integer(VTP.vlanTrunkPortDynamicState, port, numberOf(mode)));
  // Most want the signed integer of the MIB, some an unsigned one, and which is found out once.
  let type: 'Integer32' | 'Gauge32' = 'Integer32';
  const vlans = (some: readonly VlanStep[]) =>
    grouped(some, portOf).map((of) =>
      integer(MEMBERSHIP.vmVlan, portOf(of[0]!), (of[0] as { vlan: VlanId }).vlan, type),
    );
  const otherType = async (step: VlanStep) => {
    type = type === 'Integer32' ? 'Gauge32' : 'Integer32';
    await writer.send("set a port's VLAN", vlans([step]));
  };
  const voice = (some: readonly VlanStep[]) =>
    only(some, 'join-tagged', 'leave').map(({ port, vlan, kind }) =>
      integer(MEMBERSHIP.vmVoiceVlanId, port, kind === 'leave' ? NO_VOICE_VLAN : vlan),
    );
  const lists = (some: readonly VlanStep[]) =>
    grouped(some, portOf).flatMap((of) => {
      const changes = only(of, 'join-tagged', 'join-untagged', 'leave').map(
        ({ vlan, kind }) => [vlan, kind !== 'leave'] as const,
      );
      return listSets(writer.raw, TRUNK_LISTS, String(portOf(of[0]!)), changes);
    });
  const natives = (some: readonly VlanStep[]) =>
    only(some, 'pvid').map(({ port, vlan }) => integer(VTP.vlanTrunkPortNativeVlan, port, vlan));
  const untagged = grouped(only(access, 'join-untagged', 'pvid'), portOf);
  // Out of the VLAN of its telephone; out of its own it goes with the next one.
  const phones = [
    ...only(access, 'join-tagged'),
    ...only(access, 'leave').filter(
      ({ port, vlan }) => writer.raw.number(MEMBERSHIP.vmVoiceVlanId, String(port)) === vlan,
    ),
  ];
  return [
    // A port has a vmVlan only once it does not trunk.
    ...(await writer.merged('set which ports trunk', apart(only(steps, 'mode')), modes)),
    ...(await writer.merged("set the ports' VLANs", untagged, vlans, otherType)),
    ...(await writer.merged("set the telephones' VLANs", apart(phones), voice)),
    ...(await writer.merged(
      'set what trunks allow',
      grouped(only(trunk, 'join-tagged', 'join-untagged', 'leave'), portOf),
      lists,
    )),
    ...(await writer.merged('set native VLANs', apart(only(trunk, 'pvid')), natives)),
  ];
}

function portOf(step: VlanStep): BridgePort {
  return (step as { port: BridgePort }).port;
}

function numberOf(mode: PortMode): number {
  const known = Object.entries(TRUNK_STATE).find(([, name]) => name === mode)?.[0];
  return Number(known ?? mode.replace('mode ', ''));
}

function writables({ raw, state }: CiscoReading): Writable[] {
  const portAt = (index: string): BridgePort => {
    const port = Number(index) as BridgePort;
    if (!state.ports.has(port)) throw new WriteRefused(index, 'the switch has no port of that ifIndex');
    return port;
  };
  const pvid = (column: Oid): Writable => ({
    column,
    changes: (index, { value }) => [{ kind: 'pvid', port: portAt(index), vlan: Number(value) as VlanId }],
  });
  const row = (index: string) => lastArc(index) as VlanId;
  return [
    pvid(MEMBERSHIP.vmVlan),
    pvid(VTP.vlanTrunkPortNativeVlan),
    {
      column: MEMBERSHIP.vmVoiceVlanId,
      changes: (index, { value }, before) => {
        if (value === before?.value) return [];
        return [
          { kind: 'voice', port: portAt(index), vlan: value === NO_VOICE_VLAN ? undefined : (Number(value) as VlanId) },
        ];
      },
    },
    {
      column: VTP.vlanTrunkPortDynamicState,
      changes: (index, { value }) => {
        const mode = TRUNK_STATE[Number(value) as keyof typeof TRUNK_STATE] ?? `mode ${value}`;
        return [{ kind: 'mode', port: portAt(index), mode }];
      },
    },
    ...TRUNK_LISTS.columns.map(
      (list): Writable => ({
        column: list.column,
        changes: (index, { value }) => {
          const port = portAt(index);
          const before = raw.bytes(list.column, index) ?? Buffer.alloc(0);
          return listChanges(list, false, before, value as Buffer).map(([vlan, on]) => ({
            kind: 'egress',
            vlan,
            port,
            on,
          }));
        },
      }),
    ),
    {
      column: VTP.vtpVlanEditRowStatus,
      changes: (index, { value }) => [{ kind: value === ROW_STATUS.destroy ? 'destroy' : 'create', vlan: row(index) }],
    },
    {
      column: VTP.vtpVlanEditName,
      changes: (index) => (state.vlans.has(row(index)) ? [{ kind: 'rename', vlan: row(index) }] : []),
    },
    // What belongs to a row that is being made, and what happens to the buffer: neither changes a VLAN by itself.
    ...[VTP.vtpVlanEditType, VTP.vtpVlanEditDot10Said, VTP.vtpVlanEditOperation, VTP.vtpVlanEditBufferOwner].map(
      (column): Writable => ({ column, changes: () => [] }),
    ),
  ];
}
