/** Events on their way to the controller's thread: together, and not without bound. */
import type { Clock, Timer } from '../../rack/clock.ts';
import { type Millis, millis } from '../../rack/units.ts';
import type { SlotEvent } from './events.ts';

/** How long an event waits for others. */
const WAIT: Millis = millis(20);

/** In one batch. 108 boards that boot at once stay far below; floods are cut off here, and counted. */
const MOST = 4096;

export class EventQueue {
  dropped = 0;
  readonly #clock: Clock;
  readonly #post: (events: readonly SlotEvent[]) => void;
  #events: SlotEvent[] = [];
  #timer: Timer | undefined;

  constructor(clock: Clock, post: (events: readonly SlotEvent[]) => void) {
    this.#clock = clock;
    this.#post = post;
  }

  push(event: SlotEvent): void {
    if (this.#events.length >= MOST) {
      this.dropped++;
      return;
    }
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
    this.#post(events);
  }
}
