import type { Millis, SlotNumber } from '../rack/units.ts';
import type { Db } from './database.ts';

/** What programs read of an event; the text is for people. */
export type EventData = Readonly<Record<string, string | number | boolean | null>>;

export interface NewEvent {
  readonly at: Millis;
  readonly slot?: SlotNumber | undefined;
  readonly kind: string;
  readonly text: string;
  readonly data?: EventData | undefined;
  /** Where it is of no slot: whose it is. Of a slot it is whoever has the slot as it is recorded. */
  readonly tenant?: string | undefined;
}

export interface EventRow {
  /** Rises with every event, and is given to no other one. */
  readonly id: number;
  readonly at: Millis;
  readonly slot: SlotNumber | null;
  /** A short stable word to filter by: `board_changed`, `stuck`, `quarantined`, `boot.up` … */
  readonly kind: string;
  /** One sentence for a person. */
  readonly text: string;
  readonly data: EventData;
  /** Who had the slot then, under which name; null: nobody. */
  readonly tenant: string | null;
  readonly server: string | null;
}

export interface EventFilter {
  readonly slot?: SlotNumber | undefined;
  readonly kind?: string | undefined;
  readonly tenant?: string | undefined;
  readonly server?: string | undefined;
}

export interface EventPage {
  /** Oldest first. */
  readonly events: readonly EventRow[];
  /** Of all events. */
  readonly newest: number;
  /** The newest one of this tenant, or of all, that is not kept any more; 0: all are. */
  readonly swept: number;
}

interface RawEvent extends Omit<EventRow, 'data'> {
  readonly data: string;
}

/** Kept of each slot, and of what is of none: whoever causes many sweeps away his own, and a flood does not fill the disk. */
export const KEPT_EVENTS = 1_000;
const SWEEP_EVERY = 100;
const MOST_TEXT = 500;

export class EventTable {
  readonly #db: Db;
  /** Added since the last sweep, by slot. */
  readonly #added = new Map<SlotNumber | null, number>();

  constructor(db: Db) {
    this.#db = db;
  }

  /** Adds an event and says how it was recorded. */
  add({ at, slot = undefined, kind, text, data = {}, tenant }: NewEvent): EventRow {
    const kept = { at, slot: slot ?? null, kind, text: text.slice(0, MOST_TEXT), data };
    const owner = this.#db
      .prepare(`
        INSERT INTO events (at, slot, kind, text, data, tenant, server) VALUES (@at, @slot, @kind, @text, @json,
          coalesce(@tenant, (SELECT tenant FROM servers WHERE slot = @slot)), (SELECT name FROM servers WHERE slot = @slot))
        RETURNING id, tenant, server`)
      .get({ ...kept, json: JSON.stringify(data), tenant: tenant ?? null }) as Pick<
      EventRow,
      'id' | 'tenant' | 'server'
    >;
    this.#sweepSometimes(kept.slot);
    return { ...kept, ...owner };
  }

  /** Events after `after`, oldest first. */
  after(after: number, limit: number, filter: EventFilter = {}): EventRow[] {
    const { where, values } = condition(filter);
    return this.#rows(`WHERE id > ?${where} ORDER BY id LIMIT ?`, after, ...values, limit);
  }

  /** The newest events, oldest first. */
  newest(limit: number, filter: EventFilter = {}): EventRow[] {
    const { where, values } = condition(filter);
    return this.#rows(`WHERE id > ?${where} ORDER BY id DESC LIMIT ?`, 0, ...values, limit).reverse();
  }

  page(after: number, limit: number, filter: EventFilter = {}): EventPage {
    const newest = (this.#db.prepare('SELECT max(id) FROM events').pluck().get() as number | null) ?? 0;
    const swept = this.#db
      .prepare('SELECT max(upto) FROM events_swept WHERE ? IS NULL OR tenant = ?')
      .pluck()
      .get(filter.tenant ?? null, filter.tenant ?? null) as number | null;
    return { events: this.after(after, limit, filter), newest, swept: swept ?? 0 };
  }

  /** The newest events of one slot for its staff, newest first: what customers are told is in its timeline anyway. */
  ofSlot(slot: SlotNumber, limit: number): EventRow[] {
    return this.#rows(`WHERE slot = ? AND kind NOT LIKE '%.%' ORDER BY id DESC LIMIT ?`, slot, limit);
  }

  /** The newest event of each slot among those of these kinds. */
  lastOf(kinds: readonly string[]): Map<SlotNumber, string> {
    const rows = this.#db
      .prepare(`
        SELECT slot, kind FROM events WHERE id IN (
          SELECT max(id) FROM events WHERE slot IS NOT NULL AND kind IN (SELECT value FROM json_each(?)) GROUP BY slot)`)
      .all(JSON.stringify(kinds)) as { slot: SlotNumber; kind: string }[];
    return new Map(rows.map(({ slot, kind }) => [slot, kind]));
  }

  #rows(where: string, ...values: unknown[]): EventRow[] {
    const rows = this.#db.prepare(`SELECT * FROM events ${where}`).all(...values) as RawEvent[];
    return rows.map((row) => ({ ...row, data: JSON.parse(row.data) as EventData }));
  }

  #sweepSometimes(slot: SlotNumber | null): void {
    const added = (this.#added.get(slot) ?? 0) + 1;
    this.#added.set(slot, added % SWEEP_EVERY);
    if (added === SWEEP_EVERY) this.#sweep(slot);
  }

  /** Removes what is too old, and remembers whose it was: who asks for what came after that is told that there was more. */
  #sweep(slot: SlotNumber | null): void {
    const last = this.#db
      .prepare('SELECT id FROM events WHERE slot IS ? ORDER BY id DESC LIMIT 1 OFFSET ?')
      .pluck()
      .get(slot, KEPT_EVENTS) as number | undefined;
    if (last === undefined) return;
    this.#db
      .prepare(`
        INSERT INTO events_swept (slot, tenant, upto)
        SELECT coalesce(slot, 0), coalesce(tenant, ''), max(id) FROM events WHERE slot IS ? AND id <= ? GROUP BY tenant
        ON CONFLICT DO UPDATE SET upto = excluded.upto`)
      .run(slot, last);
    this.#db.prepare('DELETE FROM events WHERE slot IS ? AND id <= ?').run(slot, last);
  }
}

function condition(filter: EventFilter): { readonly where: string; readonly values: readonly unknown[] } {
  const given = (['slot', 'kind', 'tenant', 'server'] as const).filter((name) => filter[name] !== undefined);
  return {
    where: given.map((name) => ` AND ${name} = ?`).join(''),
    values: given.map((name) => filter[name]),
  };
}
