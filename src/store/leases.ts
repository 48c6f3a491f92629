import type Database from 'better-sqlite3';
import type { Millis, SlotNumber } from '../rack/units.ts';
import type { Ipv4, Mac } from '../wire/address.ts';
import type { Db } from './database.ts';

export interface LeaseRow {
  readonly slot: SlotNumber;
  readonly address: Ipv4;
  readonly mac: Mac;
  /** What kind of client it was, or its client identifier in hex: for people, never for decisions. */
  readonly client: string;
  readonly givenAt: Millis;
  readonly expiresAt: Millis;
}

/** The one lease of each leg: its address belongs to the leg, the row says who has it now. */
export class LeaseTable {
  readonly #db: Db;
  readonly #save: Database.Statement<[number, string, string, string, number, number]>;

  constructor(db: Db) {
    this.#db = db;
    this.#save = db.prepare(`
      INSERT INTO leases (slot, address, mac, client, given_at, expires_at) VALUES (?, ?, ?, ?, ?, ?)
      ON CONFLICT (slot) DO UPDATE SET address = excluded.address, mac = excluded.mac, client = excluded.client,
        given_at = excluded.given_at, expires_at = excluded.expires_at`);
  }

  save({ slot, address, mac, client, givenAt, expiresAt }: LeaseRow): void {
    this.#save.run(slot, address, mac, client, givenAt, expiresAt);
  }

  get(slot: SlotNumber): LeaseRow | undefined {
    return this.#db
      .prepare(
        'SELECT slot, address, mac, client, given_at AS givenAt, expires_at AS expiresAt FROM leases WHERE slot = ?',
      )
      .get(slot) as LeaseRow | undefined;
  }
}
