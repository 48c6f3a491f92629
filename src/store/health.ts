import type { PowerSeen } from '../rack/slot-state.ts';
import type { Millis, SlotNumber } from '../rack/units.ts';
import type { Db } from './database.ts';

export interface HealthRow {
  readonly slot: SlotNumber;
  readonly stage: string;
  readonly power: PowerSeen | undefined;
  readonly reachable6: boolean | undefined;
  /** Since when the stage is what it is. */
  readonly since: Millis;
  readonly lastCause: string | undefined;
  readonly checkedAt: Millis;
}

/** The newest health of every board, for whoever reads the database while the controller is away. */
export class HealthTable {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  saveAll(rows: readonly HealthRow[]): void {
    const upsert = this.#db.prepare(`
      INSERT INTO health (slot, stage, admin, detection, watts, reachable6, since, last_cause, checked_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (slot) DO UPDATE SET stage = excluded.stage, admin = excluded.admin, detection = excluded.detection,
        watts = excluded.watts, reachable6 = excluded.reachable6, since = excluded.since,
        last_cause = excluded.last_cause, checked_at = excluded.checked_at`);
    this.#db.transaction(() => {
      for (const row of rows) {
        upsert.run(
          row.slot,
          row.stage,
          row.power === undefined ? null : Number(row.power.admin),
          row.power?.detection ?? null,
          row.power?.watts ?? null,
          row.reachable6 === undefined ? null : Number(row.reachable6),
          row.since,
          row.lastCause ?? null,
          row.checkedAt,
        );
      }
    })();
  }
}
