import type { Millis } from '../rack/units.ts';
import { millis } from '../rack/units.ts';
import type { Db, Migration } from './database.ts';

/** In the database of the API. */
export const REPLAY_MIGRATIONS: readonly Migration[] = [
  `
  -- Requests with an Idempotency-Key, and what they were answered.
  CREATE TABLE replays (
    -- Of the API key and the client's key together.
    request TEXT PRIMARY KEY,
    key TEXT NOT NULL,
    -- SHA-256 of what was asked.
    fingerprint TEXT NOT NULL,
    at INTEGER NOT NULL,
    -- The answer; NULL: there is none yet.
    status INTEGER,
    headers TEXT,
    body TEXT
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX replays_by_key ON replays (key, at);
  CREATE INDEX replays_by_time ON replays (at);
  `,
];

export interface ReplayedAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

export interface Replay {
  readonly fingerprint: string;
  /** Undefined: what was begun has not been answered. */
  readonly answer: ReplayedAnswer | undefined;
}

export const REPLAY_LIFE: Millis = millis(24 * 3_600_000);
const SWEEP_EVERY: Millis = millis(10 * 60_000);
/** Of one API key: a client that makes up keys without end forgets its own. */
export const MOST_REPLAYS = 1_000;

interface RawReplay {
  fingerprint: string;
  status: number | null;
  headers: string | null;
  body: string | null;
}

/** What was answered to requests that may come again. */
export class ReplayTable {
  readonly #db: Db;
  #sweptAt: Millis | undefined;

  constructor(db: Db) {
    this.#db = db;
  }

  get(request: string, now: Millis): Replay | undefined {
    const row = this.#db
      .prepare('SELECT fingerprint, status, headers, body FROM replays WHERE request = ? AND at >= ?')
      .get(request, now - REPLAY_LIFE) as RawReplay | undefined;
    if (row === undefined) return undefined;
    const { fingerprint, status, headers, body } = row;
    if (status === null) return { fingerprint, answer: undefined };
    return {
      fingerprint,
      answer: {
        status,
        headers: JSON.parse(headers ?? '{}') as Record<string, string>,
        body: body === null ? undefined : JSON.parse(body),
      },
    };
  }

  /** Records that a request is worked on. */
  begin(request: string, key: string, fingerprint: string, now: Millis): void {
    this.#sweep(now);
    this.#db
      .prepare('INSERT OR REPLACE INTO replays (request, key, fingerprint, at) VALUES (?, ?, ?, ?)')
      .run(request, key, fingerprint, now);
    this.#db
      .prepare(`
        DELETE FROM replays WHERE key = @key AND at <= (
          SELECT at FROM replays WHERE key = @key ORDER BY at DESC LIMIT 1 OFFSET ${MOST_REPLAYS})`)
      .run({ key });
  }

  answered(request: string, { status, headers, body }: ReplayedAnswer): void {
    this.#db
      .prepare('UPDATE replays SET status = ?, headers = ?, body = ? WHERE request = ?')
      .run(status, JSON.stringify(headers), body === undefined ? null : JSON.stringify(body), request);
  }

  /** It did nothing: the same key may be used again, also for something else. */
  forget(request: string): void {
    this.#db.prepare('DELETE FROM replays WHERE request = ?').run(request);
  }

  get size(): number {
    return this.#db.prepare('SELECT count(*) FROM replays').pluck().get() as number;
  }

  #sweep(now: Millis): void {
    if (this.#sweptAt !== undefined && now - this.#sweptAt < SWEEP_EVERY) return;
    this.#sweptAt = now;
    this.#db.prepare('DELETE FROM replays WHERE at < ?').run(now - REPLAY_LIFE);
  }
}
