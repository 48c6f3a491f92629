import { chmodSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import type { Logger } from 'pino';
import { z } from 'zod';
import { JobRefused } from '../../jobs/durable/kind.ts';
import type { PowerProgress } from '../../jobs/power.ts';
import type { PowerWish } from '../../jobs/power-requests.ts';
import { TENANCY_REFUSALS, TenancyError } from '../../jobs/tenancy-error.ts';
import { SwitchError } from '../../switches/errors.ts';
import { printable } from '../../wire/printable.ts';
import { json, parsed, Refusal, streamed } from './answer.ts';
import { type BackupTarget, backupRoute } from './backup-routes.ts';
import { type BootTarget, bootRoute } from './boot-routes.ts';
import { type EventTarget, eventRoute } from './event-routes.ts';
import { FEED_MOST_UNSENT } from './feed-protocol.ts';
import { jobRoute } from './job-routes.ts';
import type { JobTarget } from './job-target.ts';
import type { BoardView, ErrorBody, PowerRequest, StatusView } from './protocol.ts';
import type { RootView } from './root-protocol.ts';
import { type SeriesTarget, seriesRoute } from './series-routes.ts';
import { type ServersTarget, serverRoute } from './server-routes.ts';
import { type StaffTarget, staffRoute } from './staff-routes.ts';
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
import { type TaskTarget, taskRoute } from './task-routes.ts';
import { actor, type TenancyTarget, tenancyRoute } from './tenancy-routes.ts';

/** Power as the API asks for it: recorded before it is answered, and done whatever becomes of who asked. */
export type IntendRequest = PowerWish;

/** What the socket offers, as the controller provides it. */
export interface ControlTarget
  extends TaskTarget,
    BackupTarget,
    BootTarget,
    EventTarget,
    JobTarget,
    TenancyTarget,
    SeriesTarget,
    ServersTarget,
    StaffTarget {
  /** Resolves when what is wanted is on disk. */
  intend(request: IntendRequest): Promise<void>;
  hasSlot(slot: number): boolean;
  status(since: number | undefined): StatusView;
  /** Undefined when the rack has no such slot. */
  board(slot: number): BoardView | undefined;
  power(request: PowerRequest, tell: (progress: PowerProgress) => void): Promise<readonly PowerProgress[]>;
  refresh(): Promise<void>;
  roots(): Promise<readonly RootView[]>;
  switches(): readonly SwitchView[];
  switchPlan(name: string): Promise<SwitchPlanView>;
  switchVerify(name: string): Promise<readonly ViolationView[]>;
  switchApply(name: string, tell: (progress: ApplyProgress) => void): Promise<ApplyResult>;
  switchProve(name: string, slot: number, tell: (progress: ApplyProgress) => void): Promise<ProofResult>;
  switchDiscover(name: string): Promise<DiscoverResult>;
  configure(request: ConfigureRequest): Promise<readonly Configured[]>;
}

/** The kernel's limit for the path of a unix socket, with its final NUL (unix(7)). */
const MOST_PATH = 107;

const powerRequest = z.strictObject({
  slots: z.array(z.int().min(1)).min(1).max(10_000),
  action: z.enum(['on', 'off', 'cycle']),
  who: z.string().min(1).max(100),
});

const intendRequest = z.strictObject({
  slots: z.array(z.int().min(1)).min(1).max(10_000),
  action: z.enum(['on', 'off', 'cycle']),
  requestKey: z.string().max(300).optional(),
  by: actor,
});

const configureRequest = z.strictObject({
  slots: z.array(z.int().min(1)).min(1).max(10_000),
  priority: z.enum(['critical', 'high', 'low']).optional(),
  limit: z.number().min(1).max(100).optional(),
  who: z.string().min(1).max(100),
});

const proveRequest = z.strictObject({ slot: z.int().min(1) });

/** Listens on the unix socket at `path`; a socket left by a controller that died is replaced, a live one is refused. */
export async function serveControl(path: string, target: ControlTarget, log: Logger): Promise<Server> {
  if (Buffer.byteLength(path) > MOST_PATH) {
    throw new Error(
      `the socket path ${path} is ${Buffer.byteLength(path)} bytes, expected at most ${MOST_PATH}: choose a shorter state directory`,
    );
  }
  mkdirSync(dirname(path), { recursive: true, mode: 0o750 });
  if (existsSync(path)) {
    if (await answers(path)) throw new Error(`another controller is serving on ${path}`);
    rmSync(path);
  }
  const server = createServer((request, response) => {
    handle(target, request, response).catch((cause: unknown) => refuse(response, cause, log));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  chmodSync(path, 0o660);
  return server;
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
    socket.once('close', () => socket.destroy());
    socket.once('connect', () => socket.end());
  });
}

async function handle(target: ControlTarget, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://controller');
  const route = `${request.method} ${url.pathname}`;
  const board = /^GET \/v1\/boards\/(\d{1,6})$/.exec(route);
  if (board !== null) {
    const view = target.board(Number(board[1]));
    if (view === undefined) throw new Refusal(404, `no slot ${board[1]} in this rack`);
    return json(response, view);
  }
  const onSwitch = /^POST \/v1\/switches\/([^/]+)\/([a-z]+)$/.exec(route);
  if (onSwitch !== null) return atSwitch(target, onSwitch[1] as string, onSwitch[2] as string, request, response);
  if (bootRoute(target, route, url.searchParams, response)) return;
  if (await seriesRoute(route, target, request, response)) return;
  if (await backupRoute(route, target, request, response)) return;
  if (await serverRoute(route, target, request, response)) return;
  if (await eventRoute(route, url.searchParams, target, request, response)) return;
  if (await taskRoute(route, target, request, response)) return;
  if (await staffRoute(route, url.searchParams, target, request, response, (slots) => known(target, slots))) return;
  if (await tenancyRoute(route, url.searchParams, target, request, response)) return;
  if (url.pathname.startsWith('/v1/jobs')) {
    return jobRoute(target, url, request, response, (slots) => known(target, slots));
  }
  switch (route) {
    case 'GET /v1/feed':
      return feed(target, response);
    case 'POST /v1/intend': {
      const wanted = await parsed(intendRequest, request);
      known(target, wanted.slots);
      await target.intend(wanted);
      return json(response, { seq: target.feed.flush() });
    }
    case 'GET /v1/status': {
      const since = url.searchParams.get('since');
      if (since !== null && !/^\d{1,15}$/.test(since))
        throw new Refusal(400, 'since: expected milliseconds since the Unix epoch');
      return json(response, target.status(since === null ? undefined : Number(since)));
    }
    case 'POST /v1/refresh':
      await target.refresh();
      return json(response, {});
    case 'POST /v1/power': {
      const wanted = await parsed(powerRequest, request);
      known(target, wanted.slots);
      return streamed(response, (tell) => target.power(wanted, tell));
    }
    case 'GET /v1/roots':
      return json(response, await target.roots());
    case 'GET /v1/switches':
      return json(response, target.switches());
    case 'POST /v1/ports': {
      const { priority, limit, ...wanted } = await parsed(configureRequest, request);
      known(target, wanted.slots);
      return json(
        response,
        await target.configure({
          ...wanted,
          ...(priority === undefined ? {} : { priority }),
          ...(limit === undefined ? {} : { limit }),
        }),
      );
    }
    default:
      throw new Refusal(
        404,
        `no ${route}: expected GET /v1/status, GET /v1/boards/N, GET /v1/boards/N/boots, GET /v1/boots, POST /v1/refresh, POST /v1/power, GET /v1/switches, GET /v1/roots, POST /v1/switches/NAME/ACTION, POST /v1/ports, /v1/backups, POST /v1/series/power, POST /v1/series/health or /v1/jobs`,
      );
  }
}

/** Goes on until whoever reads it goes, or reads too slowly. */
function feed(target: ControlTarget, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/x-ndjson' });
  const end = target.feed.subscribe(
    (line) => {
      response.write(line);
      return response.writableLength < FEED_MOST_UNSENT;
    },
    () => response.destroy(),
  );
  response.on('close', end);
}

async function atSwitch(
  target: ControlTarget,
  text: string,
  action: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const names = target.switches().map((each) => each.name);
  const name = names.find((each) => encodeURIComponent(each) === text);
  if (name === undefined) {
    throw new Refusal(404, `no switch ${printable(text, 64)} in this rack: expected ${names.join(', ')}`);
  }
  switch (action) {
    case 'plan':
      return json(response, await target.switchPlan(name));
    case 'verify':
      return json(response, await target.switchVerify(name));
    case 'discover':
      return json(response, await target.switchDiscover(name));
    case 'apply':
      return streamed(response, (tell) => target.switchApply(name, tell));
    case 'prove': {
      const { slot } = await parsed(proveRequest, request);
      known(target, [slot]);
      return streamed(response, (tell) => target.switchProve(name, slot, tell));
    }
    default:
      throw new Refusal(404, `no action ${printable(action, 32)}: expected plan, verify, apply, prove or discover`);
  }
}

function known(target: ControlTarget, slots: readonly number[]): void {
  const unknown = slots.filter((slot) => !target.hasSlot(slot));
  if (unknown.length > 0) throw new Refusal(404, `no slot ${unknown.join(', ')} in this rack`);
}

function statusOf(cause: unknown): number {
  if (cause instanceof Refusal) return cause.status;
  if (cause instanceof JobRefused) return cause.code === 'no_job' ? 404 : 409;
  if (cause instanceof TenancyError) return TENANCY_REFUSALS[cause.kind];
  return cause instanceof SwitchError ? 409 : 500;
}

function refuse(response: ServerResponse, cause: unknown, log: Logger): void {
  // What a switch will not do, or cannot be asked, is an answer and no fault of ours.
  const status = statusOf(cause);
  if (status === 500) log.error({ err: cause }, 'a request on the control socket failed');
  const error = cause instanceof Error ? cause.message : String(cause);
  const code = cause instanceof JobRefused ? cause.code : cause instanceof TenancyError ? cause.kind : undefined;
  const answer: ErrorBody = { error, ...(code && { code }) };
  if (response.headersSent) {
    response.end(`${JSON.stringify(answer)}\n`);
    return;
  }
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(answer));
}
