import type { Clock } from '../rack/clock.ts';
import { stepOf } from '../rack/job.ts';
import { isPowered, type SlotState } from '../rack/slot-state.ts';
import type { ClientEventType, PassingEventType } from '../rack/tenancy/event-types.ts';
import type { Server } from '../rack/tenancy/server.ts';
import { type Boot, progressSentence, type Step } from '../rack/timeline.ts';
import { type SlotNumber, seconds } from '../rack/units.ts';
import type { EventData } from '../store/events.ts';
import type { JobRow } from '../store/jobs.ts';
import { BoardEvents } from './board-events.ts';
import type { JobMove } from './durable/runner.ts';
import type { RackState } from './rack-state.ts';

/** Told while it goes on, and kept nowhere. */
export interface PassingEvent {
  readonly kind: PassingEventType;
  readonly slot: SlotNumber;
  readonly tenant: string | null;
  readonly server: string | null;
  readonly text: string;
  readonly data: EventData;
}

export interface ClientEventParts {
  readonly state: RackState;
  readonly clock: Clock;
  /** Who has the slot now. */
  readonly owner: (slot: SlotNumber) => Pick<Server, 'tenant' | 'name'> | undefined;
  /** The newest recorded event of each slot, of those of some kinds. */
  readonly last: (kinds: readonly ClientEventType[]) => ReadonlyMap<SlotNumber, string>;
}

/** What was told of a slot last. */
interface Seen {
  readonly boot: Boot | undefined;
  readonly power: 'on' | 'off' | undefined;
  readonly reachable: boolean | undefined;
  readonly quarantined: boolean;
}

const POWER: Readonly<Record<string, 'on' | 'off'>> = { 'power.on': 'on', 'power.off': 'off' };
const REACHABLE: Readonly<Record<string, boolean>> = { 'health.reachable': true, 'health.unreachable': false };

const PASSING_EVERY = seconds(1);

/** Watches the rack, and makes of what changes what customers are told: never more than a board may cause. */
export class ClientEvents {
  readonly #parts: ClientEventParts;
  readonly #seen = new Map<SlotNumber, Seen>();
  readonly #limits = new BoardEvents();
  /** What was told in passing of each slot, and when. */
  readonly #passed = new Map<string, { readonly text: string; readonly at: number }>();
  readonly #listeners: ((event: PassingEvent) => void)[] = [];

