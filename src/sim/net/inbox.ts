/** What arrives at the same moment reaches the handler as one batch, as from recvmmsg; and is gone when it returns. */
import type { Clock } from '../../rack/clock.ts';
import { millis } from '../../rack/units.ts';

/** As many as a batched socket takes at once. */
const LARGEST_BATCH = 128;
const GONE = 0xee;

export interface Arrival {
  readonly bytes: Uint8Array;
}

export class Inbox<T extends Arrival> {
  readonly #clock: Clock;
  readonly #handle: (arrivals: readonly T[]) => void;
  #waiting: T[] = [];
  received = 0;

  constructor(clock: Clock, handle: (arrivals: readonly T[]) => void) {
    this.#clock = clock;
    this.#handle = handle;
  }

  /** `arrival.bytes` is the inbox's own from now on. */
  push(arrival: T): void {
    this.#waiting.push(arrival);
    if (this.#waiting.length === 1) this.#clock.after(millis(0), () => this.#deliver());
  }

  #deliver(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (let at = 0; at < waiting.length; at += LARGEST_BATCH) {
      const batch = waiting.slice(at, at + LARGEST_BATCH);
      this.received += batch.length;
      try {
        this.#handle(batch);
      } finally {
        for (const { bytes } of batch) bytes.fill(GONE);
      }
    }
  }
}
