import { pino } from 'pino';
import type { JobKind, JobStep, StepTools } from '../../../src/jobs/durable/kind.ts';
import { JobRunner } from '../../../src/jobs/durable/runner.ts';
import type { Clock } from '../../../src/rack/clock.ts';
import { millis } from '../../../src/rack/units.ts';
import { openDatabase } from '../../../src/store/database.ts';
import { GroupCommit } from '../../../src/store/group-commit.ts';
import { JobTable } from '../../../src/store/jobs.ts';
import { STATE_MIGRATIONS } from '../../../src/store/schema.ts';

/** Time that passes as soon as somebody waits for it. */
export class HastyClock implements Clock {
  #now = 0;
  readonly waited: number[] = [];
  now = () => millis(1_000_000 + this.#now);
  monotonic = () => millis(this.#now);
  after(delay: number, run: () => void) {
    this.waited.push(delay);
    const timer = setImmediate(() => {
      this.#now += delay;
      run();
    });
    return { cancel: () => clearImmediate(timer) };
  }
}

export function openJobs() {
  const db = openDatabase(':memory:', 'FULL', STATE_MIGRATIONS);
  return { db, table: new JobTable(db), commit: new GroupCommit(db) };
}

export type Jobs = ReturnType<typeof openJobs>;

export function runnerOf(
  jobs: Jobs,
  kinds: readonly JobKind[],
  change: { write?: (write: () => void) => Promise<void>; places?: number } = {},
) {
  const events: string[] = [];
  const clock = new HastyClock();
  const runner = new JobRunner({
    table: jobs.table,
    write: change.write ?? ((write) => jobs.commit.write(write)),
    kinds,
    clock,
    log: pino({ level: 'silent' }),
    places: change.places ?? 4,
    event: (_slot, _kind, text) => void events.push(text),
    fatal: (what, cause) => events.push(`FATAL ${what}: ${cause}`),
  });
  return { runner, events, clock };
}

export function step(name: string, act: JobStep['act'], change: Partial<JobStep> = {}): JobStep {
  return { name, doing: `doing ${name}`, tries: 1, cancellable: true, load: 'work', act, ...change };
}

export function kind(name: string, steps: readonly JobStep[], undo: readonly JobStep[] = []): JobKind {
  return {
    name,
    steps,
    undo,
    accept: async (_, parameters) => ({ ...(parameters as object) }),
    describe: () => name,
  };
}

/** Waits until the job has ended, or a second has passed. */
export async function ended(runner: JobRunner, id: number) {
  for (let turn = 0; turn < 2000; turn++) {
    const job = runner.get(id);
    if (
      job !== undefined &&
      ['done', 'failed', 'cancelled'].includes(job.state) &&
      runner.activeOf(job.slot) === undefined
    )
      return job;
    await new Promise((resolve) => setImmediate(resolve));
  }
  throw new Error(`job ${id} has not ended: ${JSON.stringify(runner.get(id))}`);
}

export const untilAborted = ({ signal }: StepTools): Promise<undefined> =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));
