/**
 * Switches whose ports have a mode: an access port has one VLAN, a trunk a list of them, and only a general port is what
 * the bridge tables say. The lists and VLANs of the other modes stay in the background, so a slot's port becomes an access
 * port without losing what it was.
 */
import type { VlanId } from '../../../rack/units.ts';
import type { VlanRefusal } from '../../backend.ts';
import { SwitchError, WriteRefused } from '../../errors.ts';
import { BRIDGE_MIB } from '../../mib/bridge.ts';
import type { Oid } from '../../snmp/oid.ts';
import type { SnmpSet } from '../../snmp/session.ts';
import type { VlanChange } from '../guard.ts';
import { rangesOf } from '../ranges.ts';
import type { BridgePort, PortMode, PortVlan, VlanState, VlanStep } from '../state.ts';
import type { VlanDialect } from './dialect.ts';
import { RFC4363 } from './q-bridge-objects.ts';
import type { QBridgeReading } from './q-bridge-read.ts';
import { readPvids, readQBridge } from './q-bridge-read.ts';
import { qBridgeWriter } from './q-bridge-write.ts';
import type { RawObjects, UseSwitch } from './raw.ts';
import { rawObjects, readColumns } from './raw.ts';
import type { VlanListLayout } from './vlan-list.ts';
import { listChanges, listedVlans, listSets } from './vlan-list.ts';
import type { Writable } from './writer.ts';
import { apart, grouped, only } from './writer.ts';

/** All by ifIndex. */
export interface ModedObjects {
  readonly mode: Oid;
  readonly modes: Readonly<Record<number, PortMode>>;
  /** The VLAN of an access port, and of a trunk for untagged frames: unsigned, as VlanIndex is. */
  readonly access: Oid;
  readonly native: Oid;
  /** Whether dot1qPvid tells of general ports alone, and the setting of the mode of all others. */
  readonly pvidByMode: boolean;
  readonly allowed: VlanListLayout;
}

interface ModedReading {
  readonly bridge: QBridgeReading;
  readonly indexOf: (port: BridgePort) => string;
  readonly portOf: (index: string) => BridgePort;
}

export function modedPorts(use: UseSwitch, objects: ModedObjects): VlanDialect {
  const readings = new WeakMap<VlanState, ModedReading>();
  const lists = objects.allowed.columns.map(({ column }) => column);
  return {
    numbering: 'bridgePort',
    async read() {
      const bridge = await readQBridge(use, RFC4363, 'bridgePort');
      const settings = await readColumns(use, "read the ports' modes", [objects.mode, objects.access, objects.native]);
      // Half a kilobyte a port.
      const allowed = await readColumns(use, 'read what trunks allow', lists, 2);
      const raw = rawObjects(new Map([...settings, ...allowed]));
      for (const [column, rows] of [...settings, ...allowed]) {
        for (const [index, value] of rows) bridge.raw.put(column, index, value);
      }
      const indexOf = (port: BridgePort) => String(bridge.ifIndexes.get(port) ?? port);
      const ports = new Map<BridgePort, PortVlan>();
      for (const [port, plain] of bridge.state.ports) {
        const mode = raw.number(objects.mode, indexOf(port));
        const access = raw.number(objects.access, indexOf(port));
        const listed = listedVlans(raw, objects.allowed, indexOf(port));
        const name = mode === undefined ? undefined : (objects.modes[mode] ?? `mode ${mode}`);
        ports.set(port, {
          ...plain,
          pvid: pvidOf(objects, raw, indexOf(port), plain.pvid),
          mode: name,
          access: access as VlanId | undefined,
          allows: name === 'trunk' && listed ? rangesOf(listed) : undefined,
        });
      }
      const state: VlanState = { ...bridge.state, ports };
      const portOf = (index: string) => {
        const found = [...ports.keys()].find((port) => indexOf(port) === index);
        if (found === undefined) throw new WriteRefused(index, 'the switch has no bridge port of that ifIndex');
        return found;
      };
      readings.set(state, { bridge: { ...bridge, state }, indexOf, portOf });
      return state;
    },
    async pvids() {
      const plain = await readPvids(use, RFC4363, 'bridgePort');
      if (!objects.pvidByMode) return plain;
      const columns = [objects.mode, objects.access, objects.native, BRIDGE_MIB.dot1dBasePortIfIndex];
      const raw = rawObjects(await readColumns(use, "read the ports' modes", columns));
      const indexOf = (port: BridgePort) => String(raw.number(BRIDGE_MIB.dot1dBasePortIfIndex, String(port)) ?? port);
      return new Map([...plain].map(([port, pvid]) => [port, pvidOf(objects, raw, indexOf(port), pvid)]));
    },
    async write(steps, state, guard) {
      const reading = readings.get(state);
      if (!reading) throw new SwitchError('not-read', 'VLANs are written by a reading of this backend only');
      readings.delete(state);
      const writables = modedWritables(objects, reading);
      const writer = qBridgeWriter(
        use,
        RFC4363,
        reading.bridge,
        guard,
        { egressFirst: false, creates: true },
        writables,
      );
      return write(writer, steps, state, objects, reading);
    },
  };
}

