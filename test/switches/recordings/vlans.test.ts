/** The VLANs that our code reads in recordings of real switches, against what was read off them by hand. */
import { expect, it } from 'vitest';
import { millis } from '../../../src/rack/units.ts';
import { recordedDevice } from '../../../src/sim/recording/device.ts';
import type { Overlay } from '../../../src/sim/recording/overlay.ts';
import { loadRecording } from '../../../src/sim/recording/recording.ts';
import { TAG } from '../../../src/sim/switch/mib.ts';
import { VirtualClock } from '../../../src/sim/virtual-clock.ts';
import { readInterfaceTables } from '../../../src/switches/discovery/interfaces.ts';
import { driverByName } from '../../../src/switches/drivers/index.ts';
import { SnmpAnswerInvalid } from '../../../src/switches/snmp/errors.ts';
import type { Access } from '../../../src/switches/tables.ts';
import { createVlanBackend } from '../../../src/switches/vlans/backend.ts';
import type { BridgePort, VlanState } from '../../../src/switches/vlans/state.ts';
import { describeRecordings, RECORDINGS, recordingSession } from '../support/recording-session.ts';
import type { Expected, VlanFacts } from './expected/expected.ts';
import { EXPECTED } from './expected/index.ts';
import { namesOf, numbersOf } from './expected/names.ts';

const LIMITS = { varbinds: 50, rows: 100_000, deadline: millis(60_000) };

async function opened({ recording, driver }: Expected, overlays: readonly Overlay[] = []) {
  const clock = new VirtualClock();
  const loaded = await loadRecording(`${RECORDINGS}/${recording}.snmprec`);
  const session = recordingSession(recordedDevice({ recording: loaded, overlays, clock }));
  const access: Access = { session, clock, limits: LIMITS };
  const backend = createVlanBackend(driverByName(driver === 'unknown' ? 'netgear-managed' : driver)!, (_, work) =>
    work(access),
  );
  const tables = await readInterfaceTables(access);
  // Bridge ports of units that a stack has not are no interfaces.
  const nameOf = (port: BridgePort) => {
    const ifIndex = backend?.numbering === 'ifIndex' ? port : tables.bridgePorts.get(port);
    return ifIndex === undefined ? undefined : tables.interfaces.get(ifIndex)?.label;
  };
  const names = (ports: Iterable<BridgePort>) => [...ports].flatMap((port) => nameOf(port) ?? []).sort();
  return { backend, names, loaded };
}

/** What the recording has of VLANs, as far as it is enough to read any. */
const readable = (vlans: Expected['vlans']): vlans is VlanFacts =>
  !('notRecorded' in vlans) && ('members' in vlans.lists || vlans.names === '');

const each = EXPECTED.map((expected) => [expected.recording, expected] as const);
/** Families whose VLANs are not read over SNMP. */
const silent = [
  'dell-sonic',
  'juniper',
  'mikrotik-routeros',
  'mikrotik-swos',
  'midspan',
  'netonix',
  'tp-link',
  'unifi',
];

