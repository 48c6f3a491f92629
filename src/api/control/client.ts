import { type IncomingMessage, request } from 'node:http';
import { StringDecoder } from 'node:string_decoder';
import type { PowerProgress } from '../../jobs/power.ts';
import type { Actor } from '../../rack/tenancy/actor.ts';
import type { Scope } from '../../rack/tenancy/scope.ts';
import type { Tenant } from '../../rack/tenancy/tenant.ts';
import type { AuditRow } from '../../store/audit.ts';
import type { EventPage } from '../../store/events.ts';
import type { BackupsView } from './backup-protocol.ts';
import type { RackJobRequest } from './backup-routes.ts';
import type { SlotBootsView } from './boot-views.ts';
import type { ApiChange, ApiEvent, EventQuery } from './event-routes.ts';
import type { FeedLine } from './feed-protocol.ts';
import type { JobAsked, JobRequestBody, JobView } from './job-protocol.ts';
import type { BoardView, ErrorBody, PowerRequest, StatusView, StreamLine } from './protocol.ts';
import type { RootView } from './root-protocol.ts';
import type { HealthSeriesView, PowerSeriesView, SeriesQuery } from './series-protocol.ts';
import type { IntendRequest } from './server.ts';
import type { NewServer, ServerChangeRequest } from './server-routes.ts';
import type { GroupView } from './staff-protocol.ts';
import type { GroupBody, MaintenanceRequest, QuarantineRequest } from './staff-routes.ts';
import type {
  ApplyProgress,
  ApplyResult,
  Configured,
  ConfigureRequest,
  DiscoverResult,
  ProofResult,
  SwitchPlanView,
  SwitchView,
  ViolationView,
} from './switch-protocol.ts';
import type { TaskRequest, TaskSearch } from './task-routes.ts';
import type { KeyView } from './tenancy-routes.ts';

/** No controller answers on the socket. */
export class NotServing extends Error {
  override readonly name = 'NotServing';
}

/** The controller refused, with its reason as the message. */
export class Refused extends Error {
  override readonly name = 'Refused';
  /** Stable word for the reason, where the controller gives one. */
  readonly code: string | undefined;

  constructor(message: string, code?: string) {
    super(message);
    this.code = code;
  }
}

export interface NewKey {
  /** Left out for a staff key. */
  readonly tenant?: string;
  readonly scope: Scope;
  /** In any case; left out: all of the tenant's. */
  readonly servers?: readonly string[];
  readonly label: string;
  readonly expiresAt?: number;
  readonly by: Actor;
}

/** Speaks to a controller over its unix socket. */
export class ControlClient {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  status(since?: number): Promise<StatusView> {
    return this.#json('GET', since === undefined ? '/v1/status' : `/v1/status?since=${since}`) as Promise<StatusView>;
  }

  board(slot: number): Promise<BoardView> {
    return this.#json('GET', `/v1/boards/${slot}`) as Promise<BoardView>;
  }

  /** The newest boots of a slot, newest first. */
  boots(slot: number, limit: number): Promise<SlotBootsView> {
    return this.#json('GET', `/v1/boards/${slot}/boots?limit=${limit}`) as Promise<SlotBootsView>;
  }

  /** The newest boot of every slot. */
  allBoots(): Promise<readonly SlotBootsView[]> {
    return this.#json('GET', '/v1/boots') as Promise<readonly SlotBootsView[]>;
  }

  powerSeries(query: SeriesQuery): Promise<PowerSeriesView> {
    return this.#json('POST', '/v1/series/power', query) as Promise<PowerSeriesView>;
  }

  healthSeries(query: SeriesQuery): Promise<HealthSeriesView> {
    return this.#json('POST', '/v1/series/health', query) as Promise<HealthSeriesView>;
  }

  /** Has every switch read now, so that the next status is fresh. */
  async refresh(): Promise<void> {
    await this.#json('POST', '/v1/refresh');
  }

  /** Asks for power and hears of every step; resolves with one outcome a slot. */
  async power(wanted: PowerRequest, tell: (progress: PowerProgress) => void): Promise<readonly PowerProgress[]> {
    return this.#streamed('/v1/power', wanted, tell);
  }

