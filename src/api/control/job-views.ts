import type { Outcome } from '../../jobs/durable/kind.ts';
import type { JobRunner } from '../../jobs/durable/runner.ts';
import { cancelRefusal, stepOf } from '../../rack/job.ts';
import type { JobRow } from '../../store/jobs.ts';
import { printable } from '../../wire/printable.ts';
import type { JobView } from './job-protocol.ts';

/** The parameters stay behind: a customer's user-data is in them. */
export function jobView(runner: JobRunner, job: JobRow): JobView {
  const kind = runner.kindOf(job);
  const step = kind && stepOf(kind, job);
  const steps = job.state === 'undoing' ? kind?.undo : kind?.steps;
  const at = step && { number: job.step + 1, of: steps?.length ?? 0, name: step.name, doing: step.doing };
  return {
    id: job.id,
    kind: job.kind,
    slot: job.slot,
    what: kind?.describe(job.parameters) ?? job.kind,
    who: job.who,
    state: job.state,
    step: at ?? null,
    attempts: job.attempts,
    progress: printable(job.progress, 500),
    error: job.failure ?? null,
    outcome: outcomeOf(kind?.outcome?.(job)),
    cancellable: kind !== undefined && cancelRefusal(kind, job) === undefined,
    createdAt: job.createdAt,
    updatedAt: job.updatedAt,
  };
}

function outcomeOf(outcome: Outcome | undefined): JobView['outcome'] {
  return outcome === undefined ? null : { how: outcome.how, text: printable(outcome.text, 500) };
}
