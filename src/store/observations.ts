import type Database from 'better-sqlite3';
import type { Millis, SlotNumber } from '../rack/units.ts';
import type { Db } from './database.ts';

export interface ObservationRow {
  /** What it is about: `memory`, `bootloader`, `client`… */
  readonly fact: string;
  readonly value: string;
  /** Since when it is this value, and when it was heard last, to the hour. */
  readonly firstSeen: Millis;
  readonly lastSeen: Millis;
}

/** What the board of each slot let be seen of itself: claims, for people, never for decisions. */
export class ObservationTable {
  readonly #db: Db;
  readonly #save: Database.Statement<[number, string, string, number, number]>;

  constructor(db: Db) {
    this.#db = db;
    this.#save = db.prepare(`
      INSERT INTO observations (slot, fact, value, first_seen, last_seen) VALUES (?, ?, ?, ?, ?)
      ON CONFLICT (slot, fact) DO UPDATE SET value = excluded.value, last_seen = excluded.last_seen,
        first_seen = CASE WHEN observations.value = excluded.value THEN observations.first_seen ELSE excluded.last_seen END`);
  }

  save(slot: SlotNumber, fact: string, value: string, now: Millis): void {
    this.#save.run(slot, fact, value, now, now);
  }

  /** Another board is in the slot: nothing of the one before is true of it. */
  forget(slot: SlotNumber): void {
    this.#db.prepare('DELETE FROM observations WHERE slot = ?').run(slot);
  }

  ofSlot(slot: SlotNumber): ObservationRow[] {
    return this.#db
      .prepare(
        'SELECT fact, value, first_seen AS firstSeen, last_seen AS lastSeen FROM observations WHERE slot = ? ORDER BY fact',
      )
      .all(slot) as ObservationRow[];
  }
}
