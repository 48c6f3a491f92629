import type { Clock, Timer } from '../../rack/clock.ts';
import type { Millis } from '../../rack/units.ts';

/** What a switch has accepted and not done yet: a restart loses all of it. */
export interface Pending {
  /** At once where there is nothing to wait for. */
  after(delay: Millis, run: () => void): void;
  lose(): void;
}

export function createPending(clock: Clock): Pending {
  const timers = new Set<Timer>();
  return {
    after(delay, run) {
      if (delay <= 0) return run();
      const timer = clock.after(delay, () => {
        timers.delete(timer);
        run();
      });
      timers.add(timer);
    },
    lose() {
      for (const timer of timers) timer.cancel();
      timers.clear();
    },
  };
}
