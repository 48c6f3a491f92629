import type Database from 'better-sqlite3';
import type { Millis, SlotNumber } from '../rack/units.ts';
import type { Ipv6 } from '../wire/address.ts';
import type { Duid } from '../wire/dhcpv6/index.ts';
import type { Db } from './database.ts';

export interface Lease6Row {
  readonly slot: SlotNumber;
  readonly kind: 'address' | 'prefix';
  /** `2001:db8:20:1::2`, or `2001:db8:4000:100::/56`. */
  readonly lease: string;
  /** Who holds it: for people, never for decisions. */
  readonly duid: Duid;
  readonly iaid: number;
  /** The client's link-local address, by which a delegated prefix is routed. */
  readonly via: Ipv6;
  readonly givenAt: Millis;
  readonly expiresAt: Millis;
}

/** The IPv6 leases of every leg: its address and its prefix belong to the leg, the rows say who has them now. */
export class Lease6Table {
  readonly #db: Db;
  readonly #save: Database.Statement<[number, string, string, string, number, string, number, number]>;

  constructor(db: Db) {
    this.#db = db;
    this.#save = db.prepare(`
      INSERT INTO leases6 (slot, kind, lease, duid, iaid, via, given_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (slot, kind) DO UPDATE SET lease = excluded.lease, duid = excluded.duid, iaid = excluded.iaid,
        via = excluded.via, given_at = excluded.given_at, expires_at = excluded.expires_at`);
  }

  save({ slot, kind, lease, duid, iaid, via, givenAt, expiresAt }: Lease6Row): void {
    this.#save.run(slot, kind, lease, duid, iaid, via, givenAt, expiresAt);
  }

  /** Delegated prefixes that are held at `now`: their routes are to be there. */
  heldPrefixes(now: Millis): Lease6Row[] {
    return this.#db
      .prepare(`
        SELECT slot, kind, lease, duid, iaid, via, given_at AS givenAt, expires_at AS expiresAt FROM leases6
        WHERE kind = 'prefix' AND expires_at > ? ORDER BY slot`)
      .all(now) as Lease6Row[];
  }

  ofSlot(slot: SlotNumber): Lease6Row[] {
    return this.#db
      .prepare(`
        SELECT slot, kind, lease, duid, iaid, via, given_at AS givenAt, expires_at AS expiresAt FROM leases6
        WHERE slot = ? ORDER BY kind`)
      .all(slot) as Lease6Row[];
  }
}
