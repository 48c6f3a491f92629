import { createHash, randomBytes } from 'node:crypto';
import type { Clock } from '../../../rack/clock.ts';
import { type Millis, millis, minutes, seconds } from '../../../rack/units.ts';
import type { Db, Migration } from '../../../store/database.ts';

export const TOKEN_MIGRATIONS: readonly Migration[] = [
  `
  CREATE TABLE tokens (
    -- SHA-256 of the token.
    hash BLOB PRIMARY KEY,
    key TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    used_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX tokens_by_use ON tokens (used_at);
  `,
];

/** What is told to clients. */
export const TOKEN_LIFE: Millis = minutes(5);
/** Clients use a token until its very end, on their own clocks. */
const GRACE: Millis = seconds(60);
/** However often it is used. */
const LONGEST: Millis = millis(24 * 3_600_000);
/** Every command of some clients logs in anew: room for many logins, and a bound. */
const MOST_TOKENS = 100_000;
/** Uses are written down together. A crash forgets at most this much of a token's life, less than the grace. */
const SAVE_EVERY: Millis = seconds(5);

interface Token {
  readonly key: string;
  readonly createdAt: Millis;
  usedAt: Millis;
}

/**
 * Bearer tokens. One lives on while it is used: clients poll for minutes with the token that they began with, and do not
 * log in again on a 401 (customer-api §2). They outlive a restart. Not bound to an address: a client may log in over
 * IPv4 and call over IPv6.
 */
export class Tokens {
  readonly #db: Db;
  readonly #clock: Clock;
  readonly #tokens = new Map<string, Token>();
  readonly #used = new Set<string>();
  #saving = false;

  constructor(db: Db, clock: Clock) {
    this.#db = db;
    this.#clock = clock;
    const rows = db.prepare('SELECT * FROM tokens ORDER BY used_at').all() as {
      hash: Buffer;
      key: string;
      created_at: Millis;
      used_at: Millis;
    }[];
    for (const row of rows) {
      const token = { key: row.key, createdAt: row.created_at, usedAt: row.used_at };
      if (this.#lives(token)) this.#tokens.set(row.hash.toString('hex'), token);
    }
  }

  get size(): number {
    return this.#tokens.size;
  }

  /** A new token for a key. It is on disk when this returns. */
  issue(key: string): string {
    const token = randomBytes(32).toString('base64url');
    const now = this.#clock.now();
    const hash = hashOf(token);
    this.#makeRoom();
    this.#db
      .prepare('INSERT INTO tokens (hash, key, created_at, used_at) VALUES (?, ?, ?, ?)')
      .run(Buffer.from(hash, 'hex'), key, now, now);
    this.#tokens.set(hash, { key, createdAt: now, usedAt: now });
    return token;
  }

  /** The key that the token stands for, and a longer life for the token; undefined: it is none, or its time is over. */
  use(token: string): string | undefined {
    const hash = hashOf(token);
    const known = this.#tokens.get(hash);
    if (known === undefined) return undefined;
    if (!this.#lives(known)) {
      this.#remove(hash);
      return undefined;
    }
    known.usedAt = this.#clock.now();
    // The map is in order of use: the first is the one to make room.
    this.#tokens.delete(hash);
    this.#tokens.set(hash, known);
    this.#used.add(hash);
    this.#saveLater();
    return known.key;
  }

  /** Writes down the last uses. */
  save(): void {
    const update = this.#db.prepare('UPDATE tokens SET used_at = ? WHERE hash = ?');
    this.#db.transaction(() => {
      for (const hash of this.#used) {
        const token = this.#tokens.get(hash);
        if (token !== undefined) update.run(token.usedAt, Buffer.from(hash, 'hex'));
      }
    })();
    this.#used.clear();
  }

  #lives({ createdAt, usedAt }: Token): boolean {
    const now = this.#clock.now();
    return now - usedAt <= TOKEN_LIFE + GRACE && now - createdAt <= LONGEST;
  }

  /** Removes what is over, and if that is not enough the one that was not used for longest. */
  #makeRoom(): void {
    for (const [hash, token] of this.#tokens) {
      if (this.#lives(token) && this.#tokens.size < MOST_TOKENS) return;
      this.#remove(hash);
    }
  }

  #remove(hash: string): void {
    this.#tokens.delete(hash);
    this.#used.delete(hash);
    this.#db.prepare('DELETE FROM tokens WHERE hash = ?').run(Buffer.from(hash, 'hex'));
  }

  #saveLater(): void {
    if (this.#saving) return;
    this.#saving = true;
    this.#clock.after(SAVE_EVERY, () => {
      this.#saving = false;
      if (this.#db.open) this.save();
    });
  }
}

/** A token is random: nothing can be learnt from how long a look into a map of hashes takes. */
function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
