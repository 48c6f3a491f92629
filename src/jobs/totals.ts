/** What has happened since this process began, in numbers: for counters that start anew with it, as Prometheus expects. */
import { isEnded, type JobState } from '../rack/job.ts';
import type { BootOutcome } from '../store/boots.ts';
import type { JobRow } from '../store/jobs.ts';

export type JobOutcome = Extract<JobState, 'done' | 'failed' | 'cancelled'>;

export interface TotalsView {
  readonly boots: Readonly<Record<BootOutcome, number>>;
  /** By kind of job. */
  readonly jobs: Readonly<Record<string, Readonly<Record<JobOutcome, number>>>>;
}

export interface TotalsSources {
  readonly state: { onOutcome(listener: (outcome: BootOutcome) => void): void };
  readonly jobs: { onChange(listener: (job: JobRow) => void): void };
  /** Kinds that there are: a series that comes only with its first job hides that one from a rate. */
  readonly kinds: readonly string[];
}

export class Totals {
  readonly #boots: Record<BootOutcome, number> = { up: 0, stuck: 0, restarted: 0, 'powered off': 0 };
  readonly #jobs = new Map<string, Record<JobOutcome, number>>();
  /** A job is told of again when its end was told. */
  readonly #counted = new WeakSet<JobRow>();
  readonly #listeners: (() => void)[] = [];

  constructor({ state, jobs, kinds }: TotalsSources) {
    for (const kind of kinds) this.#jobs.set(kind, { done: 0, failed: 0, cancelled: 0 });
    state.onOutcome((outcome) => {
      this.#boots[outcome]++;
      this.#changed();
    });
    jobs.onChange((job) => {
      const of = this.#jobs.get(job.kind);
      if (of === undefined || !isEnded(job.state) || this.#counted.has(job)) return;
      this.#counted.add(job);
      of[job.state as JobOutcome]++;
      this.#changed();
    });
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  view(): TotalsView {
    return {
      boots: { ...this.#boots },
      jobs: Object.fromEntries([...this.#jobs].map(([kind, counts]) => [kind, { ...counts }])),
    };
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}
