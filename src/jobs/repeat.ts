import type { Clock, Timer } from '../rack/clock.ts';
import type { Millis } from '../rack/units.ts';

/** Something done now and again, never twice at once: the pause begins when it is done, however it ended. */
export class Repeat {
  readonly #clock: Clock;
  readonly #pause: Millis;
  readonly #work: () => Promise<void>;
  #timer: Timer | undefined;
  #stopped = false;

  /** @param work tells its own failures; one that rejects is unhandled */
  constructor(clock: Clock, pause: Millis, work: () => Promise<void>) {
    this.#clock = clock;
    this.#pause = pause;
    this.#work = work;
  }

  start(): void {
    void this.#work().finally(() => {
      if (!this.#stopped) this.#timer = this.#clock.after(this.#pause, () => this.start());
    });
  }

  /** What is under way is not waited for. */
  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
  }
}
