/**
 * One action on many slots: a job for each, or what can be done at once. The group is on disk before any of it is begun,
 * and says of every slot what came of it.
 */
import type { Clock } from '../rack/clock.ts';
import type { Failure } from '../rack/job.ts';
import { formatRange } from '../rack/range.ts';
import type { Actor } from '../rack/tenancy/actor.ts';
import type { Millis, SlotNumber } from '../rack/units.ts';
import type { JobGroup, SlotResult } from '../store/job-groups.ts';
import type { Facts, JobRow } from '../store/jobs.ts';
import type { Store } from '../store/store.ts';
import { JobRefused } from './durable/kind.ts';
import type { JobRunner } from './durable/runner.ts';
import type { SlotCare } from './maintenance.ts';
import type { Servers } from './servers.ts';

export type GroupAction =
  | { readonly do: 'on' | 'off' | 'cycle' }
  | { readonly do: 'reboot'; readonly how: string }
  | { readonly do: 'reimage'; readonly image?: string | undefined }
  | { readonly do: 'maintenance'; readonly reason: string; readonly until?: Millis | undefined }
  | { readonly do: 'end_maintenance' };

export interface GroupRequest {
  readonly slots: readonly SlotNumber[];
  readonly action: GroupAction;
  readonly key: string | undefined;
  readonly by: Actor;
}

export type GroupMember =
  | { readonly slot: SlotNumber; readonly job: JobRow }
  | { readonly slot: SlotNumber; readonly done: true }
  | { readonly slot: SlotNumber; readonly refused: Failure };

export interface GroupParts {
  readonly store: Pick<Store, 'groups' | 'audit' | 'commit' | 'jobs'>;
  readonly jobs: Pick<JobRunner, 'ask' | 'get'>;
  readonly care: Pick<SlotCare, 'begin' | 'end' | 'expectToCome'>;
  readonly servers: Pick<Servers, 'of'>;
  readonly clock: Clock;
}

const NOT_BEGUN: Failure = { code: 'not_begun', text: 'the controller ended before it was begun: ask again' };
const keyOf = (id: number, slot: SlotNumber) => `group ${id} ${slot}`;

export class JobGroups {
  readonly #parts: GroupParts;

  constructor(parts: GroupParts) {
    this.#parts = parts;
  }

  /** Resolves when every job is recorded. The same key again is the same group, and what of it was not begun is begun. */
  async ask({ slots, action, key, by }: GroupRequest): Promise<JobGroup> {
    const { store, clock } = this.#parts;
    const unique = [...new Set(slots)].sort((one, other) => one - other);
    const known = key === undefined ? undefined : store.groups.byKey(key);
    if (known !== undefined && (known.action !== nameOf(action) || known.slots.join() !== unique.join()))
      throw new JobRefused('key_reused', `the key of this request was used for ${known.action} of other slots`);
    let id = known?.id;
    if (id === undefined) {
      // What is refused as a whole is no action.
      if (action.do === 'maintenance') this.#parts.care.expectToCome(action.until);
      await store.commit.write(() => {
        id = store.groups.add({ action: nameOf(action), slots: unique, who: by.who, key, createdAt: clock.now() });
        const target = `slots ${formatRange(new Set(unique))}`;
        store.audit.add(clock.now(), by, { action: `slots.${action.do}`, target, before: null, after: action });
      });
    }
    const group = store.groups.get(id as unknown as number) as JobGroup;
    const results = { ...group.results, ...(await this.#begin(group, action, by)) };
    await store.commit.write(() => store.groups.saveResults(group.id, results));
    return { ...group, results };
  }

  get(id: number): JobGroup | undefined {
    return this.#parts.store.groups.get(id);
  }

  newest(limit: number, before?: number): readonly JobGroup[] {
    return this.#parts.store.groups.newest(limit, before);
  }

  members(group: JobGroup): readonly GroupMember[] {
    const { store, jobs } = this.#parts;
    return group.slots.map((slot) => {
      const result = group.results[slot];
      if (result !== undefined) return { slot, ...result };
      const row = store.jobs.byKey(keyOf(group.id, slot));
      return row === undefined ? { slot, refused: NOT_BEGUN } : { slot, job: jobs.get(row.id) ?? row };
    });
  }

  /** Of the slots that get no job, what came of them. */
  async #begin(group: JobGroup, action: GroupAction, by: Actor): Promise<Record<string, SlotResult>> {
    const { care } = this.#parts;
    const todo = group.slots.filter((slot) => group.results[slot] === undefined);
    if (action.do === 'maintenance') await care.begin(todo, action.reason, action.until, by);
    else if (action.do === 'end_maintenance') await care.end(todo, by);
    else {
      const results = await Promise.all(todo.map((slot) => this.#job(group, slot, action, by)));
      return Object.fromEntries(results.flatMap((result, place) => (result ? [[todo[place], result]] : [])));
    }
    return Object.fromEntries(todo.map((slot) => [slot, { done: true }]));
  }

  async #job(
    { id }: JobGroup,
    slot: SlotNumber,
    action: Extract<GroupAction, { do: 'on' | 'off' | 'cycle' | 'reboot' | 'reimage' }>,
    by: Actor,
  ): Promise<SlotResult | undefined> {
    const { jobs, servers } = this.#parts;
    const server = servers.of(slot);
    if (action.do === 'reimage' && server?.protection.rebuild === true)
      return { refused: { code: 'protected', text: `${server.name} is protected against a fresh root` } };
    try {
      await jobs.ask({ ...jobOf(action), slot, who: by.who, key: keyOf(id, slot) });
      return undefined;
    } catch (cause) {
      if (cause instanceof JobRefused) return { refused: { code: cause.code, text: cause.message } };
      throw cause;
    }
  }
}

const nameOf = (action: GroupAction): string => (action.do === 'reboot' ? `${action.how} reboot` : action.do);

function jobOf(action: Extract<GroupAction, { do: 'on' | 'off' | 'cycle' | 'reboot' | 'reimage' }>): {
  readonly kind: string;
  readonly parameters: Facts;
} {
  switch (action.do) {
    case 'reboot':
      return { kind: 'reboot', parameters: { how: action.how } };
    case 'reimage':
      return { kind: 'reimage', parameters: action.image === undefined ? {} : { image: action.image } };
    default:
      return { kind: 'power', parameters: { action: action.do } };
  }
}
