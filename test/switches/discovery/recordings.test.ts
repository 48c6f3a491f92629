/** The readers against recordings of real switches; what is expected was read off the recordings by hand. */
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../src/sim/virtual-clock.ts';
import { readFdb } from '../../../src/switches/discovery/fdb.ts';
import { type InterfaceTables, readInterfaceTables } from '../../../src/switches/discovery/interfaces.ts';
import { readLldp } from '../../../src/switches/discovery/lldp.ts';
import { locate } from '../../../src/switches/discovery/locate.ts';
import { WALK_LIMITS } from '../../../src/switches/tables.ts';
import type { Mac } from '../../../src/wire/address.ts';
import { describeRecordings, recordedSwitch, recordingSession } from '../support/recording-session.ts';

interface Expected {
  readonly name: string;
  readonly source?: 'dot1qTpFdb' | 'dot1dTpFdb';
  readonly dropped?: object;
  readonly numbering?: string;
  /** Located MACs in all. */
  readonly macs?: number;
  /** How many of them are in a VLAN on a port. The addresses themselves are other people's. */
  readonly some?: readonly (readonly [vlan: number | undefined, label: string, macs: number])[];
  /** The port with the most MACs. */
  readonly busiest?: readonly [label: string, macs: number];
  readonly neighbours?: number;
  readonly resolved?: number;
  readonly rule?: string;
  /** Label of a port that has a neighbour with a name. */
  readonly neighbourOn?: string;
}

const BY_NAME = 'lldpLocPortId is a name or an address of the interface';

const EXPECTED: readonly Expected[] = [
  {
    // dot1qVlanFdbId: VLAN 50 has the forwarding database 2. Eight rows are the switch's own.
    name: 'hp-6120xg',
    source: 'dot1qTpFdb',
    dropped: { noPort: 0, notLearned: 8, malformed: 0 },
    numbering: 'bridge port',
    macs: 277,
    some: [[50, '17', 103]],
    busiest: ['17', 217],
    neighbours: 5,
    resolved: 5,
    rule: BY_NAME,
    neighbourOn: '17',
  },
  {
    // Forwarding databases are VLAN ids times 65536, and bridge port 3 is ae0 with ifIndex 998.
    name: 'juniper-ex4600mp',
    source: 'dot1qTpFdb',
    numbering: 'bridge port',
    macs: 81,
    some: [
      [2, 'ae0', 1],
      [3, 'mge-2/0/29', 1],
    ],
    busiest: ['ae0', 78],
    neighbours: 2,
    resolved: 2,
    rule: 'lldpLocPortId is the ifIndex',
  },
  {
    name: 'cisco-cbs350-24p-4x-stack2',
    source: 'dot1qTpFdb',
    dropped: { noPort: 1, notLearned: 0, malformed: 0 },
    numbering: 'bridge port',
    macs: 75,
    some: [
      [1, 'gi1/0/1', 1],
      [1, 'te2/0/2', 2],
    ],
    busiest: ['gi1/0/7', 13],
    neighbours: 22,
    resolved: 22,
    rule: BY_NAME,
    neighbourOn: 'gi1/0/7',
  },
  {
    name: 'cisco-cbs250-24p-4x',
    source: 'dot1qTpFdb',
    numbering: 'bridge port',
    macs: 356,
    some: [[1, 'gi24', 1]],
    busiest: ['te2', 336],
    neighbours: 0,
  },
  {
    name: 'hp-comware-a5500',
    source: 'dot1qTpFdb',
    numbering: 'bridge port',
    macs: 104,
    some: [[10, 'GigabitEthernet1/0/10', 9]],
    busiest: ['GigabitEthernet1/0/26', 57],
    neighbours: 0,
  },
  {
    name: 'dlink-dgs-3000-28xmp',
    source: 'dot1qTpFdb',
    numbering: 'bridge port',
    macs: 173,
    some: [[1, '1/25', 24]],
    busiest: ['1/25', 151],
    neighbours: 1,
    resolved: 1,
    rule: BY_NAME,
    neighbourOn: '1/25',
  },
  {
    name: 'edgecore-ecs2100-28p',
    source: 'dot1qTpFdb',
    numbering: 'bridge port',
    macs: 182,
    some: [[1, 'Port25', 2]],
    busiest: ['Port25', 179],
    neighbours: 4,
    resolved: 4,
    rule: BY_NAME,
    neighbourOn: 'Port25',
  },
  {
    // Bridge ports count from 0, and the forwarding database has ifIndexes: 20 of 20 LLDP neighbours say so.
    name: 'dell-sonic-e3248p',
    source: 'dot1qTpFdb',
    numbering: 'ifIndex',
    macs: 53,
    some: [[1, 'Eth1/19', 1]],
    busiest: ['Eth1/53', 15],
    neighbours: 23,
    resolved: 23,
    rule: BY_NAME,
  },
  {
    // Interfaces and bridge ports begin at 49153, the forwarding database at 1.
    name: 'tplink-sg2218p',
    source: 'dot1qTpFdb',
    numbering: 'faceplate number',
    macs: 66,
    some: [[1, 'gigabitEthernet 1/0/16', 1]],
    busiest: ['gigabitEthernet 1/0/18', 50],
  },
  {
    // Bridge ports 1 to 6 are ifIndexes 101 to 106, and those are in the forwarding database.
    name: 'microsens-g6',
    source: 'dot1qTpFdb',
    numbering: 'ifIndex',
    macs: 93,
    some: [[200, '1/5', 37]],
    busiest: ['1/5', 85],
  },
  {
    // The trunk 8193 is no bridge port.
    name: 'extreme-ers4950-pwr',
    source: 'dot1qTpFdb',
    numbering: 'bridge port',
    macs: 35,
    busiest: ['11/2', 26],
    neighbours: 3,
    resolved: 3,
    neighbourOn: '1/49',
  },
  {
    // The Raspberry Pi on gi1 speaks in two VLANs.
    name: 'linksys-lgs318p',
    source: 'dot1qTpFdb',
    numbering: 'bridge port',
    macs: 38,
    some: [
      [1, 'gi1', 1],
      [5, 'gi1', 1],
      [1, 'gi7', 1],
    ],
    neighbours: 2,
    resolved: 2,
  },
  { name: 'aruba-cx-8325', source: 'dot1dTpFdb', dropped: { noPort: 15 }, macs: 29, neighbours: 18, resolved: 18 },
  // Three rows have the port -1.
  { name: 'huawei-s5720-56c-pwr', source: 'dot1dTpFdb', dropped: { noPort: 3 }, macs: 2, neighbours: 5, resolved: 5 },
  // Its index is a row number and no MAC: nothing can be made of it.
  { name: 'netonix-ws-12-250', source: 'dot1dTpFdb', dropped: { malformed: 137 }, macs: 0 },
  // 'Port 1' is no name of an interface, and local port, bridge port and ifIndex are one number.
  { name: 'ubnt-us-8', neighbours: 1, resolved: 1, rule: 'lldpLocPortNum is the bridge port' },
  // Neither interfaces nor local ports were recorded: nothing is resolved, and nothing guessed.
  { name: 'netgear-gsm7252ps-s2.assembled', neighbours: 12, resolved: 0 },
];