  constructor(parts: ClientEventParts) {
    this.#parts = parts;
    const { state, last } = parts;
    const power = last(['power.on', 'power.off']);
    const health = last(['health.reachable', 'health.unreachable']);
    for (const slot of state.all()) {
      this.#seen.set(slot.slot, {
        ...seenOf(slot),
        power: POWER[power.get(slot.slot) ?? ''],
        reachable: REACHABLE[health.get(slot.slot) ?? ''],
      });
    }
    state.onChange((slot) => this.#look(state.get(slot)));
    state.onEnd((slot, outcome, cause) => {
      if (outcome !== 'stuck') return;
      const why = cause ?? 'no cause is known';
      this.#tell(slot, 'boot.stuck', `the boot stands still: ${why}`, { cause: why });
    });
  }

  /** Calls `listener` with what is told in passing. */
  onPassing(listener: (event: PassingEvent) => void): void {
    this.#listeners.push(listener);
  }

  /** To be called within the commit of a move. */
  jobMoved({ kind, job, before }: JobMove): void {
    const step = stepOf(kind, job);
    const type = typeOf(job, before);
    const of = (job.state === 'undoing' ? kind.undo : kind.steps).length;
    const at = step && { step: step.name, number: job.step + 1, of };
    const failure = job.failure && { code: job.failure.code, error: job.failure.text };
    const how = job.failure?.text ?? step?.doing;
    this.#parts.state.events.record({
      slot: job.slot,
      kind: type,
      text: `${kind.describe(job.parameters)}: ${JOB_WORDS[type]}${how === undefined ? '' : ` (${how})`}`,
      data: { task: job.id, kind: job.kind, ...at, ...failure },
    });
  }

  /** Where a job stands was told; here it is what its step says of itself. */
  jobSaid(job: JobRow): void {
    if (job.progress !== '') this.#pass(job.slot, 'job.progress', job.progress, { task: job.id, kind: job.kind });
  }

  #look(state: SlotState): void {
    const before = this.#seen.get(state.slot);
    const now = seenOf(state);
    if (before === undefined) return;
    // Not known for a while is no change.
    const kept = { power: now.power ?? before.power, reachable: now.reachable ?? before.reachable };
    this.#seen.set(state.slot, { ...now, ...kept });
    if (now.boot !== before.boot) this.#lookAtBoot(state.slot, now.boot, before.boot);
    if (now.power !== undefined && now.power !== before.power)
      this.#tell(state.slot, `power.${now.power}`, `the board ${now.power === 'on' ? 'gets' : 'has no'} power`);
    if (before.reachable === true && now.reachable === false)
      this.#tell(state.slot, 'health.unreachable', 'the server does not answer any more');
    if (before.reachable === false && now.reachable === true)
      this.#tell(state.slot, 'health.reachable', 'the server answers again');
    if (now.quarantined && !before.quarantined) {
      const cause = state.quarantine?.cause ?? '';
      this.#tell(state.slot, 'health.quarantined', `the board is left alone: ${cause}`, { cause });
    }
    if (before.quarantined && !now.quarantined) this.#tell(state.slot, 'health.released', 'the board is in use again');
  }

  #lookAtBoot(slot: SlotNumber, boot: Boot | undefined, before: Boot | undefined): void {
    if (boot === undefined) return;
    const isNew = boot.startedAt !== before?.startedAt;
    if (isNew) this.#tell(slot, 'boot.began', 'a boot has begun', { boot: began(boot) });
    const known = isNew ? 0 : before.steps.length;
    for (const step of boot.steps.slice(known)) this.#tellStep(slot, boot, step);
    const loading = boot.transfer !== undefined && boot.transfer !== before?.transfer;
    if (loading) this.#pass(slot, 'boot.progress', progressSentence(boot), { boot: began(boot) });
  }

  /** Without what was seen: that names ports of switches and files. */
  #tellStep(slot: SlotNumber, boot: Boot, { milestone, at }: Step): void {
    const after = Math.max(0, at - boot.startedAt) / 1000;
    const data = { boot: began(boot), seconds: after };
    const text = `${milestone} after ${after.toFixed(1)} s`;
    this.#tell(slot, 'boot.milestone', text, { ...data, milestone }, milestone);
    if (milestone === 'ssh_up') this.#tell(slot, 'boot.up', `the server is up after ${after.toFixed(1)} s`, data);
  }

  /** A hostile board may boot, or seem to, many times a second. */
  #tell(slot: SlotNumber, kind: ClientEventType, text: string, data: EventData = {}, which = ''): void {
    const { state, clock } = this.#parts;
    if (this.#limits.judge(slot, kind + which, clock.monotonic()) === 'quiet') return;
    state.tell({ slot, kind, text, data });
  }

  #pass(slot: SlotNumber, kind: PassingEventType, text: string, data: EventData): void {
    const at = this.#parts.clock.monotonic();
    const key = `${slot} ${kind}`;
    const last = this.#passed.get(key);
    if (last !== undefined && (last.text === text || at - last.at < PASSING_EVERY)) return;
    this.#passed.set(key, { text, at });
    const owner = this.#parts.owner(slot);
    const event = { kind, slot, tenant: owner?.tenant ?? null, server: owner?.name ?? null, text, data };
    for (const listener of this.#listeners) listener(event);
  }
}

/** What stands for a boot in all that is told of it: when it began, as times are in answers. */
const began = ({ startedAt }: Boot) => new Date(startedAt).toISOString();

function seenOf(state: SlotState): Seen {
  return {
    boot: state.boot,
    power: state.power === undefined ? undefined : isPowered(state) ? 'on' : 'off',
    reachable: state.reachable6,
    quarantined: state.quarantine !== undefined,
  };
}

const JOB_WORDS = Object.freeze({
  'job.queued': 'recorded',
  'job.began': 'begun',
  'job.step': 'next step',
  'job.undoing': 'being put back',
  'job.done': 'done',
  'job.failed': 'failed',
  'job.cancelled': 'cancelled',
});

function typeOf(job: JobRow, before: JobRow | undefined): keyof typeof JOB_WORDS {
  if (before === undefined) return 'job.queued';
  if (job.state !== 'running') return `job.${job.state}`;
  return before.state === 'queued' ? 'job.began' : 'job.step';
}
