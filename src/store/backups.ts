import type { Millis, SlotNumber } from '../rack/units.ts';
import type { Db } from './database.ts';

/** One try to back up one root, or the controller. */
export interface BackupRow {
  readonly id: number;
  readonly job: number;
  /** 0: the controller. */
  readonly slot: SlotNumber;
  readonly root: number | undefined;
  readonly beganAt: Millis;
  readonly endedAt: Millis;
  /** Undefined: there is none. */
  readonly snapshot: string | undefined;
  readonly stillness: string | undefined;
  readonly files: number | undefined;
  readonly bytes: number | undefined;
  readonly added: number | undefined;
  /** It was restored and compared. */
  readonly tried: boolean;
  readonly leftOut: readonly string[];
  /** Why it failed. */
  readonly error: string | undefined;
}

interface RawBackup {
  id: number;
  job: number;
  slot: SlotNumber;
  root: number | null;
  began_at: Millis;
  ended_at: Millis;
  snapshot: string | null;
  stillness: string | null;
  files: number | null;
  bytes: number | null;
  added: number | null;
  tried: number;
  left_out: string;
  error: string | null;
}

/** Rows kept: three months of a full rack. */
const KEPT = 10_000;
const PRUNE_EVERY = 200;

export class BackupTable {
  readonly #db: Db;
  #untilPrune = PRUNE_EVERY;

  constructor(db: Db) {
    this.#db = db;
  }

  add(row: Omit<BackupRow, 'id'>): void {
    this.#db
      .prepare(`
        INSERT INTO backups (job, slot, root, began_at, ended_at, snapshot, stillness, files, bytes, added, tried, left_out, error)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
      .run(
        row.job,
        row.slot,
        row.root ?? null,
        row.beganAt,
        row.endedAt,
        row.snapshot ?? null,
        row.stillness ?? null,
        row.files ?? null,
        row.bytes ?? null,
        row.added ?? null,
        Number(row.tried),
        JSON.stringify(row.leftOut),
        row.error?.slice(0, 1000) ?? null,
      );
    if (--this.#untilPrune > 0) return;
    this.#untilPrune = PRUNE_EVERY;
    // The last good one of a slot says since when it has none: it stays.
    this.#db
      .prepare(`
        DELETE FROM backups WHERE id <= (SELECT max(id) FROM backups) - ? AND id NOT IN (
          SELECT max(id) FROM backups WHERE error IS NULL GROUP BY slot)`)
      .run(KEPT);
  }

  /** Of one job, in the order of their ends. */
  ofJob(job: number): BackupRow[] {
    return this.#rows('WHERE job = ? ORDER BY id', job);
  }

  /** The newest good one of every slot that has any. */
  lastGood(): ReadonlyMap<SlotNumber, BackupRow> {
    const rows = this.#rows('WHERE id IN (SELECT max(id) FROM backups WHERE error IS NULL GROUP BY slot)');
    return new Map(rows.map((row) => [row.slot, row]));
  }

  /** The newest of every slot, good or not. */
  last(): ReadonlyMap<SlotNumber, BackupRow> {
    const rows = this.#rows('WHERE id IN (SELECT max(id) FROM backups GROUP BY slot)');
    return new Map(rows.map((row) => [row.slot, row]));
  }

  #rows(where: string, ...values: unknown[]): BackupRow[] {
    return (this.#db.prepare(`SELECT * FROM backups ${where}`).all(...values) as RawBackup[]).map((row) => ({
      id: row.id,
      job: row.job,
      slot: row.slot,
      root: row.root ?? undefined,
      beganAt: row.began_at,
      endedAt: row.ended_at,
      snapshot: row.snapshot ?? undefined,
      stillness: row.stillness ?? undefined,
      files: row.files ?? undefined,
      bytes: row.bytes ?? undefined,
      added: row.added ?? undefined,
      tried: row.tried === 1,
      leftOut: JSON.parse(row.left_out) as string[],
      error: row.error ?? undefined,
    }));
  }
}
