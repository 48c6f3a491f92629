/**
 * Reads the counters of some ports by GET: a switch has more interfaces than the rack has boards on it, and its agent is
 * slow by the varbind (research: snmp-poe §4).
 */
import type { Millis } from '../../rack/units.ts';
import { millis } from '../../rack/units.ts';
import { named } from '../mib/enumeration.ts';
import { IF_OPER_STATUS } from '../mib/interfaces.ts';
import { DOT3_STATS, DUPLEX_STATUS, IF_COUNTERS } from '../mib/port-counters.ts';
import { SYSTEM } from '../mib/system.ts';
import type { UpTime } from '../power-state.ts';
import type { Oid } from '../snmp/oid.ts';
import { integerOf, isException, type SnmpVarbind } from '../snmp/value.ts';
import { getAll } from '../snmp/walk.ts';
import type { Access } from '../tables.ts';
import type { Counter, CounterName, PortSample } from './sample.ts';

export interface CountedPort {
  readonly port: string;
  readonly ifIndex: number;
}

export interface CounterReader {
  /** One sample a port, in their order. */
  read(ports: readonly CountedPort[]): Promise<readonly PortSample[]>;
  /** The switch may have other columns now: it has started anew. */
  forget(): void;
}

const COLUMNS: readonly Oid[] = [...Object.values(IF_COUNTERS), ...Object.values(DOT3_STATS)];

/** By the counter: the column that is better first. */
const COUNTER_COLUMNS: Readonly<Record<string, readonly Oid[]>> = Object.freeze({
  inOctets: [IF_COUNTERS.ifHCInOctets, IF_COUNTERS.ifInOctets],
  outOctets: [IF_COUNTERS.ifHCOutOctets, IF_COUNTERS.ifOutOctets],
  inErrors: [IF_COUNTERS.ifInErrors],
  outErrors: [IF_COUNTERS.ifOutErrors],
  inDiscards: [IF_COUNTERS.ifInDiscards],
  outDiscards: [IF_COUNTERS.ifOutDiscards],
  fcsErrors: [DOT3_STATS.dot3StatsFCSErrors],
  alignmentErrors: [DOT3_STATS.dot3StatsAlignmentErrors],
} satisfies Partial<Record<CounterName, readonly Oid[]>>);

/** Columns that are not asked for where a better one is there. */
const POORER: readonly (readonly [poorer: Oid, better: Oid])[] = [
  [IF_COUNTERS.ifInOctets, IF_COUNTERS.ifHCInOctets],
  [IF_COUNTERS.ifOutOctets, IF_COUNTERS.ifHCOutOctets],
  [IF_COUNTERS.ifSpeed, IF_COUNTERS.ifHighSpeed],
];

/** Forty Counter64 with their names, and an SNMPv3 header, fit one datagram. */
const VARBINDS = 40;

export function createCounterReader(access: Access): CounterReader {
  const most = Math.min(access.limits.varbinds, VARBINDS);
  /** What each port turned out to have, so that what is missing is asked for once. */
  let columnsOf = new Map<number, readonly Oid[]>();
  return {
    forget() {
      columnsOf = new Map();
    },
    async read(ports) {
      const samples: PortSample[] = [];
      for (const group of groups(ports, columnsOf, most)) {
        const asked = group.flatMap(({ ifIndex }) =>
          wanted(ifIndex, columnsOf).map((column) => `${column}.${ifIndex}`),
        );
        const from = access.clock.monotonic();
        const [ticks, ...varbinds] = await getAll(access.session, [SYSTEM.sysUpTime, ...asked], most);
        const to = access.clock.monotonic();
        const found = new Map(varbinds.filter((varbind) => !isException(varbind)).map((each) => [each.oid, each]));
        const upTime = upTimeOf(ticks, from, to);
        const at = millis((from + to) / 2);
        for (const port of group) {
          const cell = (column: Oid) => found.get(`${column}.${port.ifIndex}`);
          columnsOf.set(port.ifIndex, kept(wanted(port.ifIndex, columnsOf), cell));
          samples.push(sampleOf(port, cell, at, upTime));
        }
      }
      return samples;
    },
  };
}

type Cell = (column: Oid) => SnmpVarbind | undefined;

function wanted(ifIndex: number, columnsOf: ReadonlyMap<number, readonly Oid[]>): readonly Oid[] {
  return columnsOf.get(ifIndex) ?? COLUMNS;
}

/** A port that answers nothing at all keeps every column: it may have been away just now. */
function kept(columns: readonly Oid[], cell: Cell): readonly Oid[] {
  const there = columns.filter((column) => cell(column) !== undefined);
  if (there.length === 0) return COLUMNS;
  return there.filter((column) => !POORER.some(([poorer, better]) => poorer === column && there.includes(better)));
}

/** As many whole ports as fit one request, so that the values of a port are of one moment. */
function* groups(
  ports: readonly CountedPort[],
  columnsOf: ReadonlyMap<number, readonly Oid[]>,
  varbinds: number,
): Generator<readonly CountedPort[]> {
  let group: CountedPort[] = [];
  let size = 1;
  for (const port of ports) {
    const more = wanted(port.ifIndex, columnsOf).length;
    if (group.length > 0 && size + more > varbinds) {
      yield group;
      group = [];
      size = 1;
    }
    group.push(port);
    size += more;
  }
  if (group.length > 0) yield group;
}

function sampleOf({ port, ifIndex }: CountedPort, cell: Cell, at: Millis, upTime: UpTime | undefined): PortSample {
  const link = integerOf(cell(IF_COUNTERS.ifOperStatus));
  const duplex = integerOf(cell(DOT3_STATS.dot3StatsDuplexStatus));
  const counters: Partial<Record<CounterName, Counter>> = {};
  for (const [name, columns] of Object.entries(COUNTER_COLUMNS)) {
    const counter = columns.map((column) => counterOf(cell(column))).find((found) => found !== undefined);
    if (counter) counters[name as CounterName] = counter;
  }
  return {
    port,
    ifIndex,
    at,
    upTime,
    link: link === undefined ? undefined : named(IF_OPER_STATUS, link),
    speed: speedOf(cell),
    duplex: duplex === 2 || duplex === 3 ? DUPLEX_STATUS[duplex] : undefined,
    lastChange: integerOf(cell(IF_COUNTERS.ifLastChange)),
    discontinuity: integerOf(cell(IF_COUNTERS.ifCounterDiscontinuityTime)),
    counters,
    delivering: undefined,
    watts: undefined,
  };
}

function counterOf(varbind: SnmpVarbind | undefined): Counter | undefined {
  if (typeof varbind?.value === 'bigint') return { value: varbind.value, bits: 64 };
  return typeof varbind?.value === 'number' && varbind.value >= 0
    ? { value: BigInt(varbind.value), bits: 32 }
    : undefined;
}

/** ifSpeed is stuck at 2^32 - 1 for what is faster (RFC 2863 §3.1.7). */
function speedOf(cell: Cell): number | undefined {
  const high = integerOf(cell(IF_COUNTERS.ifHighSpeed));
  if (high !== undefined) return high;
  const bits = integerOf(cell(IF_COUNTERS.ifSpeed));
  return bits === undefined || bits === 2 ** 32 - 1 ? undefined : bits / 1_000_000;
}

function upTimeOf(varbind: SnmpVarbind | undefined, from: Millis, to: Millis): UpTime | undefined {
  const ticks = integerOf(varbind);
  return ticks === undefined ? undefined : { ticks, from, to };
}
