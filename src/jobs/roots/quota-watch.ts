/** Keeps roots to their sizes: limits are read back and mended as exports are, and what is used is known to whoever asks. */
import type { Clock } from '../../rack/clock.ts';
import { minutes, type SlotNumber } from '../../rack/units.ts';
import { messageOf } from '../../roots/errors.ts';
import type { Roots } from '../../roots/index.ts';
import type { PlaceName } from '../../roots/place.ts';
import type { Usage } from '../../roots/quotas/quota.ts';
import { RootQuotas } from '../../roots/quotas/root-quotas.ts';
import type { RootTable } from '../../store/roots.ts';
import type { RackState } from '../rack-state.ts';
import { Repeat } from '../repeat.ts';

export interface QuotaWatchParts {
  readonly roots: Pick<Roots, 'quotas'>;
  readonly table: RootTable;
  readonly state: Pick<RackState, 'event'>;
  readonly clock: Clock;
}

const LOOK_EVERY = minutes(1);
/** What a customer is shown to two digits of a gigabyte changes only when this much more or less is used. */
const SHOWN = 5e6;

export class QuotaWatch {
  readonly #parts: QuotaWatchParts;
  readonly #listeners: ((slot: SlotNumber) => void)[] = [];
  #usage: ReadonlyMap<string, Usage> = new Map();
  #trouble: string | undefined;
  readonly #looks: Repeat;

  constructor(parts: QuotaWatchParts) {
    this.#parts = parts;
    this.#looks = new Repeat(parts.clock, LOOK_EVERY, () => this.look());
  }

  start(): void {
    this.#looks.start();
  }

  stop(): void {
    this.#looks.stop();
  }

  /** Calls `listener` with each slot of which another use, or another limit, is to be shown. */
  onChange(listener: (slot: SlotNumber) => void): void {
    this.#listeners.push(listener);
  }

  /** By place, as it was at the last look. */
  usage(): ReadonlyMap<string, Usage> {
    return this.#usage;
  }

  /** Of the root that the slot's board has; undefined: it has no quota. */
  usageOf(slot: SlotNumber): Usage | undefined {
    const current = this.#parts.table.of(slot, 'current');
    return current && this.#usage.get(current.place);
  }

  troubles(): readonly string[] {
    return this.#trouble === undefined ? [] : [this.#trouble];
  }

  /** Mends and reads. Never throws: what is in the way is a trouble. */
  async look(): Promise<void> {
    const { roots, table, state } = this.#parts;
    const { quotas } = roots;
    if (!(quotas instanceof RootQuotas)) return;
    try {
      const kept = table.all().filter(({ role }) => role !== 'making' && role !== 'doomed');
      const places = kept.map(({ place }) => place as PlaceName);
      const { mended, failed } = await quotas.mend(places);
      if (mended.length > 0)
        state.event(undefined, 'quotas_mended', `limits were not as they should be, and are again: ${few(mended)}`);
      this.#tell(failed.length === 0 ? undefined : `not every root is kept to its size: ${few(failed)}`);
      await this.#read(quotas, places);
    } catch (error) {
      this.#tell(`what roots use cannot be read: ${messageOf(error)}`);
    }
  }

  async #read(quotas: RootQuotas, places: readonly PlaceName[]): Promise<void> {
    const before = this.#usage;
    this.#usage = await quotas.usage(places);
    for (const { slot, place } of this.#parts.table.withRole('current')) {
      if (isShownAlike(before.get(place), this.#usage.get(place as PlaceName))) continue;
      for (const listener of this.#listeners) listener(slot);
    }
  }

  #tell(trouble: string | undefined): void {
    if (trouble !== undefined && this.#trouble === undefined) this.#parts.state.event(undefined, 'no_quota', trouble);
    this.#trouble = trouble;
  }
}

function isShownAlike(before: Usage | undefined, now: Usage | undefined): boolean {
  if (before === undefined || now === undefined) return before === now;
  return before.limit === now.limit && Math.abs(before.used - now.used) < SHOWN;
}

const SHOWN_LINES = 3;
const few = (lines: readonly string[]): string =>
  lines.length <= SHOWN_LINES
    ? lines.join('; ')
    : `${lines.slice(0, SHOWN_LINES).join('; ')}; and ${lines.length - SHOWN_LINES} more`;
