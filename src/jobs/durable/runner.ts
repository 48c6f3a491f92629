/**
 * Runs durable jobs: a job is a row before it is begun, a step is recorded as done before the next, and what a process
 * left unfinished the next one takes up at that step. A slot has one job at a time.
 */
import type { Logger } from 'pino';
import { type Clock, sleep } from '../../rack/clock.ts';
import { advanceJob, cancelRefusal, isEnded, type JobEvent, QUEUED, stepOf } from '../../rack/job.ts';
import { type Millis, millis, type SlotNumber } from '../../rack/units.ts';
import type { Facts, JobRow, JobTable, NewJob } from '../../store/jobs.ts';
import { type JobKind, JobRefused, type JobStep, StepFailed } from './kind.ts';
import { Places } from './places.ts';
import { subjectOf } from './rack-jobs.ts';

export interface JobRunnerParts {
  readonly table: JobTable;
  /** Runs a write in the next commit; resolves when it is on disk. */
  readonly write: (write: () => void) => Promise<void>;
  readonly kinds: readonly JobKind[];
  readonly clock: Clock;
  readonly log: Logger;
  /** Steps at a time that load this machine. */
  readonly places: number;
  readonly event: (slot: SlotNumber, kind: string, text: string) => void;
  /** Called within the commit that records where a job stands, where that is news. */
  readonly moved?: ((move: JobMove) => void) | undefined;
  /** What is wanted and cannot be recorded may not be acted on. */
  readonly fatal: (what: string, cause: unknown) => void;
}

export interface JobMove {
  readonly kind: JobKind;
  readonly job: JobRow;
  /** Undefined: it is new. */
  readonly before: JobRow | undefined;
}

export interface JobRequest extends Omit<NewJob, 'parameters'> {
  readonly parameters: unknown;
  /** Written in the commit that records the job, and only if it records a new one. */
  readonly alongside?: (job: number) => void;
}

/** The row is the truth; this is what of it is in work here. */
interface Live {
  job: JobRow;
  readonly kind: JobKind;
  abort: AbortController;
  /** Its end is on disk: it may still wait for a place, and does nothing there. */
  ended: boolean;
}

const LONGEST_PAUSE = 30_000;

/** Between two tries of a step. */
export const retryPause = (failed: number): Millis => millis(Math.min(LONGEST_PAUSE, 500 * 2 ** failed));

export class JobRunner {
  readonly #parts: JobRunnerParts;
  readonly #kinds: ReadonlyMap<string, JobKind>;
  readonly #places: Places;
  readonly #live = new Map<number, Live>();
  readonly #listeners: ((job: JobRow) => void)[] = [];
  #stopped = false;

  constructor(parts: JobRunnerParts) {
    this.#parts = parts;
    this.#kinds = new Map(parts.kinds.map((kind) => [kind.name, kind]));
    this.#places = new Places(parts.places);
  }

  /** Calls `listener` with a job whenever where it stands has been recorded. */
  onChange(listener: (job: JobRow) => void): void {
    this.#listeners.push(listener);
  }

