import { type Millis, millis } from '../rack/units.ts';
import type { Db } from './database.ts';

const KEPT: Millis = millis(24 * 3_600_000);
const SWEEP_EVERY = 100;

/** Keys of requests that were carried out, of those that leave no row of their own by which they would be known again. */
export class RequestTable {
  readonly #db: Db;
  #untilSweep = 1;

  constructor(db: Db) {
    this.#db = db;
  }

  /** False: it is known already. To be called within the write of what was asked. */
  add(key: string, now: Millis): boolean {
    if (--this.#untilSweep === 0) {
      this.#untilSweep = SWEEP_EVERY;
      this.#db.prepare('DELETE FROM requests WHERE at < ?').run(now - KEPT);
    }
    return (
      this.#db.prepare('INSERT INTO requests (key, at) VALUES (?, ?) ON CONFLICT DO NOTHING').run(key, now).changes > 0
    );
  }

  has(key: string): boolean {
    return this.#db.prepare('SELECT 1 FROM requests WHERE key = ?').get(key) !== undefined;
  }
}
