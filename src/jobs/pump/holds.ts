import type { Clock, Timer } from '../../rack/clock.ts';
import { type SlotNumber, seconds } from '../../rack/units.ts';

/** How long who holds a slot waits to hear that it is dark: an attempt to switch it off, and the wait for it. */
const LIMIT = seconds(90);

interface Hold {
  readonly reason: string;
  readonly waiters: ((problem: string | undefined) => void)[];
}

/**
 * Slots that are kept dark, each by one or more that have their own reasons: it is dark until all have released it. In
 * memory only: after a restart, who held them holds them again.
 */
export class Holds {
  readonly #clock: Clock;
  /** By slot and by who holds it. */
  readonly #holds = new Map<SlotNumber, Map<string, Hold>>();
  readonly #limits = new Set<Timer>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Resolves when the slot is dark, or with the reason why it is not known to be; it is held all the same. `late` says
   * what is known of it when the time is over.
   */
  hold(slot: SlotNumber, owner: string, reason: string, late: () => readonly string[]): Promise<string | undefined> {
    const holds = this.#holds.get(slot) ?? new Map<string, Hold>();
    const waiters = holds.get(owner)?.waiters ?? [];
    this.#holds.set(slot, holds.set(owner, { reason, waiters }));
    return new Promise((resolve) => {
      const end = (problem: string | undefined) => {
        limit.cancel();
        this.#limits.delete(limit);
        resolve(problem);
      };
      const limit = this.#clock.after(LIMIT, () =>
        end([`not known to be dark after ${LIMIT / 1000} s`, ...late()].join('; ')),
      );
      this.#limits.add(limit);
      waiters.push(end);
    });
  }

  /** Who waits is not answered any more: a job goes on with the next controller. */
  stop(): void {
    for (const limit of this.#limits) limit.cancel();
  }

  release(slot: SlotNumber, owner: string): void {
    const holds = this.#holds.get(slot);
    answer(holds?.get(owner), 'released before it was dark');
    holds?.delete(owner);
    if (holds?.size === 0) this.#holds.delete(slot);
  }

  reason(slot: SlotNumber): string | undefined {
    return this.#holds.get(slot)?.values().next().value?.reason;
  }

  /** Tells who waits for slots of which `isDark` says so. */
  look(isDark: (slot: SlotNumber) => boolean): void {
    for (const [slot, holds] of this.#holds) {
      const waited = [...holds.values()].some(({ waiters }) => waiters.length > 0);
      if (waited && isDark(slot)) this.tell(slot, undefined);
    }
  }

  /** `problem` undefined: it is dark. */
  tell(slot: SlotNumber, problem: string | undefined): void {
    for (const hold of this.#holds.get(slot)?.values() ?? []) answer(hold, problem);
  }
}

function answer(hold: Hold | undefined, problem: string | undefined): void {
  for (const waiter of hold?.waiters.splice(0) ?? []) waiter(problem);
}
