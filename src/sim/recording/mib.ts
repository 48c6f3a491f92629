/** The rows of a recording as the objects of an agent. Rows may change, come and go while it is served. */
import type { Mib, MibNode, MibObject, MibValue } from '../switch/mib.ts';
import type { Arcs } from '../switch/oid.ts';
import { firstAfter, parseOid } from '../switch/oid.ts';
import { isWithin } from './oid.ts';
import type { WritableColumn, Write } from './overlay.ts';
import type { RecordedRow } from './recording.ts';

export interface RecordedMib extends Mib {
  readonly size: number;
  /** Undefined where there is no such row. */
  value(oid: string): MibValue | undefined;
  /** Changes a row, or makes one. Nobody hears of it. */
  put(oid: string, tag: number, value: MibValue): void;
  remove(oid: string): void;
  /** The rows below a column, in order, with what follows it. */
  below(column: string): IterableIterator<{ readonly index: string; readonly tag: number; readonly value: MibValue }>;
}

export interface WriteListener {
  written(write: Write): void;
}

class Row implements MibNode {
  readonly oid: string;
  readonly arcs: Arcs;
  readonly object: MibObject;
  readonly index: string;
  readonly write?: (value: MibValue) => void;
  value: MibValue;
  following: Row | undefined;

  constructor(row: RecordedRow, object: MibObject, index: string, write?: (value: MibValue) => void) {
    this.oid = row.oid;
    this.arcs = row.arcs;
    this.value = row.value;
    this.object = object;
    this.index = index;
    if (write) this.write = write;
  }

  read(): MibValue {
    return this.value;
  }
}

export class RowMib implements RecordedMib {
  readonly #rows: Row[];
  readonly #byOid: Map<string, Row>;
  readonly #writable: readonly WritableColumn[];
  readonly #listener: WriteListener;
  #last: MibObject | undefined;

  /** `rows` are in order, each OID once. */
  constructor(rows: readonly RecordedRow[], writable: readonly WritableColumn[], listener: WriteListener) {
    this.#writable = writable;
    this.#listener = listener;
    this.#rows = rows.map((row) => this.#make(row));
    for (const [place, row] of this.#rows.entries()) row.following = this.#rows[place + 1];
    this.#byOid = new Map(this.#rows.map((row) => [row.oid, row]));
  }

  get size(): number {
    return this.#rows.length;
  }

  get(oid: string): MibNode | undefined {
    return this.#byOid.get(oid);
  }

  next(oid: string): Row | undefined {
    const known = this.#byOid.get(oid);
    return known ? known.following : this.#rows[firstAfter(this.#rows, parseOid(oid))];
  }

  /**
   * A recording does not say where columns end. What may be written has its column from the overlay; of the rest, an OID
   * that differs from a recorded one in its last arc is taken for another instance of the same object.
   */
  objectOf(oid: string): MibObject | undefined {
    const known = this.#byOid.get(oid);
    if (known) return known.object;
    const column = this.#columnOf(oid);
    if (column && oid !== column.column) return { oid: column.column, tag: column.tag, check: checkOf(column) };
    const parent = oid.slice(0, oid.lastIndexOf('.'));
    const beside = this.next(parent);
    return beside && isWithin(parent, beside.oid) ? { oid: parent, tag: beside.object.tag } : undefined;
  }

  value(oid: string): MibValue | undefined {
    return this.#byOid.get(oid)?.value;
  }

  put(oid: string, tag: number, value: MibValue): void {
    const known = this.#byOid.get(oid);
    if (known?.object.tag === tag) {
      known.value = value;
      return;
    }
    this.remove(oid);
    const row = this.#make({ oid, arcs: parseOid(oid), tag, value });
    const place = firstAfter(this.#rows, row.arcs);
    row.following = this.#rows[place];
    if (place > 0) this.#rows[place - 1]!.following = row;
    this.#rows.splice(place, 0, row);
    this.#byOid.set(oid, row);
  }

  remove(oid: string): void {
    const row = this.#byOid.get(oid);
    if (!row) return;
    const place = firstAfter(this.#rows, row.arcs) - 1;
    if (place > 0) this.#rows[place - 1]!.following = row.following;
    this.#rows.splice(place, 1);
    this.#byOid.delete(oid);
  }

  *below(column: string) {
    for (let row = this.next(column); row && isWithin(column, row.oid); row = row.following) {
      yield { index: row.oid.slice(column.length + 1), tag: row.object.tag, value: row.value };
    }
  }

  #make(row: RecordedRow): Row {
    const column = this.#columnOf(row.oid);
    const end = column && row.oid !== column.column ? column.column.length : row.oid.lastIndexOf('.');
    const index = row.oid.slice(end + 1);
    const oid = row.oid.slice(0, end);
    if (!column) return new Row(row, this.#plain(oid, row.tag), index);
    const made = new Row(row, { oid, tag: row.tag, check: checkOf(column) }, index, (value) => {
      const before = made.value;
      made.value = value;
      this.#listener.written({ column: oid, index, before, value });
    });
    return made;
  }

  /** The rows of a column share their object as long as they follow each other. */
  #plain(oid: string, tag: number): MibObject {
    if (this.#last?.oid !== oid || this.#last.tag !== tag) this.#last = { oid, tag };
    return this.#last;
  }

  #columnOf(oid: string): WritableColumn | undefined {
    return this.#writable.find(({ column }) => isWithin(column, oid));
  }
}

function checkOf(column: WritableColumn): (value: MibValue) => number {
  return column.check ?? (() => 0);
}
