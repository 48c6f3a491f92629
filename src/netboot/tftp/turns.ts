/**
 * Fairness of the one thread that serves all legs. An ACK costs a board nothing and the server a window: with a dozen
 * transfers of 32 blocks, one board asks for hundreds of blocks in the time in which another asks for one, and that one
 * waits for them. So a leg has a few blocks a turn (deficit round robin), and what is over waits
 * until the others had theirs. A board that boots never comes near it.
 */
import type { LegState } from './leg-state.ts';

/** Blocks a turn where several legs want more, and where one alone does. */
const SHARED = 4;
const ALONE = 32;

export interface TurnsOptions {
  /** After what has arrived meanwhile was taken: setImmediate. */
  readonly later: (run: () => void) => void;
  /** Does what the ACK calls for, and gives how many blocks that was. */
  readonly serve: (leg: LegState, key: number, block: number) => number;
  /** Called after a turn in which something was served. */
  readonly served: () => void;
}

/** What a leg has left of its turn, and the ACKs that wait: the newest of each client, as they are cumulative. */
export class Share {
  left = SHARED;
  turn = 0;
  readonly waiting = new Map<number, number>();
}

export class Turns {
  readonly #options: TurnsOptions;
  readonly #waiting = new Set<LegState>();
  #turn = 0;
  #scheduled = false;

  constructor(options: TurnsOptions) {
    this.#options = options;
  }

  /** What arrives together is one turn, unless somebody waits for theirs: then that is the next. */
  begin(): void {
    if (!this.#scheduled) this.#turn++;
  }

  /** Serves the ACK now, or when the leg's turn comes. */
  take(leg: LegState, key: number, block: number): void {
    const { share } = leg;
    this.#refill(share, SHARED);
    if (share.waiting.size === 0 && share.left > 0) {
      share.left -= this.#options.serve(leg, key, block);
      return;
    }
    share.waiting.set(key, block);
    this.#waiting.add(leg);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#options.later(() => {
      this.#scheduled = false;
      this.#serveWaiting();
    });
  }

  #serveWaiting(): void {
    this.#turn++;
    const quantum = this.#waiting.size === 1 ? ALONE : SHARED;
    for (const leg of [...this.#waiting]) {
      const { share } = leg;
      this.#refill(share, quantum);
      for (const [key, block] of share.waiting) {
        if (share.left <= 0) break;
        share.waiting.delete(key);
        share.left -= this.#options.serve(leg, key, block);
      }
      if (share.waiting.size === 0) this.#waiting.delete(leg);
    }
    this.#options.served();
    if (this.#waiting.size > 0) this.#schedule();
  }

  /** What was overdrawn is paid back first; what was not used is not saved up. */
  #refill(share: Share, quantum: number): void {
    share.left = Math.min(quantum, share.left + quantum * (this.#turn - share.turn));
    share.turn = this.#turn;
  }
}
