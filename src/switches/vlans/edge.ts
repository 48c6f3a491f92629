/** Link features of a board's port: what the switch lets us set is set and read back, and the rest is told. */
import type { EdgeOutcome, VlanBackend } from '../backend.ts';
import type { EdgeFeature, EdgeSpec } from '../drivers/driver.ts';
import { BRIDGE_MIB } from '../mib/bridge.ts';
import { SnmpErrorStatus } from '../snmp/errors.ts';
import type { SnmpSet } from '../snmp/session.ts';
import { integerOf } from '../snmp/value.ts';
import { getAll } from '../snmp/walk.ts';
import type { UseSwitch } from './dialects/raw.ts';
import { readColumns } from './dialects/raw.ts';
import type { VlanGuard } from './guard.ts';
import type { PortNumbering } from './scope.ts';
import type { BridgePort, VlanState } from './state.ts';

const ADVICE: Readonly<Record<EdgeFeature, string>> = Object.freeze({
  portfast:
    'make the ports of boards edge ports (portfast) by hand: a boot ROM gives up before spanning tree lets it through',
  bpdu: 'let the ports of boards send no spanning tree frames, and guard against those of a board, by hand',
  lldp: 'let the ports of boards send no LLDP frames by hand: a board need not know what it is plugged into',
  'storm-control': 'limit broadcast on the ports of boards by hand: each has a board that anybody may run anything on',
  eee: 'switch energy-efficient Ethernet off on the ports of boards by hand: some links of a Pi drop with it',
});

export const EDGE_FEATURES = Object.freeze(Object.keys(ADVICE)) as readonly EdgeFeature[];

/** One sentence for each feature that is not set, after what went wrong. */
export function adviceFor({ set, problems }: Pick<EdgeOutcome, 'set' | 'problems'>): string[] {
  return [...problems, ...EDGE_FEATURES.filter((feature) => !set.includes(feature)).map((feature) => ADVICE[feature])];
}

type EdgeSet = EdgeSpec['sets'][number];

/** Ten of them keep a SET under the smallest message that every agent takes (RFC 3417 §3.2). */
const PORTS_PER_SET = 10;

/** A link feature changes no VLAN, so the guard need not know how they are. */
const NO_VLANS: VlanState = Object.freeze({
  vlans: new Map(),
  ports: new Map(),
  capacity: { maxVlanId: undefined, maxVlans: undefined },
});

export function edgeWriter(
  { sets }: EdgeSpec,
  numbering: PortNumbering,
  use: UseSwitch,
): NonNullable<VlanBackend['edge']> {
  return async (ports, guard) => {
    const indexes = await indexesOf(ports, sets, numbering, use);
    const done: EdgeFeature[] = [];
    const problems: string[] = [];
    let changed = false;
    for (const set of sets) {
      const todo = await wrong(ports, set, indexes, use);
      const refusal = await write(todo, set, indexes, guard, use);
      const left = todo.length === 0 ? [] : await wrong(todo, set, indexes, use);
      if (left.length < todo.length) changed = true;
      if (left.length === 0) done.push(set.what);
      else
        problems.push(`${set.what} did not take on ${left.length} ports of boards: ${refusal ?? 'it reads as before'}`);
    }
    return { set: done, problems, changed };
  };
}

/** The index of each port in a column; undefined: the switch does not say. */
type Indexes = (port: BridgePort, set: EdgeSet) => number | undefined;

async function indexesOf(
  ports: readonly BridgePort[],
  sets: readonly EdgeSet[],
  numbering: PortNumbering,
  use: UseSwitch,
): Promise<Indexes> {
  const other = new Map<number, number>();
  if (ports.length > 0 && sets.some(({ index }) => index !== numbering)) {
    const column = BRIDGE_MIB.dot1dBasePortIfIndex;
    for (const [port, { value }] of (await readColumns(use, 'read which port is which', [column])).get(column)!) {
      if (typeof value !== 'number') continue;
      if (numbering === 'bridgePort') other.set(Number(port), value);
      else other.set(value, Number(port));
    }
  }
  return (port, { index }) => (index === numbering ? port : other.get(port));
}

/** The ports that do not have the feature. */
async function wrong(
  ports: readonly BridgePort[],
  set: EdgeSet,
  indexes: Indexes,
  use: UseSwitch,
): Promise<readonly BridgePort[]> {
  const known = ports.filter((port) => indexes(port, set) !== undefined);
  const oids = known.map((port) => `${set.column}.${indexes(port, set)}`);
  const read = await use(`read ${set.what}`, ({ session, limits }) => getAll(session, oids, limits.varbinds));
  return ports.filter((port) => integerOf(read[known.indexOf(port)]) !== set.value);
}

/** Why some was refused; undefined: none was. */
async function write(
  ports: readonly BridgePort[],
  set: EdgeSet,
  indexes: Indexes,
  guard: VlanGuard,
  use: UseSwitch,
): Promise<string | undefined> {
  const known = ports.filter((port) => indexes(port, set) !== undefined);
  let refusal = known.length < ports.length ? 'the switch does not say which bridge ports they are' : undefined;
  for (let from = 0; from < known.length; from += PORTS_PER_SET) {
    const some = known.slice(from, from + PORTS_PER_SET);
    guard.check(
      some.map((port) => ({ kind: 'edge', port, what: set.what })),
      NO_VLANS,
    );
    const sets = some.map((port): SnmpSet => {
      return { oid: `${set.column}.${indexes(port, set)}`, type: 'Integer32', value: set.value };
    });
    try {
      await use(`set ${set.what}`, ({ session }) => session.set(sets));
    } catch (error) {
      if (!(error instanceof SnmpErrorStatus)) throw error;
      refusal = error.message;
    }
  }
  return refusal;
}