  switches(): Promise<readonly SwitchView[]> {
    return this.#json('GET', '/v1/switches') as Promise<readonly SwitchView[]>;
  }

  switchPlan(name: string): Promise<SwitchPlanView> {
    return this.#json('POST', `/v1/switches/${encodeURIComponent(name)}/plan`) as Promise<SwitchPlanView>;
  }

  /** Reads every VLAN of the switch now. */
  switchVerify(name: string): Promise<readonly ViolationView[]> {
    return this.#json('POST', `/v1/switches/${encodeURIComponent(name)}/verify`) as Promise<readonly ViolationView[]>;
  }

  switchApply(name: string, tell: (progress: ApplyProgress) => void): Promise<ApplyResult> {
    return this.#streamed(`/v1/switches/${encodeURIComponent(name)}/apply`, {}, tell);
  }

  /** Power-cycles the board of one slot and looks what goes dark with it. */
  switchProve(name: string, slot: number, tell: (progress: ApplyProgress) => void): Promise<ProofResult> {
    return this.#streamed(`/v1/switches/${encodeURIComponent(name)}/prove`, { slot }, tell);
  }

  switchDiscover(name: string): Promise<DiscoverResult> {
    return this.#json('POST', `/v1/switches/${encodeURIComponent(name)}/discover`) as Promise<DiscoverResult>;
  }

  configurePorts(wanted: ConfigureRequest): Promise<readonly Configured[]> {
    return this.#json('POST', '/v1/ports', wanted) as Promise<readonly Configured[]>;
  }

  tenants(): Promise<readonly Tenant[]> {
    return this.#json('GET', '/v1/tenants') as Promise<readonly Tenant[]>;
  }

  keys(): Promise<readonly KeyView[]> {
    return this.#json('GET', '/v1/keys') as Promise<readonly KeyView[]>;
  }

  putTenant(wanted: { name: string; quota?: number; by: Actor }): Promise<Tenant> {
    return this.#json('POST', '/v1/tenants', wanted) as Promise<Tenant>;
  }

  disableTenant(wanted: { name: string; by: Actor }): Promise<Tenant> {
    return this.#json('POST', '/v1/tenants/disable', wanted) as Promise<Tenant>;
  }

  createKey(wanted: NewKey): Promise<{ readonly key: KeyView; readonly secret: string }> {
    return this.#json('POST', '/v1/keys', wanted) as Promise<{ key: KeyView; secret: string }>;
  }

  revokeKey(wanted: { id: string; by: Actor }): Promise<KeyView> {
    return this.#json('POST', '/v1/keys/revoke', wanted) as Promise<KeyView>;
  }

  audit(query: { limit: number; before?: number; tenant?: string }): Promise<readonly AuditRow[]> {
    const { limit, before, tenant } = query;
    const text = new URLSearchParams({
      limit: String(limit),
      ...(before === undefined ? {} : { before: String(before) }),
      ...(tenant === undefined ? {} : { tenant }),
    });
    return this.#json('GET', `/v1/audit?${text}`) as Promise<readonly AuditRow[]>;
  }

  /** Events after a place, oldest first, or without one the newest. */
  events(query: EventQuery): Promise<EventPage> {
    const text = new URLSearchParams();
    for (const [name, value] of Object.entries(query)) if (value !== undefined) text.set(name, String(value));
    return this.#json('GET', `/v1/events?${text}`) as Promise<EventPage>;
  }

  /** Resolves when it is recorded, and on its way over the feed. */
  async tellEvent(event: ApiEvent): Promise<void> {
    await this.#json('POST', '/v1/events', event);
  }

  /** Writes into the log of changes what the API itself changes. */
  async recordChange(change: ApiChange): Promise<void> {
    await this.#json('POST', '/v1/changes', change);
  }

  /** Has power wanted; resolves when that is recorded, with the `seq` of the feed that shows it. */
  intend(wanted: IntendRequest): Promise<{ readonly seq: number }> {
    return this.#json('POST', '/v1/intend', wanted) as Promise<{ seq: number }>;
  }