/** Where untagged frames belong. `plain`: dot1qPvid. */
function pvidOf(objects: ModedObjects, raw: RawObjects, index: string, plain: VlanId): VlanId {
  if (!objects.pvidByMode) return plain;
  const mode = objects.modes[raw.number(objects.mode, index) ?? 0];
  const column = mode === 'access' ? objects.access : mode === 'trunk' ? objects.native : undefined;
  return ((column && raw.number(column, index)) ?? plain) as VlanId;
}

async function write(
  writer: ReturnType<typeof qBridgeWriter>,
  steps: readonly VlanStep[],
  state: VlanState,
  objects: ModedObjects,
  { indexOf }: ModedReading,
): Promise<VlanRefusal[]> {
  const coming = new Map(only(steps, 'mode').map(({ port, mode }) => [port, mode]));
  const modeOf = (step: VlanStep) =>
    'port' in step ? (coming.get(step.port) ?? state.ports.get(step.port)?.mode ?? 'general') : '';
  const inMode = (mode: PortMode, some: readonly VlanStep[]) => some.filter((step) => modeOf(step) === mode);
  const vlanSet = (column: Oid, port: BridgePort, vlan: VlanId): SnmpSet => {
    return { oid: `${column}.${indexOf(port)}`, type: 'Gauge32', value: vlan };
  };
  const members = only(steps, 'join-tagged', 'join-untagged', 'leave');
  const pvids = only(steps, 'pvid');

  const access = [
    ...only(inMode('access', [...members, ...pvids]), 'join-untagged', 'pvid'),
    ...only(steps, 'access-vlan'),
  ];
  const accessSets = (some: readonly VlanStep[]) =>
    grouped(some, portOf).map((of) => vlanSet(objects.access, portOf(of[0]!), (of[0] as { vlan: VlanId }).vlan));
  const modeSets = (some: readonly VlanStep[]) =>
    only(some, 'mode').map(({ port, mode }): SnmpSet => {
      return { oid: `${objects.mode}.${indexOf(port)}`, type: 'Integer32', value: numberOf(objects, mode) };
    });
  const trunk = only(inMode('trunk', members), 'join-tagged', 'join-untagged', 'leave');
  const listed = (some: readonly VlanStep[]) =>
    grouped(some, portOf).flatMap((of) => {
      const changes = (of as typeof trunk).map(({ vlan, kind }) => [vlan, kind !== 'leave'] as const);
      return listSets(writer.raw, objects.allowed, indexOf(portOf(of[0]!)), changes);
    });
  const native = (some: readonly VlanStep[]) =>
    only(some, 'pvid').map(({ port, vlan }) => vlanSet(objects.native, port, vlan));

  // A port that is to be an access port gets its VLAN before the mode, so that it never has another one in between.
  return [
    ...(await writer.create(only(steps, 'create'))),
    ...(await writer.merged('set the VLANs of access ports', grouped(access, portOf), accessSets)),
    ...(await writer.merged('set the modes of ports', apart(only(steps, 'mode')), modeSets)),
    ...(await writer.merged('set what trunks allow', grouped(trunk, portOf), listed)),
    ...(await writer.merged('set PVIDs of trunks', apart(inMode('trunk', pvids)), native)),
    ...(await writer.members([
      ...only(inMode('general', members), 'join-tagged', 'join-untagged', 'leave'),
      ...only(inMode('access', members), 'leave'),
    ])),
    ...(await writer.ports([...inMode('general', pvids), ...only(steps, 'frame-types', 'ingress-filtering')])),
    ...(await writer.destroy(only(steps, 'destroy'))),
  ];
}

function portOf(step: VlanStep): BridgePort {
  return (step as { port: BridgePort }).port;
}

function numberOf({ modes }: ModedObjects, mode: PortMode): number {
  const known = Object.entries(modes).find(([, name]) => name === mode)?.[0];
  return Number(known ?? mode.replace('mode ', ''));
}

function modedWritables(objects: ModedObjects, { portOf, bridge }: ModedReading): Writable[] {
  const pvid = (column: Oid): Writable => ({
    column,
    changes: (index, { value }) => [{ kind: 'pvid', port: portOf(index), vlan: Number(value) as VlanId }],
  });
  return [
    {
      column: objects.mode,
      changes: (index, { value }) => {
        return [{ kind: 'mode', port: portOf(index), mode: objects.modes[Number(value)] ?? `mode ${value}` }];
      },
    },
    pvid(objects.access),
    pvid(objects.native),
    ...objects.allowed.columns.map(
      (list): Writable => ({
        column: list.column,
        changes: (index, { value }) => {
          const before = bridge.raw.bytes(list.column, index) ?? Buffer.alloc(0);
          const port = portOf(index);
          return listChanges(list, objects.allowed.lowestBitFirst, before, value as Buffer).map(
            ([vlan, on]): VlanChange => ({ kind: 'egress', vlan, port, on }),
          );
        },
      }),
    ),
  ];
}