describeRecordings('VLANs of recorded switches', () => {
  it.each(each.filter(([, { driver }]) => silent.includes(driver)))('%s: not over SNMP', async (_, expected) => {
    expect((await opened(expected)).backend).toBeUndefined();
  });

  const spoken = each.filter(([, { driver }]) => !silent.includes(driver));
  it.each(spoken.filter(([, { vlans }]) => !readable(vlans)))('%s: refused', async (_, expected) => {
    const { backend } = await opened(expected);
    await expect(backend!.read()).rejects.toThrow(SnmpAnswerInvalid);
  });

  it.each(spoken.filter(([, { vlans }]) => readable(vlans)))('%s', async (_, expected) => {
    const { backend, names } = await opened(expected);
    const facts = expected.vlans as VlanFacts;
    const state = await backend!.read();
    for (const vlan of numbersOf(facts.names)) expect([vlan, state.vlans.has(vlan as never)]).toEqual([vlan, true]);
    const members = 'members' in facts.lists ? facts.lists.members : {};
    for (const [vlan, { egress, untagged }] of Object.entries(members)) {
      const read = state.vlans.get(Number(vlan) as never);
      expect([vlan, names(read?.egress ?? [])]).toEqual([vlan, namesOf(egress).sort()]);
      expect([vlan, names(read?.untagged ?? [])]).toEqual([vlan, namesOf(untagged).sort()]);
    }
    expect(state.capacity).toEqual({ maxVlanId: facts.maxVlanId, maxVlans: facts.maxVlans });
    if (backend!.numbering === 'bridgePort') comparePorts(facts, state, names);
    if ('of' in facts.pvids) {
      expect([...(await backend!.pvids())].filter(([, pvid]) => pvid !== 0).length).toBe(
        Object.entries(facts.pvids.of).flatMap(([, ports]) => namesOf(ports)).length,
      );
    }
  });

  /** Undefined: no width was read off the recording. */
  const widthOf = ({ vlans }: Expected) => {
    if (!readable(vlans) || !('octets' in vlans.lists) || vlans.lists.octets === undefined) return undefined;
    return { octets: vlans.lists.octets, table: vlans.lists.table };
  };
  it.each(each.filter(([, expected]) => widthOf(expected)))(
    '%s: port lists are as wide as said',
    async (_, expected) => {
      const lists = widthOf(expected)!;
      const column = lists.table === 'static' ? '1.3.6.1.2.1.17.7.1.4.3.1.2.' : '1.3.6.1.2.1.17.7.1.4.2.1.4.';
      const { rows } = (await opened(expected)).loaded;
      const widths = rows.filter(({ oid }) => oid.startsWith(column)).map(({ value }) => (value as Buffer).length);
      expect(Math.max(...widths)).toBe(lists.octets);
    },
  );
});

describeRecordings('PVIDs of a recorded CBS350', () => {
  // gi1/0/13 to 21 and 23 learn their addresses in VLAN 4 and are untagged in it, and their dot1qPvid is 1.
  it('are those of access ports, once the modes of its ports are made up', async () => {
    const expected = EXPECTED.find(({ recording }) => recording === 'cisco-cbs350-24p-4x-stack2')!;
    const vlan = '1.3.6.1.4.1.9.6.1.101.48';
    const ports = [...numbersOf('13-21,23')];
    const modes: Overlay = {
      rows: () =>
        ports.flatMap((port) => [
          { oid: `${vlan}.22.1.1.${port}`, tag: TAG.Integer32, value: 11 },
          { oid: `${vlan}.62.1.1.${port}`, tag: TAG.Gauge32, value: 4 },
        ]),
    };
    const { backend } = await opened(expected, [modes]);
    const state = await backend!.read();
    const pvids = await backend!.pvids();
    for (const port of ports) {
      expect(state.ports.get(port as BridgePort)).toMatchObject({ pvid: 4, mode: 'access', access: 4 });
      expect(pvids.get(port as BridgePort)).toBe(4);
    }
    expect([state.ports.get(1 as BridgePort)?.pvid, pvids.get(1 as BridgePort)]).toEqual([1, 1]);
  });
});

function comparePorts(facts: VlanFacts, state: VlanState, names: (ports: Iterable<BridgePort>) => string[]): void {
  if ('of' in facts.pvids) {
    const byPvid = Map.groupBy(state.ports, ([, { pvid }]) => pvid);
    for (const [pvid, ports] of Object.entries(facts.pvids.of)) {
      const read = byPvid.get(Number(pvid) as never) ?? [];
      expect([pvid, names(read.map(([port]) => port))]).toEqual([pvid, namesOf(ports).sort()]);
    }
  }
  if (facts.taggedOnly !== undefined) {
    const read = [...state.ports].filter(([, { frameTypes }]) => frameTypes === 'tagged-only');
    expect(names(read.map(([port]) => port))).toEqual(namesOf(facts.taggedOnly).sort());
  }
  if (facts.ingressFiltering !== undefined) {
    const read = [...state.ports].filter(([, { ingressFiltering }]) => ingressFiltering === true);
    expect(names(read.map(([port]) => port))).toEqual(namesOf(facts.ingressFiltering).sort());
  }
}
