import { spansOf } from '../rack/boot-spans.ts';
import { BOOTS_COMPARED, type BootTimes, type SlowSpan, slowSentence, slowSpans } from '../rack/neighbours.ts';
import type { Plan } from '../rack/plan.ts';
import type { SlotNumber } from '../rack/units.ts';
import type { BootRow } from '../store/boots.ts';
import type { RackState } from './rack-state.ts';

/**
 * The last boots of every board that came up, and which boards are slower than their neighbours. It only tells: a slow
 * board is up, and nothing is done to it.
 */
export class BootHistory {
  readonly #state: RackState;
  readonly #images: ReadonlyMap<SlotNumber, string | undefined>;
  /** Oldest first, at most BOOTS_COMPARED of a slot. */
  readonly #boots = new Map<SlotNumber, readonly BootTimes[]>();
  readonly #slow = new Map<SlotNumber, readonly SlowSpan[]>();

  /** `recorded`: boots of the store that came up, oldest first. What was slow in them has been told already. */
  constructor(plan: Plan, state: RackState, recorded: readonly BootRow[]) {
    this.#state = state;
    this.#images = new Map(plan.slots.map(({ slot, image }) => [slot, image]));
    for (const { slot, model, image, steps } of recorded) {
      if (this.#images.has(slot)) this.#add(slot, model, image, spansOf(steps));
    }
    for (const slot of this.#boots.keys()) this.#slow.set(slot, slowSpans(slot, this.#all()));
    state.onUp((slot) => this.#cameUp(slot));
  }

  /** The parts of its boots in which the board of this slot is slower than its neighbours. */
  slow(slot: SlotNumber): readonly SlowSpan[] {
    return this.#slow.get(slot) ?? [];
  }

  #cameUp(slot: SlotNumber): void {
    const { board, boot } = this.#state.get(slot);
    if (boot === undefined) return;
    this.#add(slot, board.model, this.#images.get(slot), spansOf(boot.steps));
    const all = this.#all();
    // What is usual has changed for all of them.
    for (const other of this.#boots.keys()) this.#judge(other, all);
  }

  #add(slot: SlotNumber, model: string | undefined, image: string | undefined, spans: BootTimes['spans']): void {
    if (model === undefined || image === undefined) return;
    const boots = [...(this.#boots.get(slot) ?? []), { slot, model, image, spans }];
    this.#boots.set(slot, boots.slice(-BOOTS_COMPARED));
  }

  #all(): readonly BootTimes[] {
    return [...this.#boots.values()].flat();
  }

  #judge(slot: SlotNumber, all: readonly BootTimes[]): void {
    const before = this.slow(slot);
    const now = slowSpans(slot, all, before);
    this.#slow.set(slot, now);
    const begun = now.filter(({ span }) => before.every((other) => other.span !== span));
    for (const span of begun) this.#state.event(slot, 'board_slow', `slot ${slot} boots slowly: ${slowSentence(span)}`);
    if (before.length > 0 && now.length === 0) {
      this.#state.event(slot, 'board_not_slow', `slot ${slot} boots as fast as its neighbours again`);
    }
  }
}
