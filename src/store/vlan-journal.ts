import type { Db } from './database.ts';

/** Changes of VLANs that were begun and have not ended: one row a switch, with what it was before. */
export class VlanJournalTable {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  get(name: string): string | undefined {
    return this.#db.prepare('SELECT row FROM vlan_journal WHERE switch = ?').pluck().get(name) as string | undefined;
  }

  put(name: string, row: string, now: number): void {
    this.#db
      .prepare(`
        INSERT INTO vlan_journal (switch, row, written_at) VALUES (?, ?, ?)
        ON CONFLICT (switch) DO UPDATE SET row = excluded.row, written_at = excluded.written_at`)
      .run(name, row, now);
  }

  remove(name: string): void {
    this.#db.prepare('DELETE FROM vlan_journal WHERE switch = ?').run(name);
  }
}
