import { mkdtempSync, rmSync } from 'node:fs';
import type { Server as HttpServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { Api, type ApiOptions } from '../../../src/api/api.ts';
import { slotBootsView } from '../../../src/api/control/boot-views.ts';
import { ControlClient } from '../../../src/api/control/client.ts';
import { eventTarget } from '../../../src/api/control/event-target.ts';
import { Feed } from '../../../src/api/control/feed.ts';
import { jobTarget } from '../../../src/api/control/job-target.ts';
import { seriesTarget } from '../../../src/api/control/series-target.ts';
import { type ControlTarget, type IntendRequest, serveControl } from '../../../src/api/control/server.ts';
import { staffTarget } from '../../../src/api/control/staff-target.ts';
import { findTasks, slotsOf } from '../../../src/api/control/task-routes.ts';
import { boardView, feedSources, type ViewSources } from '../../../src/api/control/views.ts';
import { ownNetworks } from '../../../src/api/webhooks/own-networks.ts';
import { Assignments } from '../../../src/jobs/assignments.ts';
import { BootHistory } from '../../../src/jobs/boot-history.ts';
import { ClientEvents } from '../../../src/jobs/client-events.ts';
import { JobRunner } from '../../../src/jobs/durable/runner.ts';
import { JobGroups } from '../../../src/jobs/groups.ts';
import { SlotCare } from '../../../src/jobs/maintenance.ts';
import type { PowerAction } from '../../../src/jobs/power.ts';
import { intendPower } from '../../../src/jobs/power-requests.ts';
import { RackState } from '../../../src/jobs/rack-state.ts';
import { ServerTasks } from '../../../src/jobs/server-tasks.ts';
import { Servers } from '../../../src/jobs/servers.ts';
import type { StorageView } from '../../../src/jobs/storage/storage-watch.ts';
import { Tenancy } from '../../../src/jobs/tenancy.ts';
import { Totals } from '../../../src/jobs/totals.ts';
import { realClock } from '../../../src/net/real-clock.ts';
import { stepOf } from '../../../src/rack/job.ts';
import type { Plan } from '../../../src/rack/plan.ts';
import { DELIVERING } from '../../../src/rack/slot-state.ts';
import { isOfRack, type Scope } from '../../../src/rack/tenancy/scope.ts';
import type { ServerName } from '../../../src/rack/tenancy/server-name.ts';
import { type Millis, millis, type SlotNumber, slotNumber, watts } from '../../../src/rack/units.ts';
import type { Usage } from '../../../src/roots/quotas/quota.ts';
import { Store } from '../../../src/store/store.ts';
import type { Mac } from '../../../src/wire/address.ts';
import { makePlan } from '../../support/plan.ts';
import { EventClient } from './event-client.ts';
import { Gate, jobKinds } from './job-kinds.ts';
import { type RawAnswer, RawConnection, type RawRequest } from './raw-http.ts';
import { SWITCHES } from './switches.ts';

export interface TestKey {
  readonly id: string;
  readonly basic: string;
}

const by = { who: 'test', address: undefined, tenant: undefined };
const log = pino({ level: process.env.PIRACK_TEST_LOG ?? 'silent' });

/**
 * The real API on a real socket, over the real control socket, with the rack's state, jobs, tenants and servers as they
 * are; only boards and switches are made of what the test says.
 */
export class ApiRack {
  readonly directory: string;
  readonly plan: Plan;
  readonly installing = new Gate();
  readonly booting = new Gate();
  /** What holds up the recording of power. */
  readonly recording = new Gate();
  readonly intended: IntendRequest[] = [];
  storage: StorageView = { fileSystems: [], databases: [], conditions: [] };
  /** What is known of the roots' disks. */
  readonly disks = new Map<SlotNumber, Usage>();
  store!: Store;
  state!: RackState;
  tenancy!: Tenancy;
  jobs!: JobRunner;
  servers!: Servers;
  care!: SlotCare;
  assignments!: Assignments;
  groups!: JobGroups;
  #from!: ViewSources;
  api!: Api;
  #feed!: Feed;
  #control!: HttpServer;
  #connections: RawConnection[] = [];
  #streams: EventClient[] = [];
  readonly #options: Partial<ApiOptions>;

  private constructor(
    slots: number,
    options: Partial<ApiOptions>,
    directory = mkdtempSync(join(tmpdir(), 'pirack-api-')),
  ) {
    this.directory = directory;
    this.plan = makePlan(slots);
    this.#options = options;
  }

  /** A rack of boards that are up: odd slots hold a 3B, even ones a Pi 4 of 4 GB. */
  static async start(slots = 6, options: Partial<ApiOptions> = {}): Promise<ApiRack> {
    const rack = new ApiRack(slots, options);
    await rack.startController();
    for (const { slot } of rack.plan.slots) rack.boardUp(slot);
    await rack.startApi();
    return rack;
  }

  /** Without an API, over the state that is in a directory: for a process that is killed. */
  static async controller(directory: string, slots: number): Promise<ApiRack> {
    const rack = new ApiRack(slots, {}, directory);
    await rack.startController();
    for (const { slot } of rack.plan.slots) rack.boardUp(slot);
    return rack;
  }

  async startController(): Promise<void> {
    this.store = new Store(this.directory);
    const { store, plan } = this;
    this.state = new RackState(plan, store, realClock, log, (what, cause) => log.error({ err: cause }, what));
    this.tenancy = new Tenancy(store, realClock);
    this.care = new SlotCare({ store, state: this.state, clock: realClock });
    const kinds = jobKinds(this.installing, this.booting);
    this.jobs = new JobRunner({
      table: store.jobs,
      write: (write) => store.commit.write(write),
      kinds,
      clock: realClock,
      log,
      places: 4,
      event: (slot, kind, text) => this.state.event(slot, kind, text),
      moved: (move) => {
        this.servers.jobMoved(move);
        clientEvents.jobMoved(move);
      },
      fatal: (what, cause) => log.error({ err: cause }, what),
    });
    const { state, tenancy, jobs } = this;
    const clientEvents = new ClientEvents({
      state,
      clock: realClock,
      owner: (slot) => this.servers.of(slot),
      last: (kinds) => store.events.lastOf(kinds),
    });
    jobs.onChange((job) => clientEvents.jobSaid(job));
    this.servers = new Servers({
      plan,
      store,
      state,
      tenancy,
      jobs,
      clock: realClock,
      random: Math.random,
      fatal: (what, cause) => log.error({ err: cause }, what),
    });
    const { care, servers } = this;
    const totals = new Totals({ state, jobs, kinds: kinds.map(({ name }) => name) });
    this.assignments = new Assignments({ servers, jobs, clock: realClock });
    this.groups = new JobGroups({ store, jobs, care, servers, clock: realClock });
    await this.servers.start();
    await this.assignments.start();
    const work = {
      activeOf: (slot: Parameters<JobRunner['activeOf']>[0]) => jobs.activeOf(slot),
      stepOf: (job: Parameters<JobRunner['kindOf']>[0]) =>
        stepOf(jobs.kindOf(job) ?? { steps: [], undo: [] }, job)?.name,
      usageOf: (slot: SlotNumber) => this.disks.get(slot),
    };
    const history = new BootHistory(plan, state, []);
    const from = { plan, state, store, history, care, totals, startedAt: millis(0), troubles: () => [] };
    this.#from = from;
    this.#feed = new Feed(
      feedSources(from, { tenancy, servers: this.servers, work, storage: () => this.storage }),
      realClock,
    );
    state.onChange((slot) => this.#feed.slotChanged(slot));
    state.events.onEvent((event) => this.#feed.happened(event));
    clientEvents.onPassing((event) => this.#feed.passed(event));
    this.servers.onChange((name) => this.#feed.serverChanged(name));
    care.onChange((slot) => this.#feed.slotChanged(slot));
    totals.onChange(() => this.#feed.changed('totals'));
    tenancy.onChange(() => {
      this.#feed.changed('tenants');
      this.#feed.changed('keys');
    });
    this.#control = await serveControl(join(this.directory, 'control.sock'), this.#target(), log);
    jobs.resume();
  }

  async stopController(): Promise<void> {
    this.jobs.stop();
    this.care.stop();
    this.#feed.stop();
    this.#control.close();
    this.#control.closeAllConnections();
    this.store.close();
  }

  async startApi(): Promise<void> {
    this.api = await Api.start({
      socket: join(this.directory, 'control.sock'),
      directory: join(this.directory, 'api'),
      listen: { host: '127.0.0.1', port: 0, tls: undefined },
      publicUrl: 'https://api.rack.example',
      location: 'LAB',
      trustedProxies: [],
      webhooks: { http: true, allowed: ['127.0.0.1'], ca: undefined, own: ownNetworks(this.plan) },
      clock: realClock,
      log,
      ...this.#options,
    });
    for (let tries = 0; !this.api.ready && tries < 500; tries++)
      await new Promise((resolve) => setTimeout(resolve, 10));
  }

  /** Both processes end and begin again with what is on disk. */
  async restart(): Promise<void> {
    await this.api.stop();
    await this.stopController();
    await this.startController();
    await this.startApi();
  }

  /** A command as the API gives it. */
  command<Result>(give: (control: ControlClient) => Promise<Result>): Promise<Result> {
    return give(new ControlClient(join(this.directory, 'control.sock')));
  }

  async stop(): Promise<void> {
    for (const connection of [...this.#connections, ...this.#streams]) connection.close();
    this.installing.open();
    this.booting.open();
    this.recording.open();
    await this.api.stop();
    await this.stopController();
    rmSync(this.directory, { recursive: true });
  }

  connect(): RawConnection {
    const connection = new RawConnection(this.api.port);
    this.#connections.push(connection);
    return connection;
  }

  /** A stream of events; it ends with the rack, if not before. */
  stream(key: TestKey, path = '/api/v1/events/stream', headers: Record<string, string> = {}): EventClient {
    const client = new EventClient(this.api.port, path, { Authorization: key.basic, ...headers });
    this.#streams.push(client);
    return client;
  }

  /** A webhook of a tenant, and a delivery of it, made where there is none. */
  async webhook(tenant: string): Promise<{ readonly id: string; readonly delivery: number }> {
    const { all } = this.api.webhooks;
    const none = { url: 'http://127.0.0.1:9/', description: '', types: ['webhook.disabled'], requestKey: undefined };
    const webhook = all.of(tenant)[0] ?? (await all.create({ ...none, tenant }, by));
    if (webhook === undefined) throw new Error('expected room for a webhook');
    if (!webhook.enabled) await all.change(webhook, { enabled: true }, by);
    const delivery = all.deliveries.newest(webhook.id, 1)[0]?.id ?? (await all.test(webhook));
    return { id: webhook.id, delivery };
  }

  /** One request on a connection of its own. */
  async send(request: RawRequest): Promise<RawAnswer> {
    const connection = this.connect();
    try {
      return await connection.send(request);
    } finally {
      connection.close();
    }
  }

  /** A request with a JSON body and answer, by a key. */
  async call(key: TestKey, method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
    const answer = await this.send({
      method,
      path,
      headers: {
        Authorization: key.basic,
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { ...answer, body: answer.text === '' ? undefined : (JSON.parse(answer.text) as Record<string, never>) };
  }

  async key(scope: Scope, tenant = 'acme', options: { servers?: string[]; expiresAt?: Millis } = {}): Promise<TestKey> {
    if (!isOfRack(scope) && !this.tenancy.tenants().some((each) => each.name === tenant))
      await this.tenancy.putTenant(tenant, undefined, by);
    const { key, secret } = await this.tenancy.createKey(
      {
        ...(isOfRack(scope) ? {} : { tenant }),
        scope,
        label: 'test',
        servers: options.servers as ServerName[] | undefined,
        expiresAt: options.expiresAt,
      },
      by,
    );
    this.#feed.flush();
    return { id: key.id, basic: `Basic ${Buffer.from(`${key.id}:${secret}`).toString('base64')}` };
  }

  /** Servers, keys and slots that were changed without a request are seen by the next one. */
  flush(): void {
    this.#feed.flush();
  }

  /** A server that is live. */
  async live(key: TestKey, name: string, body: Record<string, unknown> = {}): Promise<void> {
    const answer = await this.call(key, 'POST', `/beta/pi/servers/${name}`, body);
    if (answer.status !== 202) throw new Error(`expected a 202, got ${answer.status} ${answer.text}`);
    for (let tries = 0; tries < 1_000; tries++) {
      const { body: seen } = await this.call(key, 'GET', `/api/v1/servers/${name}`);
      if ((seen?.status as unknown) === 'live' && (seen?.busy as unknown) === false) return;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    throw new Error(`${name} did not come live`);
  }

  async until(holds: () => boolean): Promise<void> {
    for (let tries = 0; tries < 1_000; tries++) {
      if (holds()) return;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    throw new Error('it did not come about in 5 s');
  }

  boardUp(slot: number): void {
    const number = slotNumber(slot);
    const four = slot % 2 === 0;
    const mac = `${four ? 'dc:a6:32' : 'b8:27:eb'}:00:00:${slot.toString(16).padStart(2, '0')}` as Mac;
    this.state.observe(number, { mac, model: four ? '4B' : '3B', ...(four ? { revision: 0xc03114 } : {}) });
    this.powered(slot, true);
    for (const milestone of ['power_on', 'discover', 'first_request', 'kernel_sent', 'root_mounted', 'ssh_up'] as const)
      this.state.saw(number, milestone, '');
  }

  powered(slot: number, on: boolean): void {
    const detection = on ? DELIVERING : 'disabled';
    this.state.setPower(slotNumber(slot), { admin: on, detection, watts: watts(on ? 4 : 0), readAt: millis(0) });
  }

  /** Boards do nothing of it until the test says so. */
  async #power(slots: readonly SlotNumber[], action: PowerAction): Promise<void> {
    const wish = {
      wanted: action === 'off' ? 'off' : 'on',
      cycling: action === 'cycle',
      quarantine: undefined,
    } as const;
    await Promise.all(slots.map((slot) => this.state.intend(slot, wish)));
  }

  #target(): ControlTarget {
    const { state, store, tenancy, servers, jobs, care, groups, assignments } = this;
    const feed = this.#feed;
    const hasSlot = (slot: number) => this.plan.slots.some((each) => each.slot === slot);
    const missing = () => {
      throw new Error('not in this test');
    };
    return {
      tenancy,
      servers,
      feed,
      ...jobTarget(jobs),
      tasks: new ServerTasks({ servers, jobs, store, care }),
      findTasks: findTasks(jobs, (search) => store.jobs.ofSlots(slotsOf(search), search)),
      ...staffTarget({ care, groups, assignments, jobs }),
      ...eventTarget(store, state.events, realClock),
      audit: ({ limit, before, tenant }) => store.audit.newest(limit, before, tenant),
      intend: async (request) => {
        for (const slot of request.slots) care.expectFor(request.by, slotNumber(slot));
        if (request.requestKey === undefined || !store.requests.has(request.requestKey)) this.intended.push(request);
        await this.recording.pass();
        const power = { intend: this.#power.bind(this) };
        await intendPower({ power, state, store, clock: realClock }, request);
      },
      hasSlot,
      ...seriesTarget({ store, servers, hasSlot, clock: realClock }),
      status: () => ({ slots: this.plan.slots }) as never,
      board: (slot) => boardView(this.#from, slot),
      boots: (slot, limit) =>
        slotBootsView({ plan: this.plan, store, history: new BootHistory(this.plan, state, []) }, slot, limit),
      roots: missing,
      initBackups: missing,
      listBackups: missing,
      askRackJob: missing,
      allBoots: missing,
      power: missing,
      refresh: missing,
      switches: () => SWITCHES,
      switchPlan: missing,
      switchVerify: missing,
      switchApply: missing,
      switchProve: missing,
      switchDiscover: missing,
      configure: missing,
    };
  }
}
