/**
 * One queue per switch: its CPU is weak, and most agents answer one request at a time. A job is one short exchange (a
 * SET with its reading back, a reading of the tables), never a whole power cycle, so that nobody waits for another's hold.
 */
import type { Clock } from '../rack/clock.ts';
import type { Millis } from '../rack/units.ts';
import { millis } from '../rack/units.ts';
import { SwitchJobTooLate, SwitchQueueFull } from './errors.ts';

export interface QueueJob<T> {
  /** In a few words, for people: "switch port 7 off". */
  readonly what: string;
  /** From now to the end of the work. A job that still waits then is dropped and never run. */
  readonly deadline: Millis;
  /** Goes before the jobs that are not: power before statistics. */
  readonly urgent?: boolean;
  /** The signal is aborted at the deadline: nothing new may be begun after it, above all no write. */
  readonly work: (signal: AbortSignal) => Promise<T>;
}

export interface QueueState {
  readonly running: { readonly what: string; readonly since: Millis } | undefined;
  /** In the order in which they will run, each with the job it waits for. */
  readonly waiting: readonly { readonly what: string; readonly since: Millis; readonly behind: string }[];
}

export interface SwitchQueue {
  run<T>(job: QueueJob<T>): Promise<T>;
  state(): QueueState;
}

interface Entry {
  readonly what: string;
  readonly urgent: boolean;
  readonly queuedAt: Millis;
  startedAt: Millis;
  readonly begin: () => Promise<void>;
}

export function createQueue(clock: Clock, depth: number): SwitchQueue {
  const waiting: Entry[] = [];
  let running: Entry | undefined;

  const next = () => {
    if (running || waiting.length === 0) return;
    running = waiting.shift()!;
    running.startedAt = clock.monotonic();
    void running.begin().then(() => {
      running = undefined;
      next();
    });
  };

  return {
    run<T>(job: QueueJob<T>): Promise<T> {
      if (waiting.length >= depth) {
        return Promise.reject(new SwitchQueueFull(job.what, waiting.length, running?.what ?? 'nothing'));
      }
      return new Promise<T>((resolve, reject) => {
        const abort = new AbortController();
        const deadline = clock.after(job.deadline, () => {
          const place = waiting.indexOf(entry);
          if (place >= 0) waiting.splice(place, 1);
          const late = new SwitchJobTooLate(job.what, job.deadline, place < 0, running?.what);
          abort.abort(late);
          reject(late);
        });
        const entry: Entry = {
          what: job.what,
          urgent: job.urgent ?? false,
          queuedAt: clock.monotonic(),
          startedAt: clock.monotonic(),
          // Never rejects: the outcome goes to the caller, and the next job starts when this one has really ended.
          begin: () =>
            callAsync(() => job.work(abort.signal))
              .then(resolve, reject)
              .finally(() => deadline.cancel()),
        };
        const before = entry.urgent ? waiting.findIndex((other) => !other.urgent) : -1;
        waiting.splice(before < 0 ? waiting.length : before, 0, entry);
        next();
      });
    },

    state(): QueueState {
      const now = clock.monotonic();
      const ago = (at: Millis) => millis(now - at);
      return {
        running: running && { what: running.what, since: ago(running.startedAt) },
        waiting: waiting.map((entry, place) => ({
          what: entry.what,
          since: ago(entry.queuedAt),
          behind: waiting[place - 1]?.what ?? running?.what ?? 'nothing',
        })),
      };
    },
  };
}

async function callAsync<T>(work: () => Promise<T>): Promise<T> {
  return await work();
}
