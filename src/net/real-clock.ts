/** Real time. */
import type { Clock, Timer } from '../rack/clock.ts';
import { type Millis, millis } from '../rack/units.ts';

/** Longer delays overflow Node's timer and would fire at once. */
const LONGEST = 2 ** 31 - 1;

class RealTimer implements Timer {
  #timer: NodeJS.Timeout;

  constructor(delay: number, run: () => void) {
    this.#timer = this.#start(delay, run);
  }

  cancel(): void {
    clearTimeout(this.#timer);
  }

  #start(delay: number, run: () => void): NodeJS.Timeout {
    if (!(delay > LONGEST)) return setTimeout(run, delay);
    return setTimeout(() => {
      this.#timer = this.#start(delay - LONGEST, run);
    }, LONGEST);
  }
}

export const realClock: Clock = {
  now: () => millis(Date.now()),
  monotonic: () => millis(performance.now()),
  after: (delay: Millis, run: () => void) => new RealTimer(delay, run),
};
