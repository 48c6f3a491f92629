import type { Failure, JobStand, JobState } from '../rack/job.ts';
import type { Millis, SlotNumber } from '../rack/units.ts';
import type { Db } from './database.ts';

/** What a step found out and a later one needs. */
export type Facts = Readonly<Record<string, unknown>>;

export interface NewJob {
  readonly kind: string;
  readonly slot: SlotNumber;
  /** For the record: a user name, an API key. */
  readonly who: string;
  readonly parameters: Facts;
  /** Given by who asks: the same one again is the same request, and makes no second job. */
  readonly key: string | undefined;
}

export interface JobRow extends NewJob, JobStand {
  readonly id: number;
  readonly facts: Facts;
  /** The newest word on the present step. */
  readonly progress: string;
  readonly createdAt: Millis;
  readonly updatedAt: Millis;
}

export interface JobsOf {
  readonly slot: SlotNumber;
  readonly from: number;
}

export interface JobPage {
  readonly before?: number | undefined;
  /** Only those that have not ended, or only those that have. */
  readonly active?: boolean | undefined;
  readonly limit: number;
}

/** Ended jobs kept; older ones are removed as new ones come. */
const KEPT_JOBS = 2_000;
const PRUNE_EVERY = 100;

interface RawJob {
  id: number;
  kind: string;
  slot: SlotNumber;
  who: string;
  parameters: string;
  request_key: string | null;
  state: JobState;
  step: number;
  attempts: number;
  error_code: string | null;
  error: string | null;
  cancelled_by: string | null;
  facts: string;
  progress: string;
  created_at: Millis;
  updated_at: Millis;
}

/** Durable jobs. That a slot has one at a time is kept by the schema, whatever a caller does. */
export class JobTable {
  readonly #db: Db;
  #untilPrune = PRUNE_EVERY;

  constructor(db: Db) {
    this.#db = db;
  }

  add(job: NewJob, stand: JobStand, now: Millis): number {
    const { lastInsertRowid } = this.#db
      .prepare(`
        INSERT INTO jobs (kind, slot, who, parameters, request_key, state, step, attempts, facts, progress, created_at, updated_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, '{}', '', ?, ?)`)
      .run(
        job.kind,
        job.slot,
        job.who,
        JSON.stringify(job.parameters),
        job.key ?? null,
        stand.state,
        stand.step,
        stand.attempts,
        now,
        now,
      );
    this.#prune();
    return Number(lastInsertRowid);
  }

  #prune(): void {
    if (--this.#untilPrune > 0) return;
    this.#untilPrune = PRUNE_EVERY;
    this.#db
      .prepare(`DELETE FROM jobs WHERE NOT (${ACTIVE}) AND id NOT IN (
        SELECT id FROM jobs WHERE NOT (${ACTIVE}) ORDER BY id DESC LIMIT ?)`)
      .run(KEPT_JOBS);
    // An action whose jobs are not known any more would be told as one that was never begun.
    this.#db
      .prepare(`DELETE FROM job_groups WHERE created_at < (SELECT min(created_at) FROM jobs WHERE NOT (${ACTIVE}))`)
      .run();
  }

  /** Writes where a job stands, what it knows and says. */
  save(job: Pick<JobRow, 'id' | 'facts' | 'progress'> & JobStand, now: Millis): void {
    this.#db
      .prepare(`
        UPDATE jobs SET state = ?, step = ?, attempts = ?, error_code = ?, error = ?, cancelled_by = ?, facts = ?,
          progress = ?, updated_at = ? WHERE id = ?`)
      .run(
        job.state,
        job.step,
        job.attempts,
        job.failure?.code ?? null,
        job.failure?.text.slice(0, 1000) ?? null,
        job.cancelledBy ?? null,
        JSON.stringify(job.facts),
        job.progress.slice(0, 500),
        now,
        job.id,
      );
  }

  get(id: number): JobRow | undefined {
    return this.#rows('WHERE id = ?', id)[0];
  }

  byKey(key: string): JobRow | undefined {
    return this.#rows('WHERE request_key = ?', key)[0];
  }

  /** Jobs that have not ended, oldest first. */
  active(): JobRow[] {
    return this.#rows(`WHERE ${ACTIVE} ORDER BY id`);
  }

  activeOf(slot: SlotNumber): JobRow | undefined {
    return this.#rows(`WHERE slot = ? AND ${ACTIVE}`, slot)[0];
  }

  /** The newest jobs, newest first; of one slot where one is given. */
  newest(limit: number, slot?: SlotNumber): JobRow[] {
    if (slot === undefined) return this.#rows('ORDER BY id DESC LIMIT ?', limit);
    return this.#rows('WHERE slot = ? ORDER BY id DESC LIMIT ?', slot, limit);
  }

  /** The newest jobs of these slots, of each from the job `from` on; newest first. */
  ofSlots(of: readonly JobsOf[], { before, active, limit }: JobPage): JobRow[] {
    const only = active === undefined ? '' : active ? ` AND ${ACTIVE}` : ` AND NOT (${ACTIVE})`;
    const find = this.#db.prepare(
      `SELECT * FROM jobs WHERE slot = ? AND id >= ? AND id < ?${only} ORDER BY id DESC LIMIT ?`,
    );
    const end = before ?? Number.MAX_SAFE_INTEGER;
    return of
      .flatMap(({ slot, from }) => find.all(slot, from, end, limit) as RawJob[])
      .sort((one, other) => other.id - one.id)
      .slice(0, limit)
      .map(fromRaw);
  }

  #rows(where: string, ...values: unknown[]): JobRow[] {
    return (this.#db.prepare(`SELECT * FROM jobs ${where}`).all(...values) as RawJob[]).map(fromRaw);
  }
}

/** As in the unique index of the schema. */
const ACTIVE = `state IN ('queued', 'running', 'undoing')`;

function fromRaw(row: RawJob): JobRow {
  return {
    id: row.id,
    kind: row.kind,
    slot: row.slot,
    who: row.who,
    parameters: JSON.parse(row.parameters) as Facts,
    key: row.request_key ?? undefined,
    state: row.state,
    step: row.step,
    attempts: row.attempts,
    failure: failureOf(row),
    cancelledBy: row.cancelled_by ?? undefined,
    facts: JSON.parse(row.facts) as Facts,
    progress: row.progress,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

function failureOf({ error_code: code, error: text }: RawJob): Failure | undefined {
  return code === null ? undefined : { code, text: text ?? '' };
}
