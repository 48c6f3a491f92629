/** Events on their way to the controller's thread: together, and not without bound. */
import type { Clock, Timer } from '../../rack/clock.ts';
import { type Millis, millis, type SlotNumber } from '../../rack/units.ts';
import type { SlotEvent } from './events.ts';

/** How long an event waits for others. */
const WAIT: Millis = millis(20);

/**
 * Of one slot in one batch: a few times what a boot makes at its busiest. Floods are cut off here, and counted; no slot
 * takes room from another.
 */
const MOST_OF_SLOT = 64;

export class EventQueue {
  dropped = 0;
  readonly #clock: Clock;
  readonly #post: (events: readonly SlotEvent[]) => void;
  #events: SlotEvent[] = [];
  readonly #counts = new Map<SlotNumber, number>();
  #timer: Timer | undefined;

  constructor(clock: Clock, post: (events: readonly SlotEvent[]) => void) {
    this.#clock = clock;
    this.#post = post;
  }

  push(event: SlotEvent): void {
    const count = this.#counts.get(event.slot) ?? 0;
    if (count >= MOST_OF_SLOT) {
      this.dropped++;
      return;
    }
    this.#counts.set(event.slot, count + 1);
    this.#events.push(event);
    this.#timer ??= this.#clock.after(WAIT, () => this.flush());
  }

  /** Sends what there is now. */
  flush(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    if (this.#events.length === 0) return;
    const events = this.#events;
    this.#events = [];
    this.#counts.clear();
    this.#post(events);
  }
}
