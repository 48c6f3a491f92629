/**
 * How much a board may have told of itself: a hostile one causes events thousands of times a second, and for days. Ten of
 * a kind in a minute; who had its ten waits for the next twice as long, up to an hour.
 */
import { type Millis, millis, minutes, type SlotNumber } from '../rack/units.ts';

const MOST = 10;
const FIRST_WINDOW: Millis = minutes(1);
const LAST_WINDOW: Millis = minutes(60);

interface Window {
  since: Millis;
  length: Millis;
  count: number;
}

/** To be told, to be told as the last one for so long, or not. */
export type Verdict = 'tell' | { readonly lastFor: Millis } | 'quiet';

export class BoardEvents {
  /** By slot and kind: bounded by the kinds that there are. */
  readonly #windows = new Map<string, Window>();

  judge(slot: SlotNumber, kind: string, now: Millis): Verdict {
    const key = `${slot} ${kind}`;
    const before = this.#windows.get(key);
    const window = before === undefined || now - before.since >= before.length ? next(before, now) : before;
    this.#windows.set(key, window);
    window.count++;
    if (window.count < MOST) return 'tell';
    return window.count === MOST ? { lastFor: millis(window.since + window.length - now) } : 'quiet';
  }
}

/** Who kept quiet for a whole window is trusted again. */
function next(before: Window | undefined, now: Millis): Window {
  const full = before !== undefined && before.count >= MOST && now - before.since < 2 * before.length;
  const length = full ? millis(Math.min(before.length * 2, LAST_WINDOW)) : FIRST_WINDOW;
  return { since: now, length, count: 0 };
}
