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

  constructor(db: Db) {
    this.#db = db;
  }

  save(lease: LeaseRow): void {
    this.#db
      .prepare(`
        INSERT INTO leases (slot, address, mac, client, given_at, expires_at)
        VALUES (@slot, @address, @mac, @client, @givenAt, @expiresAt)
        ON CONFLICT (slot) DO UPDATE SET address = excluded.address, mac = excluded.mac, client = excluded.client,
          given_at = excluded.given_at, expires_at = excluded.expires_at`)
      .run(lease);
  }

  get(slot: SlotNumber): LeaseRow | undefined {
    return this.#db
      .prepare(
        'SELECT slot, address, mac, client, given_at AS givenAt, expires_at AS expiresAt FROM leases WHERE slot = ?',
      )
      .get(slot) as LeaseRow | undefined;
  }
}
