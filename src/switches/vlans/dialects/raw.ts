/** The objects of a switch as they were last read or written, by column and index: what a SET is compared with. */
import { SnmpAnswerInvalid } from '../../snmp/errors.ts';
import type { Oid } from '../../snmp/oid.ts';
import type { SnmpSet } from '../../snmp/session.ts';
import type { SnmpValue, SnmpVarbind } from '../../snmp/value.ts';
import type { ColumnRows } from '../../snmp/walk.ts';
import { getAll, walkColumns } from '../../snmp/walk.ts';
import type { Access } from '../../tables.ts';

/** Runs something on the switch as one job of its queue: one exchange, or one walk. */
export type UseSwitch = <T>(what: string, work: (access: Access) => Promise<T>) => Promise<T>;

export interface RawObjects {
  column(column: Oid): ReadonlyMap<string, SnmpValue>;
  get(column: Oid, index: string): SnmpValue | undefined;
  number(column: Oid, index: string): number | undefined;
  bytes(column: Oid, index: string): Buffer | undefined;
  put(column: Oid, index: string, value: SnmpValue): void;
  /** Takes over what was written and answered. */
  note(columns: readonly Oid[], sets: readonly SnmpSet[]): void;
}

export function rawObjects(columns: ReadonlyMap<Oid, ColumnRows>): RawObjects {
  const values = new Map([...columns].map(([column, rows]) => [column, new Map(rows)]));
  const column = (oid: Oid) => values.get(oid) ?? new Map<string, SnmpValue>();
  const raw: RawObjects = {
    column,
    get: (oid, index) => column(oid).get(index),
    number: (oid, index) => {
      const value = column(oid).get(index)?.value;
      return typeof value === 'number' ? value : undefined;
    },
    bytes: (oid, index) => {
      const value = column(oid).get(index)?.value;
      return Buffer.isBuffer(value) ? value : undefined;
    },
    put: (oid, index, value) => void values.set(oid, new Map(column(oid)).set(index, value)),
    note(known, sets) {
      for (const { oid, type, value } of sets) {
        const found = known.find((one) => oid.startsWith(`${one}.`));
        if (found !== undefined) raw.put(found, oid.slice(found.length + 1), { type, value } as SnmpValue);
      }
    },
  };
  return raw;
}

/** Port lists at most ten rows at a time: more of them do not fit into what many agents answer (research: snmp-poe §4). */
export const LIST_ROWS = 10;

/** Whole columns, with at most so many rows of each to a request. */
export function readColumns(
  use: UseSwitch,
  what: string,
  columns: readonly Oid[],
  rows?: number,
): Promise<ReadonlyMap<Oid, ColumnRows>> {
  return use(what, ({ session, clock, limits }) => {
    const varbinds = rows === undefined ? limits.varbinds : Math.min(limits.varbinds, rows * columns.length);
    return walkColumns(session, columns, { ...limits, varbinds }, clock);
  });
}

export function readScalars(use: UseSwitch, what: string, oids: readonly Oid[]): Promise<readonly SnmpVarbind[]> {
  return use(what, ({ session, limits }) => getAll(session, oids, limits.varbinds));
}

/** Columns of one table that were cut short at different rows. */
export function sameRows(raw: RawObjects, a: string, b: string, what: string): void {
  const [left, right] = [raw.column(a), raw.column(b)];
  if (left.size !== right.size || [...left.keys()].some((index) => !right.has(index))) {
    throw new SnmpAnswerInvalid(`${what} have ${left.size} and ${right.size} rows`);
  }
}
