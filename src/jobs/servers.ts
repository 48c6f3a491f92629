import type { Clock } from '../rack/clock.ts';
import { isEnded } from '../rack/job.ts';
import type { Plan } from '../rack/plan.ts';
import type { Actor } from '../rack/tenancy/actor.ts';
import { keyLines } from '../rack/tenancy/authorized-keys.ts';
import type { Server } from '../rack/tenancy/server.ts';
import type { ServerName } from '../rack/tenancy/server-name.ts';
import { type Bytes, bytes, type SlotNumber } from '../rack/units.ts';
import type { Wishes } from '../roots/personalise/wishes.ts';
import type { JobRow } from '../store/jobs.ts';
import type { Store } from '../store/store.ts';
import { Allocation, type FreeSlot, type Wanted } from './allocation.ts';
import type { JobMove, JobRequest } from './durable/runner.ts';
import type { RackState } from './rack-state.ts';
import { rootRecordOf } from './root-record.ts';
import { changed, type ServerChange, TOLD, withoutSecrets } from './server-changes.ts';
import type { Tenancy } from './tenancy.ts';
import { TenancyError } from './tenancy-error.ts';

/** What of the durable jobs is needed here. */
export interface ServerJobs {
  ask(request: JobRequest): Promise<JobRow>;
  get(id: number): JobRow | undefined;
  activeOf(slot: SlotNumber): JobRow | undefined;
  onChange(listener: (job: JobRow) => void): void;
}

export interface ServersParts {
  readonly plan: Plan;
  readonly store: Store;
  readonly state: RackState;
  readonly tenancy: Tenancy;
  readonly jobs: ServerJobs;
  readonly clock: Clock;
  readonly random: () => number;
  /** What became of a server and cannot be recorded may not be acted on. */
  readonly fatal: (what: string, cause: unknown) => void;
}

export interface CreateRequest extends Wanted {
  readonly disk: number;
  /** Undefined: the image that the slot has by the rack file. */
  readonly image: string | undefined;
  readonly keys: string;
  readonly userData: string | undefined;
  readonly tags: Readonly<Record<string, string>>;
  /** The same key again is the same request: it makes no second server. */
  readonly requestKey: string | undefined;
}

/**
 * Servers: which slot belongs to whom, under which name. A board, its address and its port are allocated and on disk
 * before a request is answered; the work on it is a durable job recorded in the same commit.
 */
export class Servers {
  readonly #parts: ServersParts;
  readonly #servers = new Map<ServerName, Server>();
  readonly allocation: Allocation;
  /** Who waits for the end of a job, by its id. */
  readonly #ends = new Map<number, (job: JobRow) => void>();
  readonly #listeners: ((name: ServerName) => void)[] = [];

