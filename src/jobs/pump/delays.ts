import type { Millis, SlotNumber } from '../../rack/units.ts';
import { millis, seconds } from '../../rack/units.ts';

/** Why a slot is left alone for a while. */
export type DelayKind = 'denied' | 'failed' | 'silent' | 'off-again';

interface Delay {
  readonly kind: DelayKind;
  readonly count: number;
  readonly since: Millis;
  readonly until: Millis;
  readonly reason: string;
}

/** First pause, doubled each time, to at most five minutes. A silent switch is tried again at once: it may be back. */
const FIRST: Readonly<Record<DelayKind, Millis>> = {
  denied: seconds(10),
  failed: seconds(10),
  silent: seconds(1),
  'off-again': seconds(1),
};
const LONGEST = seconds(300);

/** Back-off by slot. Nothing here has to survive a restart: whatever was wrong shows again. */
export class Delays {
  readonly #delays = new Map<SlotNumber, Delay>();

  /**
   * Notes that it went wrong once more; returns how often in a row, and since when. The reason names the pause and not
   * what is left of it, or it would be another one at every look.
   */
  add(slot: SlotNumber, kind: DelayKind, text: string, now: Millis) {
    const before = this.#delays.get(slot);
    const again = before?.kind === kind ? before : undefined;
    const count = (again?.count ?? 0) + 1;
    const pause = millis(Math.min(FIRST[kind] * 2 ** (count - 1), LONGEST));
    const since = again?.since ?? now;
    const freed = kind === 'denied' ? ' when power is freed, or' : '';
    const reason = `${text}; tried again${freed} in ${pause / 1000} s`;
    this.#delays.set(slot, { kind, count, since, until: millis(now + pause), reason });
    return { count, since, reason };
  }

  /** It went well, or a person asks for it anew. */
  clear(slot: SlotNumber): void {
    this.#delays.delete(slot);
  }

  /** The switch has power again that it had not: who was denied some need not wait longer. */
  freed(now: Millis): void {
    for (const [slot, delay] of this.#delays) {
      if (delay.kind === 'denied') this.#delays.set(slot, { ...delay, until: now });
    }
  }

  /** The delay that the slot is in now; undefined: in none. */
  now(slot: SlotNumber, now: Millis): { readonly reason: string; readonly denied: boolean } | undefined {
    const delay = this.#delays.get(slot);
    if (delay === undefined || now >= delay.until) return undefined;
    return { reason: delay.reason, denied: delay.kind === 'denied' };
  }

  /** When delays end. */
  ends(now: Millis): number[] {
    return [...this.#delays.values()].map(({ until }) => until).filter((until) => until > now);
  }
}
