import type { Millis, SlotNumber } from '../rack/units.ts';
import type { Db } from './database.ts';

/** A slot that is not given to customers until staff say so. */
export interface Maintenance {
  readonly slot: SlotNumber;
  readonly reason: string;
  readonly who: string;
  readonly since: Millis;
}

export class MaintenanceTable {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  all(): Maintenance[] {
    return this.#db.prepare('SELECT * FROM maintenance ORDER BY slot').all() as Maintenance[];
  }

  put(row: Maintenance): void {
    this.#db
      .prepare(`
        INSERT INTO maintenance (slot, reason, who, since) VALUES (@slot, @reason, @who, @since)
        ON CONFLICT (slot) DO UPDATE SET reason = excluded.reason, who = excluded.who, since = excluded.since`)
      .run(row);
  }

  remove(slot: SlotNumber): void {
    this.#db.prepare('DELETE FROM maintenance WHERE slot = ?').run(slot);
  }
}
