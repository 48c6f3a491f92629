import type { Clock } from '../../rack/clock.ts';

/**
 * Nobody tells a switch what happens at the other end of a wire; it looks when somebody asks, and once for all that is
 * asked at the same time.
 */
export interface Moment {
  /** Another number whenever something may have happened since. */
  mark(): number;
  /** Something has happened. */
  touch(): void;
}

export function createMoment(clock: Clock): Moment {
  let at = clock.monotonic();
  let mark = 0;
  return {
    mark() {
      const now = clock.monotonic();
      if (now !== at) {
        at = now;
        mark += 1;
      }
      return mark;
    },
    touch() {
      mark += 1;
    },
  };
}
