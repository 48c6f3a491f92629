/** Virtual time: nothing happens until a test lets it pass, and then always in the same order. */
import type { Clock, Timer } from '../rack/clock.ts';
import { type Millis, millis } from '../rack/units.ts';

interface Entry extends Timer {
  readonly at: number;
  readonly order: number;
  run: (() => void) | undefined;
}

/** Timers fire in the order of their time; those of the same time in the order in which they were asked for. */
export class VirtualClock implements Clock {
  readonly #epoch: number;
  readonly #heap: Entry[] = [];
  #elapsed = 0;
  #order = 0;

  /** `epoch`: what `now` says at the start, in milliseconds since the Unix epoch. */
  constructor(epoch = Date.UTC(2026, 0, 1)) {
    this.#epoch = epoch;
  }

  /** Whole milliseconds, as Date.now() gives them: columns of integers take no others. */
  now(): Millis {
    return millis(this.#epoch + Math.floor(this.#elapsed));
  }

  monotonic(): Millis {
    return millis(this.#elapsed);
  }

  after(delay: Millis, run: () => void): Timer {
    if (Number.isNaN(delay)) throw new RangeError('expected a delay in milliseconds, got NaN');
    const entry: Entry = {
      at: this.#elapsed + Math.max(0, delay),
      order: this.#order++,
      run,
      cancel() {
        entry.run = undefined;
      },
    };
    this.#push(entry);
    return entry;
  }

  /** Timers that are still to fire. */
  get pending(): number {
    let count = 0;
    for (const entry of this.#heap) if (entry.run) count++;
    return count;
  }

  /** Lets `duration` pass: fires what falls due in it, then stands exactly at its end. */
  advance(duration: number): void {
    const end = this.#elapsed + duration;
    while (this.#fireNext(end)) {
      // Each call fires one timer.
    }
    this.#elapsed = end;
  }

  /** As `advance`, and lets promises settle after every timer: for code that awaits on this clock. */
  async advanceAsync(duration: number): Promise<void> {
    const end = this.#elapsed + duration;
    do await settle();
    while (this.#fireNext(end));
    this.#elapsed = end;
  }

  /** Lets time pass until `done`; throws after `limit` of virtual time, or when nothing is left that could happen. */
  runUntil(done: () => boolean, limit: number): void {
    const end = this.#elapsed + limit;
    while (!done()) {
      if (!this.#fireNext(end))
        throw new Error(`not done after ${limit} ms of virtual time (${this.pending} timers left)`);
    }
  }

  /** Fires every timer until none is left; throws after `limit` of virtual time, since some things repeat for ever. */
  runUntilIdle(limit: number): void {
    const end = this.#elapsed + limit;
    while (this.#fireNext(end)) {
      // Each call fires one timer.
    }
    if (this.pending > 0) throw new Error(`not idle after ${limit} ms of virtual time (${this.pending} timers left)`);
  }

  #fireNext(end: number): boolean {
    for (let top = this.#heap[0]; top !== undefined && top.at <= end; top = this.#heap[0]) {
      this.#pop();
      const run = top.run;
      if (!run) continue;
      top.run = undefined;
      this.#elapsed = Math.max(this.#elapsed, top.at);
      run();
      return true;
    }
    return false;
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let at = heap.push(entry) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!before(entry, heap[parent] as Entry)) break;
      heap[at] = heap[parent] as Entry;
      at = parent;
    }
    heap[at] = entry;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop() as Entry;
    if (heap.length === 0) return;
    let at = 0;
    for (let child = 1; child < heap.length; child = 2 * at + 1) {
      if (child + 1 < heap.length && before(heap[child + 1] as Entry, heap[child] as Entry)) child++;
      if (!before(heap[child] as Entry, last)) break;
      heap[at] = heap[child] as Entry;
      at = child;
    }
    heap[at] = last;
  }
}

function before(a: Entry, b: Entry): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}

/** A turn of the event loop, after which every promise that could settle has settled. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
