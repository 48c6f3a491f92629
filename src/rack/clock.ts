/** The one clock interface. Real time comes from `src/net/real-clock.ts`, virtual time from `src/sim/virtual-clock.ts`. */
import type { Millis } from './units.ts';

export interface Timer {
  cancel(): void;
}

export interface Clock {
  /** Milliseconds since the Unix epoch, for records that people read. */
  now(): Millis;
  /** Milliseconds that never go backwards, for durations and time-outs. */
  monotonic(): Millis;
  after(delay: Millis, run: () => void): Timer;
}

/** Resolves after `delay` on this clock. */
export function sleep(clock: Clock, delay: Millis): Promise<void> {
  return new Promise((resolve) => clock.after(delay, resolve));
}