  createServer(wanted: NewServer): Promise<{ readonly seq: number; readonly name: string; readonly task: number }> {
    return this.#json('POST', '/v1/servers', wanted) as Promise<{ seq: number; name: string; task: number }>;
  }

  removeServer(wanted: {
    name: string;
    requestKey?: string | undefined;
    by: Actor;
  }): Promise<{ readonly seq: number }> {
    return this.#json('POST', '/v1/servers/remove', wanted) as Promise<{ seq: number }>;
  }

  changeServer(wanted: ServerChangeRequest): Promise<{ readonly seq: number }> {
    return this.#json('POST', '/v1/servers/change', wanted) as Promise<{ seq: number }>;
  }

  setServerKeys(wanted: { name: string; keys: string; by: Actor }): Promise<{ readonly seq: number }> {
    return this.#json('POST', '/v1/servers/keys', wanted) as Promise<{ seq: number }>;
  }

  /** With a reason: begins it; without one: ends it. */
  maintenance(wanted: MaintenanceRequest): Promise<{ readonly seq: number }> {
    return this.#json('POST', '/v1/maintenance', wanted) as Promise<{ seq: number }>;
  }

  /** With a reason: sets it; without one: lifts it. */
  quarantine(wanted: QuarantineRequest): Promise<{ readonly seq: number }> {
    return this.#json('POST', '/v1/quarantine', wanted) as Promise<{ seq: number }>;
  }

  moveServer(wanted: {
    name: string;
    slot: number;
    by: Actor;
  }): Promise<{ readonly seq: number; readonly task: number }> {
    return this.#json('POST', '/v1/servers/move', wanted) as Promise<{ seq: number; task: number }>;
  }

  /** One action on many slots; resolves when every job of it is recorded. */
  askGroup(wanted: GroupBody): Promise<{ readonly seq: number; readonly group: GroupView }> {
    return this.#json('POST', '/v1/groups', wanted) as Promise<{ seq: number; group: GroupView }>;
  }

  group(id: number): Promise<GroupView> {
    return this.#json('GET', `/v1/groups/${id}`) as Promise<GroupView>;
  }

  /** The newest before `before`, newest first. */
  groups(limit: number, before?: number): Promise<readonly GroupView[]> {
    const from = before === undefined ? '' : `&before=${before}`;
    return this.#json('GET', `/v1/groups?limit=${limit}${from}`) as Promise<readonly GroupView[]>;
  }

  /** Hears the feed until the result is called, or until it ends, which `ended` is told. */
  feed(hear: (line: FeedLine) => void, ended: (cause: Error) => void): () => void {
    let response: IncomingMessage | undefined;
    let stopped = false;
    const end = (cause: unknown) => {
      if (stopped) return;
      stopped = true;
      ended(
        cause instanceof NotServing || cause instanceof Refused
          ? cause
          : new NotServing(`the controller on ${this.path} went away`, { cause }),
      );
    };
    this.#send('GET', '/v1/feed')
      .then(async (answer) => {
        response = answer;
        if (stopped) answer.destroy();
        for await (const line of linesOf(answer)) if (!stopped) hear(JSON.parse(line) as FeedLine);
        end(undefined);
      })
      .catch(end);
    return () => {
      stopped = true;
      response?.destroy();
    };
  }

  /** Records a job of a server. */
  askTask(wanted: TaskRequest): Promise<{ readonly seq: number; readonly task: number }> {
    return this.#json('POST', '/v1/tasks', wanted) as Promise<{ seq: number; task: number }>;
  }

  findTasks(search: TaskSearch): Promise<readonly JobView[]> {
    return this.#json('POST', '/v1/tasks/find', search) as Promise<readonly JobView[]>;
  }

  /** Records one job a slot; each answer is the job or why there is none. */
  askJobs(wanted: JobRequestBody): Promise<readonly JobAsked[]> {
    return this.#json('POST', '/v1/jobs', wanted) as Promise<readonly JobAsked[]>;
  }

