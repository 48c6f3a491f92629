/** Power of one slot as a job: done when the switch reads as asked. */
import { z } from 'zod';
import type { Plan } from '../rack/plan.ts';
import { type JobKind, JobRefused, StepFailed } from './durable/kind.ts';
import type { PowerAction, PowerJobs } from './power.ts';
import type { RackState } from './rack-state.ts';
import { wait } from './roots/steps.ts';

export interface SwitchPowerParts {
  readonly plan: Plan;
  readonly state: Pick<RackState, 'get'>;
  readonly power: Pick<PowerJobs, 'request'>;
}

const request = z.strictObject({ action: z.enum(['on', 'off', 'cycle']) });

export function powerKind({ plan, state, power }: SwitchPowerParts): JobKind {
  /** Jobs that an earlier process has begun. */
  const resumed = new Set<number>();
  const step = wait('switch', 'switching the port', 1, async ({ job, note }) => {
    const { action } = job.parameters as { action: PowerAction };
    const { boot, cycling } = state.get(job.slot);
    // Cycled by a process that ended before it could record that.
    const cycled = action === 'cycle' && !cycling && boot !== undefined && boot.startedAt >= job.createdAt;
    if (resumed.has(job.id) && cycled) return undefined;
    const [outcome] = await power.request([job.slot], action, `${job.who}, job ${job.id}`, ({ detail }) =>
      note(detail),
    );
    if (outcome?.state === 'failed') throw new StepFailed('power', outcome.detail, { permanent: true });
    return undefined;
  });
  return {
    name: 'power',
    steps: [step],
    undo: [],
    accept: async (slot, parameters) => {
      if (!plan.slots.some((each) => each.slot === slot))
        throw new JobRefused('no_slot', `no slot ${slot} in this rack`);
      const parsed = request.safeParse(parameters);
      if (!parsed.success) throw new JobRefused('parameters', z.prettifyError(parsed.error));
      return parsed.data;
    },
    resumed: (job) => void resumed.add(job.id),
    ended: (job) => void resumed.delete(job.id),
    describe: ({ action }) => `power ${String(action)}`,
  };
}
