import type { Millis, SlotNumber } from '../rack/units.ts';
import type { Db } from './database.ts';

/** A slot that is not given to customers and that recovery leaves alone, until staff say so or its time is over. */
export interface Maintenance {
  readonly slot: SlotNumber;
  readonly reason: string;
  readonly who: string;
  readonly since: Millis;
  /** Undefined: until it is ended. */
  readonly until: Millis | undefined;
}

type RawMaintenance = Omit<Maintenance, 'until'> & { readonly until: Millis | null };

export class MaintenanceTable {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  all(): Maintenance[] {
    const rows = this.#db.prepare('SELECT * FROM maintenance ORDER BY slot').all() as RawMaintenance[];
    return rows.map((row) => ({ ...row, until: row.until ?? undefined }));
  }

  put(row: Maintenance): void {
    this.#db
      .prepare(`
        INSERT INTO maintenance (slot, reason, who, since, until) VALUES (@slot, @reason, @who, @since, @until)
        ON CONFLICT (slot) DO UPDATE SET reason = excluded.reason, who = excluded.who, since = excluded.since,
          until = excluded.until`)
      .run({ ...row, until: row.until ?? null });
  }

  remove(slot: SlotNumber): void {
    this.#db.prepare('DELETE FROM maintenance WHERE slot = ?').run(slot);
  }
}
