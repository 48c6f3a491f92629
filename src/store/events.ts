import type { Millis, SlotNumber } from '../rack/units.ts';
import type { Db } from './database.ts';

export interface EventRow {
  readonly id: number;
  readonly at: Millis;
  readonly slot: SlotNumber | null;
  /** A short stable word to filter by: `board_changed`, `stuck`, `quarantined`, `missing_file` … */
  readonly kind: string;
  /** One sentence for a person. */
  readonly text: string;
}

/** Events kept; a board that floods cannot fill the disk. */
const KEPT_EVENTS = 20_000;
const PRUNE_EVERY = 500;

export class EventTable {
  readonly #db: Db;
  #untilPrune = PRUNE_EVERY;

  constructor(db: Db) {
    this.#db = db;
  }

  /** Adds an event and says how it was recorded. */
  add(at: Millis, slot: SlotNumber | undefined, kind: string, text: string): EventRow {
    const kept = { at, slot: slot ?? null, kind, text: text.slice(0, 500) };
    const { lastInsertRowid } = this.#db
      .prepare('INSERT INTO events (at, slot, kind, text) VALUES (@at, @slot, @kind, @text)')
      .run(kept);
    if (--this.#untilPrune === 0) {
      this.#untilPrune = PRUNE_EVERY;
      this.#db.prepare('DELETE FROM events WHERE id <= (SELECT max(id) FROM events) - ?').run(KEPT_EVENTS);
    }
    return { id: Number(lastInsertRowid), ...kept };
  }

  /** Events after `after`, oldest first. */
  after(after: number, limit: number): EventRow[] {
    return this.#db.prepare('SELECT * FROM events WHERE id > ? ORDER BY id LIMIT ?').all(after, limit) as EventRow[];
  }

  /** The newest events of one slot, newest first. */
  ofSlot(slot: SlotNumber, limit: number): EventRow[] {
    return this.#db
      .prepare('SELECT * FROM events WHERE slot = ? ORDER BY id DESC LIMIT ?')
      .all(slot, limit) as EventRow[];
  }
}
