import { HISTORY_KEPT, HISTORY_STEP } from '../rack/series.ts';
import type { Millis, SlotNumber } from '../rack/units.ts';
import type { Db } from './database.ts';
import {
  type HistoryRecord,
  historyRow,
  historyValues,
  newestValues,
  type PortHistoryRow,
  type PortKey,
  type PortNow,
  type PortReadingRow,
  type PortRecord,
  portNow,
  SUMMED,
} from './port-rows.ts';

export type { PortCounted, PortHistoryRow, PortKey, PortNow, PortReadingRow } from './port-rows.ts';

/** What the switches say of every port: the newest of each, and a week of five-minute rows. */
export class PortTable {
  readonly #db: Db;
  #ids: ReadonlyMap<string, number> = new Map();
  #prunedFor: number | undefined;

  constructor(db: Db) {
    this.#db = db;
    this.#loadIds();
  }

  /** Makes the ports those of the plan: what is gone takes its history with it. */
  sync(ports: readonly (PortKey & { readonly slot: SlotNumber | undefined })[], now: Millis): void {
    const insert = this.#db.prepare(`
      INSERT INTO ports (switch, port, slot, slot_since) VALUES (?, ?, ?, ?) ON CONFLICT (switch, port) DO UPDATE SET
        slot = excluded.slot, slot_since = iif(slot IS excluded.slot, slot_since, excluded.slot_since)`);
    const wanted = new Set(ports.map(keyOf));
    const gone = [...this.#ids].filter(([key]) => !wanted.has(key)).map(([, id]) => id);
    this.#db.transaction(() => {
      for (const id of gone) {
        this.#db.prepare('DELETE FROM port_history WHERE port = ?').run(id);
        this.#db.prepare('DELETE FROM ports WHERE id = ?').run(id);
      }
      for (const port of ports) insert.run(port.switch, port.port, port.slot ?? null, now);
    })();
    this.#loadIds();
  }

  /** Takes the readings of one switch in one transaction. Ports that `sync` was not told of are left out. */
  save(rows: readonly PortReadingRow[], now: Millis): void {
    const update = this.#db.prepare(`
      UPDATE ports SET read_at = ?, link = ?, speed = ?, duplex = ?, delivering = ?, watts = ?, in_bits_per_second = ?,
        out_bits_per_second = ?, findings = ? WHERE id = ?`);
    const add = this.#db.prepare(ADD);
    const beganAt = now - (now % HISTORY_STEP);
    this.#db.transaction(() => {
      for (const row of rows) {
        const id = this.#ids.get(keyOf(row));
        if (id === undefined) continue;
        update.run(...newestValues(row, now), id);
        if (row.counted !== undefined) add.run(beganAt, id, ...historyValues(row, row.counted));
      }
      if (this.#prunedFor !== beganAt) this.#prune(now);
    })();
    this.#prunedFor = beganAt;
  }

  /** The newest reading of every port. */
  newest(): PortNow[] {
    const rows = this.#db.prepare('SELECT * FROM ports ORDER BY switch, id').all() as PortRecord[];
    return rows.map(portNow);
  }

  /** The rows of the slot's port that began in [from, to), oldest first, and none of when it was another slot's. */
  historyOf(slot: SlotNumber, from: Millis, to: Millis): PortHistoryRow[] {
    const port = this.#db.prepare('SELECT switch, port, slot_since AS since FROM ports WHERE slot = ?').get(slot) as
      | (PortKey & { readonly since: Millis })
      | undefined;
    if (port === undefined) return [];
    return this.history(port, from, to).filter(({ beganAt }) => beganAt >= port.since);
  }

  /** The rows of one port that began in [from, to), oldest first. */
  history(key: PortKey, from: Millis, to: Millis): PortHistoryRow[] {
    const id = this.#ids.get(keyOf(key));
    if (id === undefined) return [];
    const first = this.#db.prepare('SELECT min(began_at) FROM port_history').pluck().get() as number | null;
    const last = this.#db.prepare('SELECT max(began_at) FROM port_history').pluck().get() as number | null;
    if (first === null || last === null) return [];
    const rows = this.#db.prepare(HISTORY).all({
      from: Math.max(from - (from % HISTORY_STEP), first),
      to: Math.min(to, last + HISTORY_STEP),
      id,
      step: HISTORY_STEP,
    });
    return (rows as HistoryRecord[]).map(historyRow);
  }

  /** Rows of the history in all. */
  get historyRows(): number {
    return this.#db.prepare('SELECT count(*) FROM port_history').pluck().get() as number;
  }

  /** What is too old, and what a clock that was wrong has left in the future. */
  #prune(now: Millis): void {
    this.#db.prepare('DELETE FROM port_history WHERE began_at < ?').run(now - HISTORY_KEPT);
    this.#db.prepare('DELETE FROM port_history WHERE began_at > ?').run(now);
  }

  #loadIds(): void {
    const rows = this.#db.prepare('SELECT id, switch, port FROM ports').all() as (PortKey & { id: number })[];
    this.#ids = new Map(rows.map((row) => [keyOf(row), row.id]));
  }
}

const ADD = `
  INSERT INTO port_history (began_at, port, millis, octets_millis, watts_known_millis, watt_millis, watts_max,
    ${SUMMED.join(', ')})
  VALUES (?, ?, ?, ?, ?, ?, ?, ${SUMMED.map(() => '?').join(', ')})
  ON CONFLICT (began_at, port) DO UPDATE SET
    millis = millis + excluded.millis,
    octets_millis = octets_millis + excluded.octets_millis,
    watts_known_millis = watts_known_millis + excluded.watts_known_millis,
    watt_millis = coalesce(watt_millis + excluded.watt_millis, watt_millis, excluded.watt_millis),
    watts_max = coalesce(max(watts_max, excluded.watts_max), watts_max, excluded.watts_max),
    ${SUMMED.map((name) => `${name} = coalesce(${name} + excluded.${name}, ${name}, excluded.${name})`).join(', ')}`;

/** Step by step along the key, which begins with the time: a few thousand look-ups instead of the whole table. */
const HISTORY = `
  WITH RECURSIVE steps (at) AS (SELECT :from WHERE :from < :to UNION ALL SELECT at + :step FROM steps WHERE at + :step < :to)
  SELECT port_history.* FROM steps JOIN port_history ON began_at = at AND port = :id ORDER BY at`;

function keyOf({ switch: name, port }: PortKey): string {
  return `${name} ${port}`;
}
