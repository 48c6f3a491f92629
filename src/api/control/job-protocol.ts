/** What goes over the controller's socket about jobs. The same shapes are what `--json` prints. */
import type { Failure, JobState } from '../../rack/job.ts';

export interface JobView {
  readonly id: number;
  /** `reimage`, `undo`, `rescue`. */
  readonly kind: string;
  readonly slot: number;
  /** What it is to do, in a few words. */
  readonly what: string;
  readonly who: string;
  readonly state: JobState;
  /** The present step, counted from 1; null when the job has ended. */
  readonly step: { readonly number: number; readonly of: number; readonly name: string; readonly doing: string } | null;
  /** Tries of this step that failed. */
  readonly attempts: number;
  /** The newest word on the step. */
  readonly progress: string;
  /** Why it failed or is being put back, or what its last try failed for. */
  readonly error: Failure | null;
  /** Which of several ways it went and why, once that is certain: of a reboot `soft` or `hard`. */
  readonly outcome: { readonly how: string; readonly text: string } | null;
  /** It can be cancelled now. */
  readonly cancellable: boolean;
  /** Milliseconds since the Unix epoch. */
  readonly createdAt: number;
  readonly updatedAt: number;
}

export interface JobRequestBody {
  readonly kind: string;
  readonly slots: readonly number[];
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly who: string;
  /** Chosen by who asks: the same key again is the same request, and makes no second job. */
  readonly key?: string;
}

export type JobAsked =
  | { readonly slot: number; readonly job: JobView }
  | { readonly slot: number; readonly refused: Failure };
