/** When a delivery that failed is tried again, and when no more. */
import { type Millis, millis, seconds } from '../../rack/units.ts';

export const GIVE_UP_AFTER: Millis = millis(24 * 3_600_000);
/** A server's events wait for one that failed fewer times than this; then it comes late, and they go on. */
export const TRIES_IN_ORDER = 3;
/** A receiver that failed so often in a row is asked by one request at a time. */
export const DOUBTED_AFTER = 5;
/** A webhook that had no success for a day, and so many failures, is switched off. */
export const DISABLE_FAILURES = 10;

const FIRST = seconds(5);
const LONGEST = seconds(2 * 3_600);
const FACTOR = 3;
/** Of the pause, either way: deliveries that failed together do not come back together. */
const JITTER = 0.2;

/** After `failed` failures, of which there is at least one: 5 s, 15 s, 45 s … 2 h. `random`: from 0 to 1. */
export function pauseAfter(failed: number, random: number): Millis {
  const pause = Math.min(FIRST * FACTOR ** (failed - 1), LONGEST);
  return millis(Math.round(pause * (1 - JITTER + 2 * JITTER * random)));
}
