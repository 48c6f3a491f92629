/**
 * Switches of single families in memory, for their dialects: objects under their OIDs, written by hand from the MIBs, and
 * what a SET of each does. Small, and without the switch's other objects.
 */
import type { Clock } from '../../../../src/rack/clock.ts';
import { sleep } from '../../../../src/rack/clock.ts';
import { millis } from '../../../../src/rack/units.ts';
import type { ErrorStatusName } from '../../../../src/switches/snmp/errors.ts';
import { SnmpErrorStatus } from '../../../../src/switches/snmp/errors.ts';
import { compareOids } from '../../../../src/switches/snmp/oid.ts';
import type { SnmpSession, SnmpSet } from '../../../../src/switches/snmp/session.ts';
import type { SnmpValue, SnmpVarbind } from '../../../../src/switches/snmp/value.ts';
import type { VlanState } from '../../../../src/switches/vlans/state.ts';

export type Row = readonly [oid: string, value: SnmpValue];

export interface Model {
  /** Every object there is, in any order. */
  rows(): readonly Row[];
  /** One varbind. Throws a `Refusal` for what it refuses; then all of the SET is as it was. */
  set(set: SnmpSet): void;
  /** A copy of all that can be written, and the way back to it. */
  snapshot(): () => void;
  /** What it does with frames, whatever it says. */
  truth(): VlanState;
}

export class Refusal extends Error {
  readonly status: ErrorStatusName;
  constructor(status: ErrorStatusName) {
    super(status);
    this.status = status;
  }
}

export interface ModelSession extends SnmpSession {
  readonly sets: SnmpSet[][];
}

/** `refuse` is a whim of the switch: a SET of that object is refused. */
export function modelSession(
  model: Model,
  clock: Clock,
  refuse: (set: SnmpSet) => ErrorStatusName | undefined = () => undefined,
): ModelSession {
  const counts = { requests: 0, answers: 0, timeouts: 0, foreign: 0, malformed: 0 };
  const sets: SnmpSet[][] = [];
  let kept: Sorted | undefined;
  const sorted = (): Sorted => {
    kept ??= sort(model.rows());
    return kept;
  };
  const after = (oid: string): SnmpVarbind => {
    const { rows, places } = sorted();
    const place = places.get(oid);
    const next = rows[place === undefined ? rows.findIndex(([other]) => compareOids(other, oid) > 0) : place + 1];
    return next ? { oid: next[0], ...next[1] } : { oid, type: 'endOfMibView', value: null };
  };
  return {
    sets,
    counts,
    async get(oids) {
      await sleep(clock, millis(1));
      return oids.map((oid): SnmpVarbind => {
        kept = undefined;
        const { rows, places } = sorted();
        const found = rows[places.get(oid) ?? -1];
        return found ? { oid, ...found[1] } : { oid, type: 'noSuchInstance', value: null };
      });
    },
    async getBulk({ columns, maxRepetitions }) {
      await sleep(clock, millis(1));
      const answers = columns.map((column) => {
        const found: SnmpVarbind[] = [];
        let at = column;
        while (found.length < maxRepetitions) {
          const next = after(at);
          found.push(next);
          if (next.type === 'endOfMibView') break;
          at = next.oid;
        }
        return found;
      });
      return { nonRepeaters: [], columns: answers };
    },
    async set(varbinds) {
      await sleep(clock, millis(1));
      sets.push([...varbinds]);
      kept = undefined;
      const restore = model.snapshot();
      for (const set of varbinds) {
        try {
          const whim = refuse(set);
          if (whim !== undefined) throw new Refusal(whim);
          model.set(set);
        } catch (error) {
          restore();
          if (error instanceof Refusal) throw new SnmpErrorStatus('set', error.status, set.oid);
          throw error;
        }
      }
    },
    close: () => {},
  };
}

interface Sorted {
  readonly rows: readonly Row[];
  readonly places: ReadonlyMap<string, number>;
}

function sort(rows: readonly Row[]): Sorted {
  const keyed = rows.map((row) => ({ row, arcs: row[0].split('.').map(Number) }));
  keyed.sort(({ arcs: a }, { arcs: b }) => {
    for (let place = 0; place < Math.min(a.length, b.length); place += 1) {
      if (a[place] !== b[place]) return a[place]! - b[place]!;
    }
    return a.length - b.length;
  });
  return { rows: keyed.map(({ row }) => row), places: new Map(keyed.map(({ row: [oid] }, place) => [oid, place])) };
}

export const integer = (value: number): SnmpValue => ({ type: 'Integer32', value });
export const gauge = (value: number): SnmpValue => ({ type: 'Gauge32', value });
export const octets = (value: Buffer | string): SnmpValue => ({
  type: 'OctetString',
  value: Buffer.from(value as string),
});

/** The index of an OID below a column; undefined: it is no instance of it. */
export function below(column: string, oid: string): string | undefined {
  return oid.startsWith(`${column}.`) ? oid.slice(column.length + 1) : undefined;
}

/** Bits as numbers, and back. `first`: what the first bit stands for; `low`: it is the lowest of its octet. */
export function bitsOf(list: Buffer, first: number, low = false): number[] {
  const found: number[] = [];
  for (let bit = 0; bit < 8 * list.length; bit += 1) {
    const mask = low ? 1 << (bit % 8) : 128 >> (bit % 8);
    if (list[Math.floor(bit / 8)]! & mask) found.push(first + bit);
  }
  return found;
}

export function listOf(numbers: Iterable<number>, first: number, width: number, low = false): Buffer {
  const list = Buffer.alloc(width);
  for (const number of numbers) {
    const bit = number - first;
    if (bit < 0 || bit >= 8 * width) continue;
    list[Math.floor(bit / 8)]! |= low ? 1 << (bit % 8) : 128 >> (bit % 8);
  }
  return list;
}
