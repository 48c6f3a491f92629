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
  readonly steps: readonly Step[];
}

/** Boots kept per slot; older ones are removed as new ones begin. */
const KEPT_BOOTS = 50;

interface RawBoot {
  id: number;
  slot: SlotNumber;
  started_at: Millis;
  ended_at: Millis | null;
  outcome: BootOutcome | null;
  cause: string | null;
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

  /** Says how a boot ended; a boot that is up may still end by a restart, so `up` is replaced by what comes later. */
  end(boot: number, outcome: BootOutcome, cause: string | undefined, at: Millis): void {
    this.#db
      .prepare('UPDATE boots SET ended_at = ?, outcome = ?, cause = ? WHERE id = ?')
      .run(at, outcome, cause ?? null, boot);
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
    const order = (milestone: Milestone) => MILESTONES.indexOf(milestone);
    return {
      id: row.id,
      slot: row.slot,
      startedAt: row.started_at,
      endedAt: row.ended_at ?? undefined,
      outcome: row.outcome ?? undefined,
      cause: row.cause ?? undefined,
      steps: steps.sort((a, b) => a.at - b.at || order(a.milestone) - order(b.milestone)),
    };
  }
}
