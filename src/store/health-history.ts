import type { BoardReport } from '../health/board-report.ts';
import { HISTORY_KEPT, HISTORY_STEP } from '../rack/series.ts';
import { type Bytes, bytes, type Millis, millis, type SlotNumber } from '../rack/units.ts';
import type { Db } from './database.ts';

type Statement = ReturnType<Db['prepare']>;

/** What was seen of a slot from `at` on, up to a minute. */
export interface HealthLook {
  readonly slot: SlotNumber;
  readonly at: Millis;
  readonly powerKnown: Millis;
  readonly powered: Millis;
  /** How long it is known whether the board answers. */
  readonly asked: Millis;
  readonly answered: Millis;
  readonly condition: string | undefined;
  readonly diskUsed: Bytes | undefined;
  /** Undefined: the board has said nothing new. */
  readonly report: BoardReport | undefined;
}

export interface MeanAndMost {
  readonly count: number;
  readonly sum: number;
  readonly most: number;
}

export interface HealthHistoryRow extends Omit<HealthLook, 'slot' | 'at' | 'report'> {
  readonly beganAt: Millis;
  /** Undefined: nothing of it is known. */
  readonly load: MeanAndMost | undefined;
  readonly celsius: MeanAndMost | undefined;
  readonly memoryLeast: Bytes | undefined;
  readonly throttled: number | undefined;
}

interface HealthRecord {
  readonly began_at: Millis;
  readonly power_known_millis: Millis;
  readonly powered_millis: Millis;
  readonly asked_millis: Millis;
  readonly answered_millis: Millis;
  readonly condition: string | null;
  readonly disk_used: Bytes | null;
  readonly load_count: number;
  readonly load_hundredths: number | null;
  readonly load_hundredths_max: number | null;
  readonly heat_count: number;
  readonly heat_tenths: number | null;
  readonly heat_tenths_max: number | null;
  readonly memory_kib_min: number | null;
  readonly throttled: number | null;
}

/** What was seen of every slot: a week of five-minute rows. */
export class HealthHistoryTable {
  readonly #db: Db;
  /** Prepared once: it is run for every slot of the rack each minute. */
  readonly #add: Statement;

  constructor(db: Db) {
    this.#db = db;
    this.#add = db.prepare(ADD);
  }

  /**
   * Adds to the five minutes in which the look began: none of it was seen before they did. Whoever has had the slot since
   * a moment may be shown what began after it.
   */
  add(look: HealthLook): void {
    const { report } = look;
    const load = scaled(report?.load, 100);
    const heat = scaled(report?.celsius, 10);
    this.#add.run({
      beganAt: look.at - (look.at % HISTORY_STEP),
      slot: look.slot,
      powerKnown: Math.round(look.powerKnown),
      powered: Math.round(look.powered),
      asked: Math.round(look.asked),
      answered: Math.round(look.answered),
      condition: look.condition ?? null,
      diskUsed: scaled(look.diskUsed, 1),
      loadCount: load === null ? 0 : 1,
      load,
      heatCount: heat === null ? 0 : 1,
      heat,
      memory: scaled(report?.memoryAvailable, 1 / 1_024),
      throttled: report?.throttled ?? null,
    });
  }

  /** The rows of one slot that began in [from, to), oldest first. */
  ofSlot(slot: SlotNumber, from: Millis, to: Millis): HealthHistoryRow[] {
    const first = this.#end('min');
    const last = this.#end('max');
    if (first === null || last === null) return [];
    const rows = this.#db.prepare(OF_SLOT).all({
      from: Math.max(from - (from % HISTORY_STEP), first),
      to: Math.min(to, last + HISTORY_STEP),
      slot,
      step: HISTORY_STEP,
    });
    return (rows as HealthRecord[]).map(historyRow);
  }

  /** Removes what is too old, and what a clock that was wrong has left in the future. */
  prune(now: Millis): void {
    this.#db.prepare('DELETE FROM health_history WHERE began_at < ?').run(now - HISTORY_KEPT);
    this.#db.prepare('DELETE FROM health_history WHERE began_at > ?').run(now);
  }

  /** Removes the slots that the rack has no longer. */
  keep(slots: readonly SlotNumber[]): void {
    this.#db
      .prepare('DELETE FROM health_history WHERE slot NOT IN (SELECT value FROM json_each(?))')
      .run(JSON.stringify(slots));
  }

  get rows(): number {
    return this.#db.prepare('SELECT count(*) FROM health_history').pluck().get() as number;
  }

  #end(which: 'min' | 'max'): number | null {
    return this.#db.prepare(`SELECT ${which}(began_at) FROM health_history`).pluck().get() as number | null;
  }
}

const MOST = (column: string) =>
  `${column} = coalesce(max(${column}, excluded.${column}), ${column}, excluded.${column})`;
const SUM = (column: string) => `${column} = coalesce(${column} + excluded.${column}, ${column}, excluded.${column})`;

const ADD = `
  INSERT INTO health_history (began_at, slot, power_known_millis, powered_millis, asked_millis, answered_millis, condition,
    disk_used, load_count, load_hundredths, load_hundredths_max, heat_count, heat_tenths, heat_tenths_max, memory_kib_min,
    throttled)
  VALUES (@beganAt, @slot, @powerKnown, @powered, @asked, @answered, @condition, @diskUsed, @loadCount, @load, @load,
    @heatCount, @heat, @heat, @memory, @throttled)
  ON CONFLICT (began_at, slot) DO UPDATE SET
    ${['power_known_millis', 'powered_millis', 'asked_millis', 'answered_millis', 'load_count', 'load_hundredths', 'heat_count', 'heat_tenths'].map(SUM).join(', ')},
    ${['load_hundredths_max', 'heat_tenths_max'].map(MOST).join(', ')},
    condition = coalesce(excluded.condition, condition),
    disk_used = coalesce(excluded.disk_used, disk_used),
    memory_kib_min = coalesce(min(memory_kib_min, excluded.memory_kib_min), memory_kib_min, excluded.memory_kib_min),
    throttled = coalesce(throttled | excluded.throttled, throttled, excluded.throttled)`;

/** Step by step along the key, which begins with the time: a few thousand look-ups instead of the whole table. */
const OF_SLOT = `
  WITH RECURSIVE steps (at) AS (SELECT :from WHERE :from < :to UNION ALL SELECT at + :step FROM steps WHERE at + :step < :to)
  SELECT health_history.* FROM steps JOIN health_history ON began_at = at AND slot = :slot ORDER BY at`;

function historyRow(row: HealthRecord): HealthHistoryRow {
  return {
    beganAt: row.began_at,
    powerKnown: millis(row.power_known_millis),
    powered: millis(row.powered_millis),
    asked: millis(row.asked_millis),
    answered: millis(row.answered_millis),
    condition: row.condition ?? undefined,
    diskUsed: row.disk_used ?? undefined,
    load: measured(row.load_count, row.load_hundredths, row.load_hundredths_max, 100),
    celsius: measured(row.heat_count, row.heat_tenths, row.heat_tenths_max, 10),
    memoryLeast: row.memory_kib_min === null ? undefined : bytes(row.memory_kib_min * 1_024),
    throttled: row.throttled ?? undefined,
  };
}

function measured(count: number, sum: number | null, most: number | null, scale: number): MeanAndMost | undefined {
  return sum === null || most === null ? undefined : { count, sum: sum / scale, most: most / scale };
}

/** Integers take less room than REAL, and no more precision is in what is measured. */
function scaled(value: number | undefined, scale: number): number | null {
  return value === undefined ? null : Math.round(value * scale);
}
