/**
 * How a durable job moves: a list of steps, each done and recorded before the next, and a list of steps that put back what
 * was done when one cannot be done. Pure: the runner does the steps and writes down what is decided here.
 */

export const JOB_STATES = Object.freeze(['queued', 'running', 'undoing', 'done', 'failed', 'cancelled'] as const);
export type JobState = (typeof JOB_STATES)[number];

export interface StepShape {
  readonly name: string;
  /** What is going on while it is done, for people: `cloning the image`. */
  readonly doing: string;
  /** How often it is tried before the job is given up. */
  readonly tries: number;
  /** A job can be cancelled while this step is the present one. */
  readonly cancellable: boolean;
}

export interface JobShape {
  readonly steps: readonly StepShape[];
  /** Puts back whatever of `steps` was done, also halfway: each step does nothing where there is nothing to put back. */
  readonly undo: readonly StepShape[];
}

export interface Failure {
  /** A short stable word: `no_image`, `power`, `cancelled`. */
  readonly code: string;
  /** One sentence: what was expected, and what was seen. */
  readonly text: string;
}

/** Where a job stands: all that its next step depends on. */
export interface JobStand {
  readonly state: JobState;
  /** Place in `steps`, or in `undo` while undoing. */
  readonly step: number;
  /** Tries of this step that failed. */
  readonly attempts: number;
  /** Why it is given up, or the last try failed. */
  readonly failure: Failure | undefined;
  /** Who asked for its end. */
  readonly cancelledBy: string | undefined;
}

export type JobEvent =
  | { readonly kind: 'started' }
  | { readonly kind: 'step_done' }
  | { readonly kind: 'step_failed'; readonly failure: Failure; readonly permanent: boolean }
  | { readonly kind: 'cancel'; readonly who: string };

export const QUEUED: JobStand = Object.freeze({
  state: 'queued',
  step: 0,
  attempts: 0,
  failure: undefined,
  cancelledBy: undefined,
});

export const isEnded = (state: JobState): boolean => state === 'done' || state === 'failed' || state === 'cancelled';

/** The step that is to be done; undefined when the job has ended. */
export function stepOf(shape: JobShape, { state, step }: JobStand): StepShape | undefined {
  if (isEnded(state)) return undefined;
  return state === 'undoing' ? shape.undo[step] : shape.steps[step];
}

/** Why the job cannot be cancelled now; undefined: it can. */
export function cancelRefusal(shape: JobShape, stand: JobStand): string | undefined {
  if (isEnded(stand.state)) return `it has ended already (${stand.state})`;
  if (stand.state === 'undoing') return 'it is being put back already';
  if (stand.state === 'queued' || stepOf(shape, stand)?.cancellable === true) return undefined;
  return `it is past the point where it can be cancelled: ${stepOf(shape, stand)?.doing}`;
}

/** Where the job stands after `event`; an event that does not fit changes nothing. */
export function advanceJob(shape: JobShape, stand: JobStand, event: JobEvent): JobStand {
  switch (event.kind) {
    case 'started':
      return stand.state === 'queued' ? { ...stand, state: 'running' } : stand;
    case 'cancel':
      return cancelled(shape, stand, event.who);
    case 'step_done':
      return stepDone(shape, stand);
    case 'step_failed':
      return stepFailed(shape, stand, event.failure, event.permanent);
  }
}

function cancelled(shape: JobShape, stand: JobStand, who: string): JobStand {
  if (cancelRefusal(shape, stand) !== undefined) return stand;
  const asked = { ...stand, cancelledBy: who };
  // Nothing was done yet, so there is nothing to put back. A step under way ends first.
  return stand.state === 'queued' ? { ...asked, state: 'cancelled', failure: cancelFailure(who) } : asked;
}

function stepDone(shape: JobShape, stand: JobStand): JobStand {
  const next = { ...stand, step: stand.step + 1, attempts: 0 };
  if (stand.state === 'undoing') return next.step < shape.undo.length ? next : ended(next);
  if (stand.state !== 'running') return stand;
  if (stand.cancelledBy !== undefined) return giveUp(shape, stand, cancelFailure(stand.cancelledBy));
  const cleared = { ...next, failure: undefined };
  return next.step < shape.steps.length ? cleared : { ...cleared, state: 'done' };
}

function stepFailed(shape: JobShape, stand: JobStand, failure: Failure, permanent: boolean): JobStand {
  const step = stepOf(shape, stand);
  if (step === undefined || stand.state === 'queued') return stand;
  const attempts = stand.attempts + 1;
  const again = !permanent && attempts < step.tries;
  if (stand.state === 'running') {
    if (stand.cancelledBy !== undefined) return giveUp(shape, stand, cancelFailure(stand.cancelledBy));
    return again ? { ...stand, attempts, failure } : giveUp(shape, stand, failure);
  }
  if (again) return { ...stand, attempts };
  const text = `${stand.failure?.text}; and what was begun could not be put back (${step.doing}): ${failure.text}`;
  return { ...stand, state: 'failed', failure: { code: 'undo_failed', text } };
}

function giveUp(shape: JobShape, stand: JobStand, failure: Failure): JobStand {
  const undoing: JobStand = { ...stand, state: 'undoing', step: 0, attempts: 0, failure };
  return shape.undo.length === 0 ? ended(undoing) : undoing;
}

/** All is put back. */
function ended(stand: JobStand): JobStand {
  return { ...stand, state: stand.failure?.code === CANCELLED ? 'cancelled' : 'failed' };
}

const CANCELLED = 'cancelled';
const cancelFailure = (who: string): Failure => ({ code: CANCELLED, text: `cancelled by ${who}` });
