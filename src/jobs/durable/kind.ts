/** What a kind of job is: its steps as data with what each does, and how a request for one is understood. */
import type { StepShape } from '../../rack/job.ts';
import type { SlotNumber } from '../../rack/units.ts';
import type { Facts, JobRow } from '../../store/jobs.ts';

export interface StepTools {
  readonly job: JobRow;
  /** Aborted when the job is cancelled and when this process ends: who waits stops waiting. */
  readonly signal: AbortSignal;
  /** Says how the step goes, in a few words. */
  note(text: string): void;
}

export interface JobStep extends StepShape {
  /**
   * Does the step. It may have been done before, wholly or in part, by a process that ended: it goes on from there. What
   * it resolves with is known to later steps, recorded in one commit with the step's end.
   */
  readonly act: (tools: StepTools) => Promise<Facts | undefined>;
  /** `work` takes one of the places for jobs that load this machine; `wait` only waits for something. */
  readonly load: 'work' | 'wait';
}

export interface Outcome {
  /** A short stable word: `soft`, `hard`. */
  readonly how: string;
  /** What happened and why, for people. */
  readonly text: string;
}

export interface JobKind {
  readonly name: string;
  readonly steps: readonly JobStep[];
  readonly undo: readonly JobStep[];
  /** Understands a request, names exactly what it means, or refuses it with JobRefused before anything is recorded. */
  readonly accept: (slot: SlotNumber, parameters: unknown) => Promise<Facts>;
  /** Called when a process takes the job up again, before anything else is begun. */
  readonly resumed?: (job: JobRow) => void;
  /** Called when it has ended, however. */
  readonly ended?: (job: JobRow) => void;
  /** What the job is to do, in a few words and without secrets. */
  readonly describe: (parameters: Facts) => string;
  /** Which of several ways it went, as far as that is certain; left out: there is one way. */
  readonly outcome?: (job: JobRow) => Outcome | undefined;
}

/** A request that makes no job: what was wrong, and what was expected. */
export class JobRefused extends Error {
  override readonly name = 'JobRefused';
  readonly code: string;

  constructor(code: string, text: string, cause?: unknown) {
    super(text, { cause });
    this.code = code;
  }
}

/** A step that cannot be done. `permanent`: trying again would change nothing. */
export class StepFailed extends Error {
  override readonly name = 'StepFailed';
  readonly code: string;
  readonly permanent: boolean;

  constructor(code: string, text: string, options: { readonly permanent?: boolean; readonly cause?: unknown } = {}) {
    super(text, { cause: options.cause });
    this.code = code;
    this.permanent = options.permanent ?? false;
  }
}