  constructor(parts: ServersParts) {
    this.#parts = parts;
    this.allocation = new Allocation({ ...parts, servers: this.#servers });
    for (const server of parts.store.servers.all()) this.#servers.set(server.name, server);
    parts.jobs.onChange((job) => this.#onJob(job));
  }

  /** Takes up what ended while nobody looked: call once, before requests come. */
  async start(): Promise<void> {
    const waiting = this.all().filter((server) => server.liveAt === undefined && server.failure === undefined);
    await Promise.all(
      waiting.map((server) => {
        const job = this.#parts.jobs.get(server.task);
        return job === undefined ? undefined : this.#settle(server, job);
      }),
    );
  }

  /** Calls `listener` with the name of each server of which something is new. */
  onChange(listener: (name: ServerName) => void): void {
    this.#listeners.push(listener);
  }

  all(): readonly Server[] {
    return [...this.#servers.values()];
  }

  get(name: ServerName): Server {
    const server = this.#servers.get(name);
    if (server === undefined) throw new TenancyError('unknown', `no server ${name}`);
    return server;
  }

  of(slot: SlotNumber): Server | undefined {
    return this.all().find((server) => server.slot === slot);
  }

  /** What every root of the slot gets of its customer. */
  personal(slot: SlotNumber): Pick<Wishes, 'authorizedKeys' | 'userData'> {
    const server = this.of(slot);
    if (server === undefined) return {};
    return {
      authorizedKeys: keyLines(server.keys),
      ...(server.userData === undefined ? {} : { userData: server.userData }),
    };
  }

  /** What the customer of the slot has ordered; undefined: nobody has it. */
  orderedDisk(slot: SlotNumber): Bytes | undefined {
    const server = this.of(slot);
    return server && bytes(server.disk * 1e9);
  }

  /** Whether the server is ready and nothing is being done to it. */
  isLive(server: Server): boolean {
    return server.liveAt !== undefined && this.#parts.jobs.activeOf(server.slot) === undefined;
  }

  async create(request: CreateRequest, by: Actor): Promise<Server> {
    const before = this.#ofRequest(request.requestKey);
    if (before !== undefined) return before;
    const claim = this.allocation.claim(request);
    try {
      return await this.#make({ ...request, name: claim.name }, claim, by);
    } finally {
      claim.release();
    }
  }

  /** The name is free when this resolves; the board is switched off and wiped behind it. */
  async remove(name: ServerName, by: Actor, requestKey?: string): Promise<void> {
    // Another server may have the name by now.
    if (requestKey !== undefined && this.#parts.store.jobs.byKey(requestKey)?.kind === 'release') return;
    const server = this.get(name);
    if (server.protection.delete)
      throw new TenancyError('protected', `${name} is protected against deletion: take that away first`);
    this.expectIdle(server);
    const { store, clock, jobs, state } = this.#parts;
    await jobs.ask({
      kind: 'release',
      slot: server.slot,
      who: by.who,
      parameters: {},
      key: requestKey,
      alongside: () => {
        // While the slot is still the customer's.
        state.events.record({ slot: server.slot, kind: 'server.deleted', text: `${name} was deleted` });
        store.servers.remove(name);
        store.audit.add(clock.now(), by, {
          action: 'server.delete',
          target: name,
          before: withoutSecrets(server),
          after: null,
        });
      },
    });
    this.#servers.delete(name);
    this.tell(name);
  }

  /** Replaces the keys. They are on the server's disk when this resolves. */
  async setKeys(name: ServerName, keys: string, by: Actor): Promise<Server> {
    const server = this.get(name);
    this.expectIdle(server);
    let next = server;
    const job = await this.#parts.jobs.ask({
      kind: 'keys',
      slot: server.slot,
      who: by.who,
      parameters: {},
      key: undefined,
      // In the commit, so that the job finds them.
      alongside: () => {
        const before = this.get(name);
        next = { ...before, keys };
        this.#record(next, before, 'server.keys', by);
        this.#servers.set(name, next);
      },
    });
    const ended = await this.#end(job);
    this.tell(name);
    if (ended.state === 'done') return next;
    throw new TenancyError('not_done', `the keys are recorded, and are not on the server: ${ended.failure?.text}`);
  }

  async change(name: ServerName, change: ServerChange, by: Actor): Promise<Server> {
    let next: Server | undefined;
    // Inside the commit what is there is what the change is made to: two changes at once are both kept.
    await this.#parts.store.commit.write(() => {
      next = this.changeWithin(name, change, by);
    });
    this.tell(name);
    return next ?? this.get(name);
  }

  /** As `change`, within a write of somebody else's. */
  changeWithin(name: ServerName, change: ServerChange, by: Actor): Server {
    const server = this.get(name);
    const next = changed(server, change);
    this.#record(next, server, 'server.change', by);
    this.#servers.set(name, next);
    return next;
  }

  auditWithin(name: ServerName, action: string, after: Readonly<Record<string, unknown>>, by: Actor): void {
    const { store, clock } = this.#parts;
    const { image } = this.get(name);
    store.audit.add(clock.now(), by, { action, target: name, before: { image }, after });
  }

  /** A root that was replaced is in the record with the commit that says so. */
  jobMoved({ job, before }: Pick<JobMove, 'job' | 'before'>): void {
    if (job.state !== 'done' || before?.state === 'done') return;
    const record = rootRecordOf(job);
    const server = this.of(job.slot);
    if (record === undefined || server === undefined || job.id <= server.task) return;
    const next = { ...server, ...record.after };
    this.#parts.store.servers.save(next);
    this.#servers.set(next.name, next);
  }

  async #make(
    request: CreateRequest & { readonly name: ServerName },
    { slot, spec }: FreeSlot,
    by: Actor,
  ): Promise<Server> {
    const { plan, clock, jobs } = this.#parts;
    const image = request.image ?? plan.slots.find((each) => each.slot === slot)?.image;
    if (image === undefined) throw new TenancyError('invalid', 'expected an image: this board has none of its own');
    let server: Server | undefined;
    const asked = jobs.ask({
      kind: 'provision',
      slot,
      who: by.who,
      parameters: { image },
      key: request.requestKey,
      alongside: (task) => {
        server = {
          name: request.name,
          slot,
          tenant: request.tenant,
          spec,
          disk: request.disk,
          image,
          keys: request.keys,
          userData: request.userData,
          tags: request.tags,
          protection: { delete: false, rebuild: false },
          createdAt: clock.now(),
          slotSince: clock.now(),
          task,
          liveAt: undefined,
          failure: undefined,
        };
        this.#record(server, null, 'server.create', by);
        // In the commit, so that whoever personalises the clone finds its keys from the first moment on.
        this.#servers.set(server.name, server);
      },
    });
    const job = await asked.catch((cause: unknown) => {
      if (server !== undefined) this.#servers.delete(server.name);
      throw cause;
    });
    const made = server ?? this.#ofTask(job.id);
    if (made === undefined) throw new TenancyError('name_taken', 'the server of this request was deleted again');
    this.tell(made.name);
    return made;
  }

