import type { Statement } from 'better-sqlite3';
import type { Millis } from '../../rack/units.ts';
import type { Db } from '../../store/database.ts';
import { TRIES_IN_ORDER } from './schedule.ts';

export interface NewDelivery {
  readonly webhook: string;
  /** `webhook-id`: the same for every try, also when it is sent anew. */
  readonly message: string;
  readonly type: string;
  readonly lane: string;
  readonly body: string;
  readonly at: Millis;
}

export interface Delivery extends Omit<NewDelivery, 'at'> {
  readonly id: number;
  readonly state: 'pending' | 'delivered' | 'failed';
  readonly attempts: number;
  readonly dueAt: Millis;
  readonly createdAt: Millis;
  readonly endedAt: Millis | null;
  readonly status: number | null;
  readonly error: string | null;
  readonly millis: number | null;
}

/** Ended ones kept of each webhook, for reading and to be sent anew. */
export const KEPT_DELIVERIES = 500;
/** Waiting ones of each: a receiver that is away for long loses the oldest. */
export const MOST_PENDING = 2_000;
const PRUNE_EVERY = 50;

const COLUMNS = `id, webhook, message, type, lane, body, state, attempts, due_at AS dueAt, created_at AS createdAt,
  ended_at AS endedAt, status, error, millis`;

export class DeliveryTable {
  readonly #db: Db;
  /** Added since the last pruning, by webhook. */
  readonly #added = new Map<string, number>();
  /** Asked every second. */
  readonly #due: Statement;

  constructor(db: Db) {
    this.#db = db;
    this.#due = db.prepare(`SELECT DISTINCT webhook FROM deliveries WHERE state = 'pending' AND due_at <= ?`).pluck();
  }

  add({ at, ...delivery }: NewDelivery): number {
    const { lastInsertRowid } = this.#db
      .prepare(`
        INSERT INTO deliveries (webhook, message, type, lane, body, state, due_at, created_at)
        VALUES (@webhook, @message, @type, @lane, @body, 'pending', @at, @at)`)
      .run({ ...delivery, at });
    const added = (this.#added.get(delivery.webhook) ?? 0) + 1;
    this.#added.set(delivery.webhook, added % PRUNE_EVERY);
    if (added === PRUNE_EVERY) this.#prune(delivery.webhook, at);
    return Number(lastInsertRowid);
  }

  get(webhook: string, id: number): Delivery | undefined {
    return this.#db.prepare(`SELECT ${COLUMNS} FROM deliveries WHERE webhook = ? AND id = ?`).get(webhook, id) as
      | Delivery
      | undefined;
  }

  /** The newest before `before`, newest first. */
  newest(webhook: string, limit: number, before: number = Number.MAX_SAFE_INTEGER): Delivery[] {
    return this.#db
      .prepare(`SELECT ${COLUMNS} FROM deliveries WHERE webhook = ? AND id < ? ORDER BY id DESC LIMIT ?`)
      .all(webhook, before, limit) as Delivery[];
  }

  /** Webhooks of which something is due. */
  due(now: Millis): string[] {
    return this.#due.all(now) as string[];
  }

  /** Those that are to be sent next: of a server the oldest, and those that have stepped aside for later ones. */
  next(webhook: string, now: Millis, limit: number): Delivery[] {
    return this.#db
      .prepare(`
        SELECT ${COLUMNS} FROM deliveries AS this WHERE webhook = ? AND state = 'pending' AND due_at <= ? AND NOT EXISTS (
          SELECT 1 FROM deliveries AS other WHERE other.webhook = this.webhook AND other.lane = this.lane
            AND other.state = 'pending' AND other.id < this.id AND other.attempts < ?)
        ORDER BY id LIMIT ?`)
      .all(webhook, now, TRIES_IN_ORDER, limit) as Delivery[];
  }

  /** Writes what came of a try. */
  tried(
    delivery: Pick<Delivery, 'id' | 'state' | 'attempts' | 'dueAt' | 'endedAt' | 'status' | 'error' | 'millis'>,
  ): void {
    this.#db
      .prepare(`
        UPDATE deliveries SET state = @state, attempts = @attempts, due_at = @dueAt, ended_at = @endedAt, status = @status,
          error = @error, millis = @millis WHERE id = @id`)
      .run(delivery);
  }

  /** Ends what has waited since before `since`. */
  giveUp(since: Millis, now: Millis): void {
    this.#db
      .prepare(`
        UPDATE deliveries SET state = 'failed', ended_at = ?, error = 'not delivered in a day: ' || coalesce(error, 'not tried')
        WHERE state = 'pending' AND created_at < ?`)
      .run(now, since);
  }

  /** Nothing of this webhook is sent any more. */
  endAll(webhook: string, why: string, now: Millis): void {
    this.#db
      .prepare(
        `UPDATE deliveries SET state = 'failed', ended_at = ?, error = ? WHERE webhook = ? AND state = 'pending'`,
      )
      .run(now, why, webhook);
  }

  #prune(webhook: string, now: Millis): void {
    this.#db
      .prepare(`
        DELETE FROM deliveries WHERE webhook = ? AND state <> 'pending' AND id NOT IN (
          SELECT id FROM deliveries WHERE webhook = ? AND state <> 'pending' ORDER BY id DESC LIMIT ?)`)
      .run(webhook, webhook, KEPT_DELIVERIES);
    this.#db
      .prepare(`
        UPDATE deliveries SET state = 'failed', ended_at = ?, error = 'more came than was taken'
        WHERE webhook = ? AND state = 'pending' AND id NOT IN (
          SELECT id FROM deliveries WHERE webhook = ? AND state = 'pending' ORDER BY id DESC LIMIT ?)`)
      .run(now, webhook, webhook, MOST_PENDING);
  }
}