  /** The newest jobs, newest first. */
  jobs(limit: number, slot?: number): Promise<readonly JobView[]> {
    const of = slot === undefined ? '' : `&slot=${slot}`;
    return this.#json('GET', `/v1/jobs?limit=${limit}${of}`) as Promise<readonly JobView[]>;
  }

  job(id: number): Promise<JobView> {
    return this.#json('GET', `/v1/jobs/${id}`) as Promise<JobView>;
  }

  /** Every root there is, by slot. */
  roots(): Promise<readonly RootView[]> {
    return this.#json('GET', '/v1/roots') as Promise<readonly RootView[]>;
  }

  /** Makes the repository; resolves with where it is. */
  async initBackups(): Promise<string> {
    return ((await this.#json('POST', '/v1/backups/init')) as { repository: string }).repository;
  }

  backups(): Promise<BackupsView> {
    return this.#json('GET', '/v1/backups') as Promise<BackupsView>;
  }

  /** Records a job of the whole rack. */
  askRackJob(wanted: RackJobRequest): Promise<JobView> {
    return this.#json('POST', '/v1/backups/jobs', wanted) as Promise<JobView>;
  }

  cancelJob(id: number, who: string): Promise<JobView> {
    return this.#json('POST', `/v1/jobs/${id}/cancel`, { who }) as Promise<JobView>;
  }

  /** One line of progress after the other, and the result as the last. */
  async #streamed<Progress, Result>(path: string, body: unknown, tell: (progress: Progress) => void): Promise<Result> {
    const response = await this.#send('POST', path, body);
    for await (const text of linesOf(response)) {
      const line = JSON.parse(text) as StreamLine<Progress, Result> | ErrorBody;
      if ('error' in line) throw new Refused(line.error);
      if ('result' in line) return line.result;
      tell(line.progress);
    }
    throw new NotServing(
      `the controller on ${this.path} went away before it answered; what was asked for is recorded and goes on when it is back`,
    );
  }

  async #json(method: string, path: string, body?: unknown): Promise<unknown> {
    return JSON.parse(await text(await this.#send(method, path, body)));
  }

  #send(method: string, path: string, body?: unknown): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      // A connection that is kept may be closed by the controller just as the next request leaves: nobody knows then
      // whether it was heard. Another one costs some microseconds.
      const headers = { 'content-type': 'application/json' };
      const out = request({ socketPath: this.path, method, path, headers, agent: false });
      out.on('error', (cause: NodeJS.ErrnoException) => reject(notServing(this.path, cause)));
      out.on('response', (response) => {
        if (response.statusCode === 200) return resolve(response);
        text(response).then((answer) => reject(refusalOf(answer)), reject);
      });
      out.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }
}

function notServing(path: string, cause: NodeJS.ErrnoException): NotServing {
  if (cause.code === 'ECONNRESET' || cause.code === 'EPIPE')
    return new NotServing(`the controller on ${path} closed the connection before it answered`, { cause });
  const reason =
    cause.code === 'EACCES'
      ? 'this user may not open it'
      : 'no controller is serving there; start one with `pirack serve`';
  return new NotServing(`cannot reach ${path}: ${reason}`, { cause });
}

/** Throws NotServing when the answer is cut. */
async function* partsOf(response: IncomingMessage): AsyncGenerator<Buffer> {
  try {
    yield* response as AsyncIterable<Buffer>;
  } catch (cause) {
    throw new NotServing('the controller went away in the middle of its answer', { cause });
  }
}

/** Whole lines, however the bytes are cut on their way; a last line without its end is none. */
async function* linesOf(response: IncomingMessage): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  for await (const part of partsOf(response)) {
    rest += decoder.write(part);
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
}

async function text(response: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of partsOf(response)) parts.push(part);
  return Buffer.concat(parts).toString('utf8');
}

function refusalOf(answer: string): Refused {
  try {
    const { error, code } = JSON.parse(answer) as ErrorBody;
    return new Refused(error, code);
  } catch {
    return new Refused(answer.slice(0, 200));
  }
}
