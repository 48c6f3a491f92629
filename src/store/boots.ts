import type { Load } from '../rack/load.ts';
import { MILESTONES, type Milestone } from '../rack/milestone.ts';
import type { Boot, Step } from '../rack/timeline.ts';
import type { Millis, SlotNumber } from '../rack/units.ts';
import type { Db } from './database.ts';

export type BootOutcome = 'up' | 'stuck' | 'restarted' | 'powered off';

export interface BootRow {
  readonly id: number;
  readonly slot: SlotNumber;
  readonly startedAt: Millis;
  readonly endedAt: Millis | undefined;
  readonly outcome: BootOutcome | undefined;
  readonly cause: string | undefined;
  /** What the board was and which image it booted, as known when it came up or was over. */
  readonly model: string | undefined;
  readonly image: string | undefined;
  readonly steps: readonly Step[];
  readonly loads: readonly Load[];
}

/** What only boots alike share. */
export type BootKind = Pick<BootRow, 'model' | 'image'>;

/** Boots kept per slot; older ones are removed as new ones begin. */
const KEPT_BOOTS = 50;

interface RawBoot {
  id: number;
  slot: SlotNumber;
  started_at: Millis;
  ended_at: Millis | null;
  outcome: BootOutcome | null;
  cause: string | null;
  model: string | null;
  image: string | null;
}

export class BootTable {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  /** Records that a boot began; returns its id. */
  begin(slot: SlotNumber, boot: Boot): number {
    const { lastInsertRowid } = this.#db
      .prepare('INSERT INTO boots (slot, started_at) VALUES (?, ?)')
      .run(slot, boot.startedAt);
    const id = Number(lastInsertRowid);
    for (const step of boot.steps) this.addStep(id, step);
    this.#db
      .prepare(
        'DELETE FROM boots WHERE slot = ? AND id NOT IN (SELECT id FROM boots WHERE slot = ? ORDER BY id DESC LIMIT ?)',
      )
      .run(slot, slot, KEPT_BOOTS);
    return id;
  }

  addStep(boot: number, step: Step): void {
    this.#db
      .prepare('INSERT INTO steps (boot, milestone, at, detail) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING')
      .run(boot, step.milestone, step.at, step.detail.slice(0, 200));
  }

  /**
   * Says how a boot ended; a boot that is up may still end by a restart, so `up` is replaced by what comes later. What it
   * booted stays as first told: the rack file may say something else by now.
   */
  end(boot: number, outcome: BootOutcome, cause: string | undefined, at: Millis, kind: BootKind): void {
    this.#db
      .prepare(
        'UPDATE boots SET ended_at = ?, outcome = ?, cause = ?, model = coalesce(model, ?), image = coalesce(image, ?) WHERE id = ?',
      )
      .run(at, outcome, cause ?? null, kind.model ?? null, kind.image ?? null, boot);
  }

  /** Replaces what was recorded of these stages. */
  saveLoads(boot: number, loads: readonly Load[]): void {
    const save = this.#db.prepare(`
      INSERT INTO boot_loads (boot, stage, requests, missing, files, broken, bytes, ms, retransmits)
      VALUES (@boot, @stage, @requests, @missing, @files, @broken, @bytes, @ms, @retransmits)
      ON CONFLICT (boot, stage) DO UPDATE SET requests = excluded.requests, missing = excluded.missing,
        files = excluded.files, broken = excluded.broken, bytes = excluded.bytes, ms = excluded.ms,
        retransmits = excluded.retransmits`);
    for (const load of loads) save.run({ boot, ...load });
  }

  /** The newest boots of every slot that came up, whatever came after; of each slot at most `limit`, oldest first. */
  cameUp(limit: number): BootRow[] {
    const rows = this.#db
      .prepare(`
        SELECT * FROM (
          SELECT boots.*, row_number() OVER (PARTITION BY slot ORDER BY id DESC) AS nth FROM boots
          JOIN steps ON steps.boot = boots.id AND steps.milestone = 'ssh_up'
        ) WHERE nth <= ? ORDER BY id`)
      .all(limit) as RawBoot[];
    return rows.map((row) => this.#withSteps(row));
  }

  /** The newest boots of a slot, newest first. */
  ofSlot(slot: SlotNumber, limit: number): BootRow[] {
    const rows = this.#db
      .prepare('SELECT * FROM boots WHERE slot = ? ORDER BY id DESC LIMIT ?')
      .all(slot, limit) as RawBoot[];
    return rows.map((row) => this.#withSteps(row));
  }

  /** The newest boot of every slot. */
  newest(): Map<SlotNumber, BootRow> {
    const rows = this.#db
      .prepare('SELECT * FROM boots WHERE id IN (SELECT max(id) FROM boots GROUP BY slot)')
      .all() as RawBoot[];
    return new Map(rows.map((row) => [row.slot, this.#withSteps(row)]));
  }

  /** Boots by outcome since a moment, and how long those that came up took, in milliseconds. */
  summary(since: Millis): { readonly begun: number; readonly stuck: number; readonly upAfter: readonly Millis[] } {
    const begun = this.#db.prepare('SELECT count(*) FROM boots WHERE started_at >= ?').pluck().get(since) as number;
    const stuck = this.#db
      .prepare(`SELECT count(*) FROM boots WHERE started_at >= ? AND outcome = 'stuck'`)
      .pluck()
      .get(since) as number;
    const upAfter = this.#db
      .prepare(`
        SELECT steps.at - boots.started_at FROM steps JOIN boots ON boots.id = steps.boot
        WHERE boots.started_at >= ? AND steps.milestone = 'ssh_up' ORDER BY 1`)
      .pluck()
      .all(since) as Millis[];
    return { begun, stuck, upAfter };
  }

  #withSteps(row: RawBoot): BootRow {
    const steps = this.#db.prepare('SELECT milestone, at, detail FROM steps WHERE boot = ?').all(row.id) as Step[];
    const loads = this.#db
      .prepare('SELECT stage, requests, missing, files, broken, bytes, ms, retransmits FROM boot_loads WHERE boot = ?')
      .all(row.id) as Load[];
    const order = (milestone: Milestone) => MILESTONES.indexOf(milestone);
    return {
      id: row.id,
      slot: row.slot,
      startedAt: row.started_at,
      endedAt: row.ended_at ?? undefined,
      outcome: row.outcome ?? undefined,
      cause: row.cause ?? undefined,
      model: row.model ?? undefined,
      image: row.image ?? undefined,
      steps: steps.sort((a, b) => a.at - b.at || order(a.milestone) - order(b.milestone)),
      loads: loads.sort((a, b) => order(a.stage) - order(b.stage)),
    };
  }
}
