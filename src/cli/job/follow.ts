/** Follows jobs to their ends: redrawn in place on a terminal, a line for every step elsewhere. */
import { setTimeout as pause } from 'node:timers/promises';
import { type ControlClient, NotServing } from '../../api/control/client.ts';
import type { JobView } from '../../api/control/job-protocol.ts';
import { formatTable } from '../table.ts';
import { countLine, howItGoes, isEnded, JOB_COLUMNS, jobRow } from './describe.ts';

const LOOK_EVERY = 300;
/** Lines of single jobs on a terminal: the rest is in the line of counts. */
const SHOWN = 20;

export class JobDisplay {
  readonly #out: NodeJS.WriteStream;
  readonly #said = new Map<number, string>();
  #lines = 0;

  constructor(out: NodeJS.WriteStream) {
    this.#out = out;
  }

  show(jobs: readonly JobView[]): void {
    if (this.#out.isTTY) this.#redraw(jobs);
    else this.#append(jobs);
  }

  #append(jobs: readonly JobView[]): void {
    for (const job of jobs) {
      // What a step says in between may be said many times a second: here only steps and ends are lines.
      const key = `${job.state} ${job.step?.number ?? ''} ${job.attempts}`;
      if (this.#said.get(job.id) === key) continue;
      this.#said.set(job.id, key);
      const how = howItGoes(job);
      this.#out.write(
        `job ${job.id} ${job.slot === 0 ? 'of the rack' : `slot ${job.slot}`}: ${job.state}${how === '' ? '' : ` ${how}`}\n`,
      );
    }
  }

  #redraw(jobs: readonly JobView[]): void {
    const busy = jobs.filter((job) => !isEnded(job) || job.state !== 'done').slice(0, SHOWN);
    const width = this.#out.columns ?? 80;
    const table =
      busy.length === 0
        ? []
        : formatTable(
            JOB_COLUMNS,
            busy.map((job) => jobRow(job, Date.now())),
            { width },
          );
    const lines = [...table, countLine(jobs)].map((line) => `${line}\u001b[K`);
    const up = this.#lines > 0 ? `\u001b[${this.#lines}A` : '';
    this.#out.write(`${up}\r${lines.join('\n')}\n\u001b[J`);
    this.#lines = lines.length;
  }
}

/** Resolves with the jobs when all have ended. A controller that is away for a while is waited for: jobs outlive it. */
export async function followJobs(
  client: ControlClient,
  ids: readonly number[],
  show: (jobs: readonly JobView[]) => void,
): Promise<readonly JobView[]> {
  const known = new Map<number, JobView>();
  for (;;) {
    try {
      for (const job of await lookAt(client, ids, known)) known.set(job.id, job);
      const jobs = ids.flatMap((id) => known.get(id) ?? []);
      show(jobs);
      if (jobs.length === ids.length && jobs.every(isEnded)) return jobs;
    } catch (cause) {
      if (!(cause instanceof NotServing)) throw cause;
    }
    await pause(LOOK_EVERY);
  }
}

async function lookAt(
  client: ControlClient,
  ids: readonly number[],
  known: ReadonlyMap<number, JobView>,
): Promise<readonly JobView[]> {
  const open = ids.filter((id) => known.get(id)?.step !== null);
  if (open.length <= 2) return Promise.all(open.map((id) => client.job(id)));
  const wanted = new Set(ids);
  return (await client.jobs(2_000)).filter((job) => wanted.has(job.id));
}