  /** Records a job and begins it. Throws JobRefused: no such kind, parameters that cannot be, a slot that has one. */
  async ask(request: JobRequest): Promise<JobRow> {
    const kind = this.#kinds.get(request.kind);
    if (kind === undefined) {
      throw new JobRefused('no_kind', `no job ${request.kind}: expected ${[...this.#kinds.keys()].join(', ')}`);
    }
    this.#refuseBusy(request);
    const parameters = await kind.accept(request.slot, request.parameters);
    let id = 0;
    let known = false;
    await this.#parts.write(() => {
      const before = this.#refuseBusy(request);
      known = before !== undefined;
      if (before !== undefined) {
        id = before.id;
        return;
      }
      id = this.#parts.table.add({ ...request, parameters }, QUEUED, this.#parts.clock.now());
      request.alongside?.(id);
      this.#parts.moved?.({ kind, job: this.#parts.table.get(id) as JobRow, before: undefined });
    });
    const job = this.#parts.table.get(id) as JobRow;
    if (!known) this.#begin(job, kind);
    return job;
  }

  /** Takes up what an earlier process left. */
  resume(): void {
    for (const job of this.#parts.table.active()) {
      const kind = this.#kinds.get(job.kind);
      if (kind !== undefined) {
        kind.resumed?.(job);
        this.#begin(job, kind);
      } else this.#parts.log.error({ job: job.id, kind: job.kind }, 'a job of a kind that this pirack does not know');
    }
  }

  /** Nothing more is begun or recorded; the rows say where to go on. */
  stop(): void {
    this.#stopped = true;
    for (const live of this.#live.values()) live.abort.abort(new Error('the controller stops'));
  }

  /** Has a job put back what it did. Throws JobRefused when it is past that. */
  async cancel(id: number, who: string): Promise<JobRow> {
    const live = this.#live.get(id);
    const job = live?.job ?? this.#parts.table.get(id);
    if (job === undefined) throw new JobRefused('no_job', `no job ${id}: it is not known, or was long ago`);
    const refusal = live === undefined ? `it has ended already (${job.state})` : cancelRefusal(live.kind, job);
    if (refusal !== undefined || live === undefined) throw new JobRefused('too_late', `job ${id}: ${refusal}`);
    await this.#record(live, { kind: 'cancel', who });
    live.abort.abort(new Error(`cancelled by ${who}`));
    return live.job;
  }

  get(id: number): JobRow | undefined {
    return this.#live.get(id)?.job ?? this.#parts.table.get(id);
  }

  activeOf(slot: SlotNumber): JobRow | undefined {
    return [...this.#live.values()].find(({ job, ended }) => job.slot === slot && !ended)?.job;
  }

  /** The newest jobs, newest first. */
  list(limit: number, slot?: SlotNumber): readonly JobRow[] {
    return this.#parts.table.newest(limit, slot).map((row) => this.#live.get(row.id)?.job ?? row);
  }

  kindOf(job: JobRow): JobKind | undefined {
    return this.#kinds.get(job.kind);
  }

  /** The job that the same request made before, if it did. */
  #refuseBusy({ key, kind, slot }: JobRequest): JobRow | undefined {
    const same = key === undefined ? undefined : this.#parts.table.byKey(key);
    if (same !== undefined) {
      if (same.kind === kind && same.slot === slot) return same;
      throw new JobRefused(
        'key_reused',
        `the key of this request made job ${same.id} (${same.kind} of ${subjectOf(same.slot)})`,
      );
    }
    const busy = this.#parts.table.activeOf(slot);
    if (busy === undefined) return undefined;
    const doing = stepOf(this.#kinds.get(busy.kind) ?? NO_STEPS, busy)?.doing ?? busy.state;
    throw new JobRefused('busy', `${subjectOf(slot)} has job ${busy.id} (${busy.kind}, ${doing}): one at a time`);
  }

  #begin(job: JobRow, kind: JobKind): void {
    if (this.#stopped || this.#live.has(job.id)) return;
    const live: Live = { job, kind, abort: new AbortController(), ended: false };
    this.#live.set(job.id, live);
    this.#drive(live)
      .catch((cause: unknown) => {
        if (!this.#stopped) this.#parts.fatal(`job ${job.id} cannot be recorded`, cause);
      })
      .finally(() => this.#live.delete(job.id));
  }

  async #drive(live: Live): Promise<void> {
    while (!this.#stopped && !isEnded(live.job.state)) {
      const step = stepOf(live.kind, live.job) as JobStep;
      const event = await this.#step(live, step);
      if (this.#stopped || isEnded(live.job.state)) break;
      const { attempts } = live.job;
      await this.#record(live, event.event, event.facts);
      if (live.job.attempts > attempts) await this.#rest(live, retryPause(attempts));
    }
  }

  /** Does a step; what came of it is not recorded yet. */
  async #step(live: Live, step: JobStep): Promise<{ readonly event: JobEvent; readonly facts?: Facts | undefined }> {
    if (step.load === 'work') await this.#places.take();
    try {
      if (live.job.state === 'queued') await this.#record(live, { kind: 'started' });
      // Cancelled while it waited for its turn.
      if (this.#stopped || isEnded(live.job.state)) return { event: { kind: 'started' } };
      const cancelled = live.job.state === 'running' && live.job.cancelledBy !== undefined;
      if (cancelled) return { event: failed(new Error('cancelled')) };
      if (live.job.state === 'undoing' && live.abort.signal.aborted) live.abort = new AbortController();
      const note = (text: string) => this.#note(live, text);
      const facts = await step.act({ job: live.job, signal: live.abort.signal, note });
      return { event: { kind: 'step_done' }, facts };
    } catch (cause) {
      if (!this.#stopped) {
        const { id, slot, kind } = live.job;
        this.#parts.log.warn({ err: cause, job: id, slot, kind, step: step.name }, 'a step of a job failed');
      }
      return { event: failed(cause) };
    } finally {
      if (step.load === 'work') this.#places.give();
    }
  }

  async #record(live: Live, event: JobEvent, facts?: Facts): Promise<void> {
    const { table, write, clock } = this.#parts;
    const before = live.job;
    const stand = advanceJob(live.kind, before, event);
    const moved = stand.step !== before.step || stand.state !== before.state;
    const progress = moved ? '' : before.progress;
    live.job = { ...before, ...stand, progress, facts: { ...before.facts, ...facts }, updatedAt: clock.now() };
    const job = live.job;
    await write(() => {
      table.save(job, job.updatedAt);
      if (moved) this.#parts.moved?.({ kind: live.kind, job, before });
    });
    live.ended = isEnded(job.state);
    if (live.ended && !isEnded(before.state)) {
      this.#tellEnd(live.kind, job);
      live.kind.ended?.(job);
    }
    for (const listener of this.#listeners) listener(job);
  }

  #note(live: Live, text: string): void {
    if (live.job.progress === text) return;
    live.job = { ...live.job, progress: text };
    for (const listener of this.#listeners) listener(live.job);
  }

  /** A pause that a cancel ends, as the end of this process does. */
  async #rest(live: Live, pause: Millis): Promise<void> {
    const { signal } = live.abort;
    if (signal.aborted) return;
    await Promise.race([
      sleep(this.#parts.clock, pause),
      new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true })),
    ]);
  }

  #tellEnd(kind: JobKind, job: JobRow): void {
    const what = `job ${job.id} (${kind.describe(job.parameters)}, asked for by ${job.who})`;
    const how =
      job.state === 'done' ? 'is done' : `${job.state === 'failed' ? 'failed' : 'was cancelled'}: ${job.failure?.text}`;
    this.#parts.event(job.slot, `job_${job.state}`, `${subjectOf(job.slot)}: ${what} ${how}`);
  }
}

const NO_STEPS = { steps: [], undo: [] };

function failed(cause: unknown): JobEvent {
  const text = cause instanceof Error ? cause.message : String(cause);
  if (cause instanceof StepFailed) {
    return { kind: 'step_failed', failure: { code: cause.code, text }, permanent: cause.permanent };
  }
  return { kind: 'step_failed', failure: { code: 'failed', text }, permanent: false };
}
