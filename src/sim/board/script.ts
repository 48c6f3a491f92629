/**
 * Boot code as it reads in the documents: a sequence that waits here and there. A script is a generator that yields how
 * long it is willing to wait, in milliseconds; it goes on when that time is over or when somebody wakes it. Every wait
 * re-checks what it waited for, so waking too often does no harm. A script dies at any yield: that is a power cut.
 */
import type { Clock, Timer } from '../../rack/clock.ts';
import { millis } from '../../rack/units.ts';

export type Script<T = void> = Generator<number, T, void>;

/** Runs at most one script; all of it happens in the caller's turn, never in a promise. */
export class ScriptRunner {
  readonly #clock: Clock;
  readonly #resume = () => this.#run();
  #script: Script<unknown> | undefined;
  #timer: Timer | undefined;
  #running = false;
  #woken = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  start(script: Script<unknown>): void {
    this.stop();
    this.#script = script;
    this.#run();
  }

  /** Lets the script go on before its wait is over. */
  wake(): void {
    this.#woken = true;
    if (!this.#running && this.#script) this.#run();
  }

  /** Drops the script where it stands. */
  stop(): void {
    this.#script = undefined;
    this.#woken = false;
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #run(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    const script = this.#script;
    if (!script) return;
    this.#running = true;
    try {
      for (;;) {
        this.#woken = false;
        const step = script.next();
        // The step itself may have stopped or replaced the script, as a board that powers itself off does.
        if (this.#script !== script) return;
        if (step.done) {
          this.#script = undefined;
          return;
        }
        if (this.#woken) continue;
        if (step.value !== Number.POSITIVE_INFINITY) {
          this.#timer = this.#clock.after(millis(Math.max(0, step.value)), this.#resume);
        }
        return;
      }
    } finally {
      this.#running = false;
    }
  }
}

/** Waits until `done` or until `patience` milliseconds are over; says whether it is done. */
export function* waitFor(clock: Clock, patience: number, done: () => boolean): Script<boolean> {
  const deadline = clock.monotonic() + patience;
  while (!done()) {
    const left = deadline - clock.monotonic();
    if (left <= 0) return false;
    yield left;
  }
  return true;
}

export function* pause(clock: Clock, duration: number): Script {
  yield* waitFor(clock, duration, () => false);
}

/** Never goes on: a board that hangs. */
export function* forever(): Script<never> {
  for (;;) yield Number.POSITIVE_INFINITY;
}