describeRecordings('discovery of recorded switches', () => {
  describe.each(EXPECTED)('$name', (expected) => {
    it('finds what the recording holds', async () => {
      const access = {
        session: recordingSession(await recordedSwitch(expected.name)),
        clock: new VirtualClock(),
        limits: WALK_LIMITS,
      };
      const tables = await readInterfaceTables(access);
      const fdb = await readFdb(access);
      const lldp = await readLldp(access, tables);
      const witnesses = lldp.neighbours.flatMap(({ ifIndex, macs }) =>
        ifIndex === undefined ? [] : macs.map((mac) => ({ mac, ifIndex })),
      );
      const located = locate(fdb, tables, witnesses);
      if (expected.source) expect(fdb.source).toBe(expected.source);
      if (expected.dropped) expect(fdb.dropped).toMatchObject(expected.dropped);
      if (expected.numbering) expect(located).toMatchObject({ numbering: expected.numbering, doubt: undefined });
      if (expected.macs !== undefined) expect([located.macs.length, located.unresolved]).toEqual([expected.macs, 0]);
      for (const [vlan, label, macs] of expected.some ?? []) {
        const there = located.macs.filter((each) => each.vlan === vlan && labelOf(tables, each.ifIndex) === label);
        expect([vlan, label, there.length]).toEqual([vlan, label, macs]);
      }
      if (expected.busiest) expect(busiest(tables, located.macs)).toEqual(expected.busiest);
      if (expected.neighbours !== undefined) expect(lldp.neighbours).toHaveLength(expected.neighbours);
      const resolved = lldp.neighbours.filter(({ ifIndex }) => ifIndex !== undefined);
      if (expected.resolved !== undefined) expect(resolved).toHaveLength(expected.resolved);
      if (expected.rule) expect(lldp.rules).toContain(expected.rule);
      if (expected.neighbourOn) {
        const named = resolved.filter(({ sysName }) => sysName !== '');
        expect(named.map(({ ifIndex }) => labelOf(tables, ifIndex!))).toContain(expected.neighbourOn);
      }
    });
  });
});

function labelOf({ interfaces }: InterfaceTables, ifIndex: number): string | undefined {
  return interfaces.get(ifIndex)?.label;
}

function busiest(tables: InterfaceTables, macs: readonly { readonly mac: Mac; readonly ifIndex: number }[]) {
  const counts = new Map<number, number>();
  for (const { ifIndex } of macs) counts.set(ifIndex, (counts.get(ifIndex) ?? 0) + 1);
  const [ifIndex, most] = [...counts].sort((a, b) => b[1] - a[1])[0]!;
  return [labelOf(tables, ifIndex), most];
}
