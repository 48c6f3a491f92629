import type { Clock, Timer } from '../../../src/rack/clock.ts';
import { type Millis, millis } from '../../../src/rack/units.ts';

/** A clock that stands still until it is moved. Due timers run in order of time. */
export class ManualClock implements Clock {
  #time = 0;
  #timers: { readonly at: number; readonly run: () => void }[] = [];

  now(): Millis {
    return millis(1_700_000_000_000 + this.#time);
  }

  monotonic(): Millis {
    return millis(this.#time);
  }

  after(delay: Millis, run: () => void): Timer {
    const timer = { at: this.#time + delay, run };
    this.#timers.push(timer);
    return {
      cancel: () => {
        this.#timers = this.#timers.filter((other) => other !== timer);
      },
    };
  }

  get timers(): number {
    return this.#timers.length;
  }

  advance(by: number): void {
    const end = this.#time + by;
    for (;;) {
      const due = this.#timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (due === undefined) break;
      this.#timers = this.#timers.filter((timer) => timer !== due);
      this.#time = Math.max(this.#time, due.at);
      due.run();
    }
    this.#time = end;
  }
}
