/** The objects of an agent in lexicographic order, read through functions so that nothing has to be kept up to date. */
import { compareArcs, firstAfter, parseOid } from './oid.ts';
import type { MibColumn, MibTable } from './table.ts';
import { fixedRows, table } from './table.ts';

/** ASN.1 tags (RFC 2578 §7.1, RFC 3416 §3). */
export const TAG = Object.freeze({
  Integer32: 0x02,
  OctetString: 0x04,
  Null: 0x05,
  ObjectIdentifier: 0x06,
  IpAddress: 0x40,
  Counter32: 0x41,
  Gauge32: 0x42,
  TimeTicks: 0x43,
  Counter64: 0x46,
  noSuchObject: 0x80,
  noSuchInstance: 0x81,
  endOfMibView: 0x82,
});

export type MibValue = number | string | Buffer | null;

/** error-status by name (RFC 3416 §3). */
export const STATUS = Object.freeze({
  noError: 0,
  tooBig: 1,
  genErr: 5,
  noAccess: 6,
  wrongType: 7,
  wrongLength: 8,
  wrongValue: 10,
  noCreation: 11,
  inconsistentValue: 12,
  resourceUnavailable: 13,
  commitFailed: 14,
  notWritable: 17,
  inconsistentName: 18,
});

/** A scalar or a column. */
export interface MibObject {
  readonly oid: string;
  readonly tag: number;
  /** For an object that may be written: the error-status for a value of the right type, 0 when it may be. */
  readonly check?: (value: MibValue) => number;
  /** For values that depend on each other, or whose instances come and go. Without it each is written by itself. */
  readonly together?: Together;
}

/** One varbind of a SET that has passed every check of its own. */
export interface Change {
  /** Of the varbind in the PDU, from 1. */
  readonly place: number;
  readonly object: MibObject;
  readonly index: string;
  readonly value: MibValue;
}

export interface Refusal {
  readonly errorStatus: number;
  /** Of the varbind to blame, from 1. */
  readonly place: number;
}

/** Checks the changes of one SET as though all were made at once (RFC 3416 §4.2.5); what it returns makes them. */
export interface Together {
  prepare(changes: readonly Change[]): Refusal | (() => void);
}

export interface MibInstance {
  readonly object: MibObject;
  /** What follows the object: `0` for a scalar, the index of a row. */
  readonly index: string;
  readonly read: () => MibValue;
  readonly write?: (value: MibValue) => void;
}

export interface MibNode extends MibInstance {
  readonly oid: string;
}

export type MibPart = MibInstance | MibTable;

export interface Mib {
  get(oid: string): MibNode | undefined;
  /** The first node after `oid`, which need not exist. */
  next(oid: string): MibNode | undefined;
  /** The object that `oid` would be an instance of. */
  objectOf(oid: string): MibObject | undefined;
}

/** @throws Error when two parts have the same object, or one inside the other: no order of rows could be right */
export function createMib(parts: readonly MibPart[]): Mib {
  const columns = columnsOf(parts)
    .map((column) => ({ column, arcs: parseOid(column.object.oid) }))
    .sort((a, b) => compareArcs(a.arcs, b.arcs));
  for (const [place, { column }] of columns.entries()) {
    const { oid } = column.object;
    const before = columns[place - 1]?.column.object.oid;
    if (before !== undefined && `${oid}.`.startsWith(`${before}.`))
      throw new Error(`object ${oid} is within ${before}`);
  }
  const places = new Map(columns.map(({ column }, place) => [column.object.oid, place]));
  const lengths = columns.map(({ column }) => column.object.oid.length);
  const shortest = Math.min(...lengths);
  const longest = Math.max(...lengths);

  /** Place of the column that `oid` lies in, -1 where there is none, and what follows the column. */
  const locate = (oid: string): readonly [place: number, index: string] => {
    for (let end = oid.indexOf('.', shortest); end > 0 && end <= longest; end = oid.indexOf('.', end + 1)) {
      const place = places.get(oid.slice(0, end));
      if (place !== undefined) return [place, oid.slice(end + 1)];
    }
    return [places.get(oid) ?? -1, ''];
  };

  return {
    get: (oid) => {
      const [place, index] = locate(oid);
      return columns[place]?.column.get(index);
    },
    next: (oid) => {
      const [found, index] = locate(oid);
      const inside = found >= 0 ? columns[found]!.column.after(index) : undefined;
      if (inside) return inside;
      for (
        let place = found >= 0 ? found + 1 : firstAfter(columns, parseOid(oid));
        place < columns.length;
        place += 1
      ) {
        const first = columns[place]!.column.after('');
        if (first) return first;
      }
      return undefined;
    },
    objectOf: (oid) => columns[locate(oid)[0]]?.column.object,
  };
}

function columnsOf(parts: readonly MibPart[]): MibColumn[] {
  const columns: MibColumn[] = [];
  const instances = new Map<string, MibInstance[]>();
  for (const part of parts) {
    if ('columns' in part) columns.push(...part.columns);
    else instances.set(part.object.oid, [...(instances.get(part.object.oid) ?? []), part]);
  }
  for (const [oid, same] of instances) {
    const rows = fixedRows(same.map((instance) => [instance.index, instance] as const));
    const arc = oid.slice(oid.lastIndexOf('.') + 1);
    const column = {
      ...same[0]!.object,
      arc,
      read: (instance: MibInstance) => instance.read(),
      writable: (instance: MibInstance) => instance.write !== undefined,
      write: (instance: MibInstance, value: MibValue) => instance.write?.(value),
    };
    columns.push(...table(oid.slice(0, -arc.length - 1), rows, [column]).columns);
  }
  return columns;
}
