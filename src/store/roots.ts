import type { Millis, SlotNumber } from '../rack/units.ts';
import type { Db } from './database.ts';

/**
 * - `making`: it is not whole yet, and nothing serves it
 * - `current`: what the slot's board boots and mounts
 * - `kept`: what was current before, for an undo
 * - `rescue`: what the board boots once, beside its current root
 * - `doomed`: to be removed
 */
export type RootRole = 'making' | 'current' | 'kept' | 'rescue' | 'doomed';

export interface StoredHostKey {
  readonly type: 'ssh-ed25519';
  readonly fingerprint: string;
  readonly publicKey: string;
}

export interface RootRow {
  readonly id: number;
  readonly slot: SlotNumber;
  /** Name of its place in the roots directory. */
  readonly place: string;
  /** `name@version` of the image that it was cloned from. */
  readonly image: string;
  readonly role: RootRole;
  /** Undefined while it is made, and for roots of before there were any. */
  readonly hostKey: StoredHostKey | undefined;
  readonly madeAt: Millis;
  /** When a kept root may be removed. */
  readonly keepUntil: Millis | undefined;
}

interface RawRoot {
  id: number;
  slot: SlotNumber;
  place: string;
  image: string;
  role: RootRole;
  host_key: string | null;
  made_at: Millis;
  keep_until: Millis | null;
}

/** Which root of a slot is which: what is exported and shown follows these rows, and they change in one commit. */
export class RootTable {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  /** @param place gets the row's number, which is never used again */
  add(slot: SlotNumber, image: string, role: RootRole, place: (id: number) => string, now: Millis): number {
    const { lastInsertRowid } = this.#db
      .prepare('INSERT INTO roots (slot, place, image, role, made_at) VALUES (?, ?, ?, ?, ?)')
      .run(slot, `new of slot ${slot}`, image, role, now);
    const id = Number(lastInsertRowid);
    this.#db.prepare('UPDATE roots SET place = ? WHERE id = ?').run(place(id), id);
    return id;
  }

  /** Gives roots other roles, in this order: a slot has one current root, whatever happens in between. */
  setRoles(
    changes: readonly { readonly id: number; readonly role: RootRole; readonly keepUntil?: Millis | undefined }[],
  ): void {
    const update = this.#db.prepare('UPDATE roots SET role = ?, keep_until = ? WHERE id = ?');
    for (const { id, role, keepUntil } of changes) update.run(role, keepUntil ?? null, id);
  }

  setHostKey(id: number, key: StoredHostKey | undefined): void {
    this.#db
      .prepare('UPDATE roots SET host_key = ? WHERE id = ?')
      .run(key === undefined ? null : JSON.stringify(key), id);
  }

  remove(id: number): void {
    this.#db.prepare('DELETE FROM roots WHERE id = ?').run(id);
  }

  get(id: number): RootRow | undefined {
    return this.#rows('WHERE id = ?', id)[0];
  }

  of(slot: SlotNumber, role: RootRole): RootRow | undefined {
    return this.#rows('WHERE slot = ? AND role = ? ORDER BY id DESC LIMIT 1', slot, role)[0];
  }

  all(): RootRow[] {
    return this.#rows('ORDER BY slot, id');
  }

  withRole(role: RootRole): RootRow[] {
    return this.#rows('WHERE role = ? ORDER BY id', role);
  }

  /** Images that a root needs: they may not go. */
  imagesInUse(): ReadonlySet<string> {
    return new Set(this.#db.prepare('SELECT DISTINCT image FROM roots').pluck().all() as string[]);
  }

  #rows(where: string, ...values: unknown[]): RootRow[] {
    return (this.#db.prepare(`SELECT * FROM roots ${where}`).all(...values) as RawRoot[]).map((row) => ({
      id: row.id,
      slot: row.slot,
      place: row.place,
      image: row.image,
      role: row.role,
      hostKey: row.host_key === null ? undefined : (JSON.parse(row.host_key) as StoredHostKey),
      madeAt: row.made_at,
      keepUntil: row.keep_until ?? undefined,
    }));
  }
}
