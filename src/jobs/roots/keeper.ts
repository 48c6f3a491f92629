/** Looks after roots between jobs: rescues end with their boot, what nobody needs goes, and exports stay what they are. */
import type { Logger } from 'pino';
import type { Clock, Timer } from '../../rack/clock.ts';
import type { SlotNumber } from '../../rack/units.ts';
import { minutes, seconds } from '../../rack/units.ts';
import { Turns } from '../../roots/bounded.ts';
import { messageOf } from '../../roots/errors.ts';
import type { Roots } from '../../roots/index.ts';
import type { JobTable } from '../../store/jobs.ts';
import type { RackState } from '../rack-state.ts';
import type { RootJobParts } from './parts.ts';

export interface RootKeeperParts extends Pick<RootJobParts, 'plan' | 'table' | 'show'> {
  readonly roots: Pick<Roots, 'slots' | 'serve' | 'server'>;
  readonly state: Pick<RackState, 'get' | 'onBegin' | 'onEnd' | 'event'>;
  readonly jobs: Pick<JobTable, 'activeOf'>;
  readonly clock: Clock;
  readonly log: Logger;
}

const SWEEP_EVERY = minutes(1);
/** Jobs end together: one sweep for all of them. */
const SWEEP_SOON = seconds(1);
const LOOK_EVERY = minutes(1);

export class RootKeeper {
  readonly #parts: RootKeeperParts;
  readonly #turns = new Turns();
  readonly #timers = new Map<'sweep' | 'look', Timer>();
  /** Why the exports are not as they should be. */
  #exportTrouble: string | undefined;
  /** Roots that cannot be removed, with the reason: told once. */
  readonly #stuck = new Map<number, string>();
  #stopped = false;

  constructor(parts: RootKeeperParts) {
    this.#parts = parts;
  }

  start(): void {
    const { state, table } = this.#parts;
    state.onBegin((slot) => this.#bootOver(slot));
    state.onEnd((slot) => this.#bootOver(slot));
    // What ended while nobody looked.
    for (const { slot } of table.withRole('rescue')) if (state.get(slot)?.boot === undefined) this.#bootOver(slot);
    this.#after('sweep', SWEEP_SOON);
    this.#after('look', LOOK_EVERY);
  }

  stop(): void {
    this.#stopped = true;
    for (const timer of this.#timers.values()) timer.cancel();
  }

  sweepSoon(): void {
    this.#after('sweep', SWEEP_SOON);
  }

  troubles(): readonly string[] {
    return [...(this.#exportTrouble === undefined ? [] : [this.#exportTrouble]), ...this.#stuck.values()];
  }

  #after(what: 'sweep' | 'look', delay: typeof SWEEP_EVERY): void {
    if (this.#stopped) return;
    this.#timers.get(what)?.cancel();
    const act = what === 'sweep' ? () => this.#sweep() : () => this.#look();
    const again = what === 'sweep' ? SWEEP_EVERY : LOOK_EVERY;
    this.#timers.set(
      what,
      this.#parts.clock.after(delay, () => void this.#turns.take(act).finally(() => this.#after(what, again))),
    );
  }

  /** A rescue is for one boot. While its job waits for that boot, a board that begins anew is still in it. */
  #bootOver(slot: SlotNumber): void {
    const { table, jobs, roots, plan, show, log, state } = this.#parts;
    const rescue = table.of(slot, 'rescue');
    const planned = plan.slots.find((each) => each.slot === slot);
    if (rescue === undefined || planned === undefined || jobs.activeOf(slot) !== undefined) return;
    const end = async () => {
      await roots.slots.setRole(rescue.id, 'doomed');
      await show(planned);
      state.event(slot, 'rescue_over', `slot ${slot}: the rescue is over, the board boots its own root again`);
      await roots.serve(planned);
      this.sweepSoon();
    };
    end().catch((error: unknown) => log.error({ err: error, slot }, 'a rescue could not be ended'));
  }

  async #sweep(): Promise<void> {
    const { roots, jobs, state, log } = this.#parts;
    try {
      const { removed, failed } = await roots.slots.sweep((slot) => jobs.activeOf(slot) !== undefined);
      for (const row of removed) {
        this.#stuck.delete(row.id);
        log.info({ slot: row.slot, place: row.place }, 'an old root is removed');
      }
      for (const [row, error] of failed) {
        const text = `the old root ${row.place} cannot be removed: ${error.message}`;
        if (!this.#stuck.has(row.id)) state.event(row.slot, 'root_stays', text);
        this.#stuck.set(row.id, text);
      }
    } catch (error) {
      log.warn({ err: error }, 'old roots could not be swept');
    }
  }

  /** Reads back every export: another program, or a person, may have changed one. */
  async #look(): Promise<void> {
    const { roots, state } = this.#parts;
    try {
      const differences = (await roots.server?.mend()) ?? [];
      if (differences.length > 0)
        state.event(
          undefined,
          'exports_mended',
          `exports were not as they should be, and are again: ${differences.join('; ')}`,
        );
      this.#exportTrouble = undefined;
    } catch (error) {
      const text = `exports are not as they should be: ${messageOf(error)}`;
      if (this.#exportTrouble === undefined) state.event(undefined, 'exports_differ', text);
      this.#exportTrouble = text;
    }
  }
}
