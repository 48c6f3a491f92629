import type { Failure } from '../rack/job.ts';
import type { Millis, SlotNumber } from '../rack/units.ts';
import type { Db } from './database.ts';

/** Of a slot that got no job. */
export type SlotResult = { readonly done: true } | { readonly refused: Failure };

export interface JobGroup {
  readonly id: number;
  readonly action: string;
  readonly slots: readonly SlotNumber[];
  readonly who: string;
  readonly key: string | undefined;
  readonly results: Readonly<Record<string, SlotResult>>;
  readonly createdAt: Millis;
}

interface RawGroup {
  id: number;
  action: string;
  slots: string;
  who: string;
  request_key: string | null;
  results: string;
  created_at: Millis;
}

/** As many as there is use for. They go before that with the jobs of their time, which see to it. */
const KEPT = 500;

/** What was asked of many slots at once. */
export class JobGroupTable {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  add(group: Omit<JobGroup, 'id' | 'results'>): number {
    const { lastInsertRowid } = this.#db
      .prepare(
        'INSERT INTO job_groups (action, slots, who, request_key, results, created_at) VALUES (?, ?, ?, ?, ?, ?)',
      )
      .run(group.action, JSON.stringify(group.slots), group.who, group.key ?? null, '{}', group.createdAt);
    this.#db.prepare('DELETE FROM job_groups WHERE id <= ?').run(Number(lastInsertRowid) - KEPT);
    return Number(lastInsertRowid);
  }

  saveResults(id: number, results: JobGroup['results']): void {
    this.#db.prepare('UPDATE job_groups SET results = ? WHERE id = ?').run(JSON.stringify(results), id);
  }

  get(id: number): JobGroup | undefined {
    return this.#rows('WHERE id = ?', id)[0];
  }

  byKey(key: string): JobGroup | undefined {
    return this.#rows('WHERE request_key = ?', key)[0];
  }

  /** The newest before `before`, newest first. */
  newest(limit: number, before = Number.MAX_SAFE_INTEGER): JobGroup[] {
    return this.#rows('WHERE id < ? ORDER BY id DESC LIMIT ?', before, limit);
  }

  #rows(where: string, ...values: unknown[]): JobGroup[] {
    return (this.#db.prepare(`SELECT * FROM job_groups ${where}`).all(...values) as RawGroup[]).map((row) => ({
      id: row.id,
      action: row.action,
      slots: JSON.parse(row.slots) as SlotNumber[],
      who: row.who,
      key: row.request_key ?? undefined,
      results: JSON.parse(row.results) as JobGroup['results'],
      createdAt: row.created_at,
    }));
  }
}
