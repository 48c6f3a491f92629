import { JobRefused } from '../../jobs/durable/kind.ts';
import type { JobRunner } from '../../jobs/durable/runner.ts';
import { slotNumber } from '../../rack/units.ts';
import { Refusal } from './answer.ts';
import { answered } from './backup-routes.ts';
import type { JobAsked, JobRequestBody, JobView } from './job-protocol.ts';
import { jobView } from './job-views.ts';

/** What the socket offers of jobs. */
export interface JobTarget {
  /** One answer a slot: its job, or why it has none. */
  askJobs(request: JobRequestBody): Promise<readonly JobAsked[]>;
  jobs(limit: number, slot: number | undefined): readonly JobView[];
  job(id: number): JobView | undefined;
  cancelJob(id: number, who: string): Promise<JobView>;
}

export function jobTarget(runner: JobRunner): JobTarget {
  return {
    askJobs: ({ slots, ...request }) => Promise.all([...new Set(slots)].map((slot) => ask(runner, slot, request))),
    jobs: (limit, slot) =>
      runner.list(limit, slot === undefined ? undefined : slotNumber(slot)).map((job) => jobView(runner, job)),
    job(id) {
      const job = runner.get(id);
      return job && jobView(runner, job);
    },
    cancelJob: async (id, who) => jobView(runner, await runner.cancel(id, who)),
  };
}

async function ask(runner: JobRunner, slot: number, request: Omit<JobRequestBody, 'slots'>): Promise<JobAsked> {
  const { kind, parameters, who } = request;
  const key = request.key === undefined ? undefined : `${request.key} ${slot}`;
  try {
    const job = await answered(runner.ask({ kind, slot: slotNumber(slot), who, parameters, key }));
    return { slot, job: jobView(runner, job) };
  } catch (cause) {
    if (cause instanceof JobRefused) return { slot, refused: { code: cause.code, text: cause.message } };
    if (cause instanceof Refusal) return { slot, refused: { code: 'not_possible', text: cause.message } };
    throw cause;
  }
}