  /** Called within a commit: from now on this is what is known of the server. */
  put(next: Server, before: Server, action: 'server.move', by: Actor): void {
    this.#record(next, before, action, by);
    this.#servers.set(next.name, next);
    this.#parts.store.commit.afterwards(() => this.tell(next.name));
  }

  /** Called within a commit: another job makes the server ready. */
  retask(name: ServerName, task: number): void {
    const next = { ...this.get(name), task };
    this.#parts.store.servers.save(next);
    this.#servers.set(name, next);
    this.#parts.store.commit.afterwards(() => this.tell(name));
  }

  #record(next: Server, before: Server | null, action: keyof typeof TOLD, by: Actor): void {
    const { store, clock, state } = this.#parts;
    store.servers.save(next);
    store.audit.add(clock.now(), by, {
      action,
      target: next.name,
      before: before && withoutSecrets(before),
      after: withoutSecrets(next),
    });
    const { kind, text } = TOLD[action];
    state.events.record({ slot: next.slot, kind, text: `${next.name} ${text}` });
  }

  /** Throws not_live: something is being done to it. */
  expectIdle(server: Server): void {
    const job = this.#parts.jobs.activeOf(server.slot);
    if (job !== undefined) throw new TenancyError('not_live', `${server.name} is being worked on (${job.kind})`);
    if (server.liveAt === undefined && server.failure === undefined)
      throw new TenancyError('not_live', `${server.name} is still being provisioned`);
  }

  #ofRequest(key: string | undefined): Server | undefined {
    const job = key === undefined ? undefined : this.#parts.store.jobs.byKey(key);
    return job && this.#ofTask(job.id);
  }

  #ofTask(task: number): Server | undefined {
    return this.all().find((server) => server.task === task);
  }

  /** Resolves with the job when it has ended. */
  #end(job: JobRow): Promise<JobRow> {
    const now = this.#parts.jobs.get(job.id);
    if (now !== undefined && isEnded(now.state)) return Promise.resolve(now);
    return new Promise((resolve) => this.#ends.set(job.id, resolve));
  }

  #onJob(job: JobRow): void {
    if (isEnded(job.state)) {
      this.#ends.get(job.id)?.(job);
      this.#ends.delete(job.id);
    }
    const server = job.kind === 'provision' ? this.#ofTask(job.id) : this.of(job.slot);
    if (server === undefined) return;
    this.#settle(server, job)
      .then(() => this.tell(server.name))
      .catch((cause: unknown) => this.#parts.fatal('what became of a server cannot be recorded', cause));
  }

  /** What the end of its provisioning makes of a server. A state that cannot be written is told by the store itself. */
  async #settle(server: Server, job: JobRow): Promise<void> {
    // A server that is moving has the release of the board that it had for its task, until the other one is provisioned.
    if (job.id !== server.task || job.kind === 'release' || server.liveAt !== undefined) return;
    const { store, clock, state } = this.#parts;
    const ended =
      job.state === 'done'
        ? { liveAt: clock.now() }
        : job.state === 'failed' || job.state === 'cancelled'
          ? { failure: job.failure?.text ?? job.state }
          : undefined;
    if (ended === undefined) return;
    const next = { ...server, ...ended };
    this.#servers.set(server.name, next);
    await store.commit.write(() => {
      store.servers.save(next);
      const { slot, name, failure } = next;
      if (failure === undefined) state.events.record({ slot, kind: 'server.live', text: `${name} is ready` });
      else state.events.record({ slot, kind: 'server.failed', text: `${name} will not become ready: ${failure}` });
    });
  }

  /** Something of the server is new. */
  tell(name: ServerName): void {
    for (const listener of this.#listeners) listener(name);
  }
}
