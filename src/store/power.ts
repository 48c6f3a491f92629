import type { Quarantine } from '../rack/slot-state.ts';
import type { Millis, SlotNumber } from '../rack/units.ts';
import type { Db } from './database.ts';

/** What was asked of a slot's power, and what recovery has spent on it: everything that must survive a restart. */
export interface PowerRow {
  readonly slot: SlotNumber;
  readonly wanted: 'on' | 'off';
  readonly cycling: boolean;
  readonly attempts: number;
  readonly quarantine: Quarantine | undefined;
}

export class PowerTable {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  all(): PowerRow[] {
    const rows = this.#db
      .prepare(
        'SELECT slot, wanted, cycling, attempts, quarantine_cause, quarantine_at, quarantine_by FROM power ORDER BY slot',
      )
      .all() as {
      slot: SlotNumber;
      wanted: 'on' | 'off';
      cycling: number;
      attempts: number;
      quarantine_cause: string | null;
      quarantine_at: Millis | null;
      quarantine_by: string | null;
    }[];
    return rows.map((row) => ({
      slot: row.slot,
      wanted: row.wanted,
      cycling: row.cycling === 1,
      attempts: row.attempts,
      quarantine:
        row.quarantine_cause === null || row.quarantine_at === null
          ? undefined
          : { cause: row.quarantine_cause, at: row.quarantine_at, by: row.quarantine_by ?? undefined },
    }));
  }

  save(row: PowerRow, now: Millis): void {
    this.#db
      .prepare(`
        UPDATE power SET wanted = ?, cycling = ?, attempts = ?, quarantine_cause = ?, quarantine_at = ?, quarantine_by = ?,
          changed_at = ?
        WHERE slot = ?`)
      .run(
        row.wanted,
        row.cycling ? 1 : 0,
        row.attempts,
        row.quarantine?.cause ?? null,
        row.quarantine?.at ?? null,
        row.quarantine?.by ?? null,
        now,
        row.slot,
      );
  }
}
