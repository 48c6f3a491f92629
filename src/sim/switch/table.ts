/** Tables of a MIB whose rows come and go: rows are asked for when somebody looks, sorted once, and kept until they change. */
import type { MibNode, MibObject, MibValue, Together } from './mib.ts';
import type { Arcs } from './oid.ts';
import { compareArcs, firstAfter, parseOid } from './oid.ts';

export interface Rows<Row> {
  /** Another number whenever a row has come, gone or been replaced. */
  readonly version: () => number;
  /** By index, in any order. */
  readonly entries: () => Iterable<readonly [index: string, row: Row]>;
}

export interface Column<Row> {
  /** Below the entry of the table. */
  readonly arc: number | string;
  readonly tag: number;
  readonly read: (row: Row) => MibValue;
  /** Rows that lack this column are holes in it. */
  readonly has?: (row: Row) => boolean;
  readonly check?: (value: MibValue) => number;
  readonly write?: (row: Row, value: MibValue) => void;
  /** Undefined: all rows. */
  readonly writable?: (row: Row) => boolean;
  readonly together?: Together;
}

/** A column without the type of its rows. */
export interface MibColumn {
  readonly object: MibObject;
  get(index: string): MibNode | undefined;
  /** The first node after an index, which need not exist; '' is before all. */
  after(index: string): MibNode | undefined;
}

export interface MibTable {
  readonly columns: readonly MibColumn[];
}

export function fixedRows<Row>(entries: readonly (readonly [index: string, row: Row])[]): Rows<Row> {
  return { version: () => 0, entries: () => entries };
}

export function table<Row>(entry: string, rows: Rows<Row>, columns: readonly Column<Row>[]): MibTable {
  const sorted = sortedRows(rows);
  return { columns: columns.map((column) => mibColumn(entry, sorted, column)) };
}

interface Sorted<Row> {
  readonly list: readonly { readonly index: string; readonly arcs: Arcs; readonly row: Row }[];
  readonly places: ReadonlyMap<string, number>;
}

function sortedRows<Row>(rows: Rows<Row>): () => Sorted<Row> {
  let version: number | undefined;
  let kept: Sorted<Row> = { list: [], places: new Map() };
  return () => {
    const now = rows.version();
    if (now !== version) {
      version = now;
      const list = Array.from(rows.entries(), ([index, row]) => ({ index, arcs: parseOid(index), row }));
      list.sort((a, b) => compareArcs(a.arcs, b.arcs));
      kept = { list, places: new Map(list.map(({ index }, place) => [index, place])) };
    }
    return kept;
  };
}

function mibColumn<Row>(entry: string, sorted: () => Sorted<Row>, column: Column<Row>): MibColumn {
  const { check, together, write, writable } = column;
  const object: MibObject = {
    oid: `${entry}.${column.arc}`,
    tag: column.tag,
    ...(check && { check }),
    ...(together && { together }),
  };
  const node = (index: string, row: Row): MibNode => ({
    object,
    index,
    oid: `${object.oid}.${index}`,
    read: () => column.read(row),
    ...(write && writable?.(row) !== false && { write: (value: MibValue) => write(row, value) }),
  });
  return {
    object,
    get(index) {
      const { list, places } = sorted();
      const found = list[places.get(index) ?? -1];
      return found && column.has?.(found.row) !== false ? node(index, found.row) : undefined;
    },
    after(index) {
      const { list, places } = sorted();
      const known = places.get(index);
      let place = index === '' ? 0 : known !== undefined ? known + 1 : firstAfter(list, parseOid(index));
      for (; place < list.length; place += 1) {
        const { index: found, row } = list[place]!;
        if (column.has?.(row) !== false) return node(found, row);
      }
      return undefined;
    },
  };
}
