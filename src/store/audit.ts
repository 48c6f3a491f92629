import type { Actor } from '../rack/tenancy/actor.ts';
import type { Millis } from '../rack/units.ts';
import type { Db } from './database.ts';

/** One change that somebody asked for. */
export interface AuditEntry {
  /** What was done: `server.create`, `key.revoke` … */
  readonly action: string;
  /** What it was done to: the name of a server, the id of a key, `slot 7`. */
  readonly target: string;
  /** What it was before and is now, without secrets; null where there was or is nothing. */
  readonly before: unknown;
  readonly after: unknown;
}

export interface AuditRow extends AuditEntry, Actor {
  readonly id: number;
  readonly at: Millis;
}

interface RawAudit {
  id: number;
  at: Millis;
  who: string;
  address: string | null;
  tenant: string | null;
  action: string;
  target: string;
  before: string;
  after: string;
}

/** Rows kept: years of a busy rack. */
const KEPT = 500_000;
const PRUNE_EVERY = 1_000;

/** Every mutation with who asked for it. A row is written in the commit of the change itself, and never changed. */
export class AuditTable {
  readonly #db: Db;
  #untilPrune = PRUNE_EVERY;

  constructor(db: Db) {
    this.#db = db;
  }

  add(at: Millis, actor: Actor, entry: AuditEntry): void {
    this.#db
      .prepare(
        'INSERT INTO audit (at, who, address, tenant, action, target, before, after) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
      )
      .run(
        at,
        actor.who,
        actor.address ?? null,
        actor.tenant ?? null,
        entry.action,
        entry.target,
        JSON.stringify(entry.before ?? null),
        JSON.stringify(entry.after ?? null),
      );
    if (--this.#untilPrune > 0) return;
    this.#untilPrune = PRUNE_EVERY;
    this.#db.prepare('DELETE FROM audit WHERE id <= (SELECT max(id) FROM audit) - ?').run(KEPT);
  }

  /** The newest rows before `before`, newest first; of one tenant where one is given. */
  newest(limit: number, before: number = Number.MAX_SAFE_INTEGER, tenant?: string): AuditRow[] {
    const rows = this.#db
      .prepare('SELECT * FROM audit WHERE id < ? AND (? IS NULL OR tenant = ?) ORDER BY id DESC LIMIT ?')
      .all(before, tenant ?? null, tenant ?? null, limit) as RawAudit[];
    return rows.map((row) => ({
      ...row,
      address: row.address ?? undefined,
      tenant: row.tenant ?? undefined,
      before: JSON.parse(row.before),
      after: JSON.parse(row.after),
    }));
  }
}
