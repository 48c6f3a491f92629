import { z } from 'zod';
import { JOB_STATES } from '../../../rack/job.ts';
import type { JobView } from '../../control/job-protocol.ts';
import type { Caller } from '../../http/auth/caller.ts';
import type { Services } from '../../http/services.ts';
import { timeOf, when } from '../time.ts';

export const task = z.object({
  id: z.string(),
  server: z.string(),
  kind: z.string().describe('provision, reimage, undo, rescue, reboot, keys'),
  what: z.string().describe('what it is to do, in a few words'),
  state: z.enum(JOB_STATES).describe('undoing: it cannot be done, and what was begun is being put back'),
  step: z
    .object({ number: z.int(), of: z.int(), name: z.string(), doing: z.string() })
    .nullable()
    .describe('the present one, counted from 1; null: it has ended'),
  progress: z.string().describe('the newest word on the step'),
  attempts: z.int().describe('tries of this step that failed'),
  outcome: z
    .object({ how: z.string(), text: z.string() })
    .nullable()
    .describe('which of several ways it went: of a reboot soft or hard'),
  error: z
    .object({ code: z.string(), text: z.string() })
    .nullable()
    .describe('why it failed or is being put back, or what the last try failed for'),
  asked_by: z.string().describe('the id of a key of yours, or staff'),
  cancellable: z.boolean(),
  created_at: when,
  updated_at: when,
});

/** Whose keys may not be known to everybody: those of staff are staff. */
export const STAFF = 'staff';

export function taskOf(job: JobView, server: string, services: Services, caller: Caller): z.infer<typeof task> {
  return {
    id: String(job.id),
    server,
    kind: job.kind,
    what: job.what,
    state: job.state,
    step: job.step,
    progress: job.progress,
    attempts: job.attempts,
    outcome: job.outcome,
    error: job.error,
    asked_by: askedBy(job, services, caller),
    cancellable: job.cancellable,
    created_at: timeOf(job.createdAt),
    updated_at: timeOf(job.updatedAt),
  };
}

export function askedBy({ who }: Pick<JobView, 'who'>, { mirror }: Services, caller: Caller): string {
  const key = mirror.rack().keys.get(who);
  return caller.scope === 'staff' || (key?.tenant !== undefined && key.tenant === caller.tenant) ? who : STAFF;
}
