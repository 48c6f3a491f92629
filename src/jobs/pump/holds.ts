import type { Clock } from '../../rack/clock.ts';
import { type SlotNumber, seconds } from '../../rack/units.ts';

/** How long who holds a slot waits to hear that it is dark: an attempt to switch it off, and the wait for it. */
const LIMIT = seconds(90);

interface Hold {
  readonly reason: string;
  readonly waiters: ((problem: string | undefined) => void)[];
}

/** Slots that somebody keeps dark. In memory only: after a restart, who held them holds them again. */
export class Holds {
  readonly #clock: Clock;
  readonly #holds = new Map<SlotNumber, Hold>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Resolves when the slot is dark, or with the reason why it is not known to be; it is held all the same. `late` says
   * what is known of it when the time is over.
   */
  hold(slot: SlotNumber, reason: string, late: () => readonly string[]): Promise<string | undefined> {
    const waiters = this.#holds.get(slot)?.waiters ?? [];
    this.#holds.set(slot, { reason, waiters });
    return new Promise((resolve) => {
      const limit = this.#clock.after(LIMIT, () =>
        resolve([`not known to be dark after ${LIMIT / 1000} s`, ...late()].join('; ')),
      );
      waiters.push((problem) => {
        limit.cancel();
        resolve(problem);
      });
    });
  }

  release(slot: SlotNumber): void {
    this.tell(slot, 'released before it was dark');
    this.#holds.delete(slot);
  }

  reason(slot: SlotNumber): string | undefined {
    return this.#holds.get(slot)?.reason;
  }

  /** Tells who waits for slots of which `isDark` says so. */
  look(isDark: (slot: SlotNumber) => boolean): void {
    for (const [slot, { waiters }] of this.#holds) if (waiters.length > 0 && isDark(slot)) this.tell(slot, undefined);
  }

  /** `problem` undefined: it is dark. */
  tell(slot: SlotNumber, problem: string | undefined): void {
    for (const waiter of this.#holds.get(slot)?.waiters.splice(0) ?? []) waiter(problem);
  }
}
