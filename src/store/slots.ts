import type { SlotPlan } from '../rack/plan.ts';
import type { BoardSeen } from '../rack/slot-state.ts';
import type { Millis, SlotNumber } from '../rack/units.ts';
import type { Mac } from '../wire/address.ts';
import type { Db } from './database.ts';

/** Slots of the plan and the boards observed in them. */
export class SlotTable {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  /**
   * Makes the table say what the plan says. Rows of slots that the plan no longer has are removed with their history:
   * the slot is gone, and its number may come back as another place.
   */
  sync(slots: readonly SlotPlan[], now: Millis): void {
    const upsert = this.#db.prepare(`
      INSERT INTO slots (slot, switch, port, vlan, ipv4, ipv6, routed, host_name, image)
      VALUES (@slot, @switch, @port, @vlan, @ipv4, @ipv6, @routed, @hostName, @image)
      ON CONFLICT (slot) DO UPDATE SET switch = excluded.switch, port = excluded.port, vlan = excluded.vlan,
        ipv4 = excluded.ipv4, ipv6 = excluded.ipv6, routed = excluded.routed, host_name = excluded.host_name,
        image = excluded.image`);
    const power = this.#db.prepare(
      `INSERT INTO power (slot, wanted, changed_at) VALUES (?, 'on', ?) ON CONFLICT DO NOTHING`,
    );
    const remove = this.#db.prepare('DELETE FROM slots WHERE slot = ?');
    this.#db.transaction(() => {
      const kept = new Set<number>();
      for (const plan of slots) {
        kept.add(plan.slot);
        upsert.run({
          slot: plan.slot,
          switch: plan.switch,
          port: plan.port,
          vlan: plan.vlan,
          ipv4: plan.ipv4.network,
          ipv6: plan.ipv6.network,
          routed: plan.routed ?? null,
          hostName: plan.hostName,
          image: plan.image ?? null,
        });
        power.run(plan.slot, now);
      }
      const present = this.#db.prepare('SELECT slot FROM slots').pluck().all() as number[];
      for (const slot of present) if (!kept.has(slot)) remove.run(slot);
    })();
  }

  boards(): Map<SlotNumber, BoardSeen> {
    const rows = this.#db.prepare('SELECT slot, mac, serial, revision, model FROM boards').all() as {
      slot: SlotNumber;
      mac: Mac | null;
      serial: string | null;
      revision: number | null;
      model: string | null;
    }[];
    return new Map(
      rows.map((row) => [
        row.slot,
        {
          mac: row.mac ?? undefined,
          serial: row.serial ?? undefined,
          revision: row.revision ?? undefined,
          model: row.model ?? undefined,
        },
      ]),
    );
  }

  saveBoard(slot: SlotNumber, board: BoardSeen, now: Millis): void {
    this.#db
      .prepare(`
        INSERT INTO boards (slot, mac, serial, revision, model, first_seen, last_seen) VALUES (?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (slot) DO UPDATE SET mac = excluded.mac, serial = excluded.serial, revision = excluded.revision,
          model = excluded.model, last_seen = excluded.last_seen,
          first_seen = CASE WHEN boards.mac IS excluded.mac THEN boards.first_seen ELSE excluded.last_seen END`)
      .run(slot, board.mac ?? null, board.serial ?? null, board.revision ?? null, board.model ?? null, now, now);
  }
}
