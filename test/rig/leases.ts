import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { RigRack } from './rack.ts';

export interface HeldLease {
  readonly slot: number;
  readonly kind: 'ipv4' | 'address' | 'prefix';
  readonly lease: string;
  readonly givenAt: number;
  /** It has not been given back. */
  readonly held: boolean;
}

/** The leases of a rack as its controller has them on disk. */
export function heldLeases(rack: RigRack): readonly HeldLease[] {
  const db = new Database(join(rack.directory, rack.name, 'state.db'), { readonly: true });
  try {
    const rows = db
      .prepare(`
        SELECT slot, 'ipv4' AS kind, address AS lease, given_at AS givenAt, expires_at > given_at AS held FROM leases
        UNION ALL
        SELECT slot, kind, lease, given_at, expires_at > given_at FROM leases6`)
      .all() as (Omit<HeldLease, 'held'> & { held: number })[];
    return rows.map((row) => ({ ...row, held: row.held === 1 }));
  } finally {
    db.close();
  }
}
