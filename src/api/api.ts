import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Clock } from '../rack/clock.ts';
import { type Db, openDatabase } from '../store/database.ts';
import { REPLAY_MIGRATIONS, ReplayTable } from '../store/replays.ts';
import { ControlClient } from './control/client.ts';
import { customerRoutes } from './customer/index.ts';
import { createApp } from './http/app.ts';
import { Authenticator } from './http/auth/authenticate.ts';
import { FailedLogins } from './http/auth/failed-logins.ts';
import { TOKEN_MIGRATIONS, Tokens } from './http/auth/tokens.ts';
import { LIMITS, type Limits, MOST_CONNECTIONS_EACH } from './http/limits.ts';
import { Mirror } from './http/mirror.ts';
import { Replays } from './http/replays.ts';
import { RequestMetrics } from './http/request-metrics.ts';
import type { Route } from './http/route.ts';
import { drain, type Listen, listen } from './http/server.ts';
import { documentationRoutes } from './openapi/routes.ts';
import { opsRoutes } from './ops/index.ts';
import { EventHistory } from './v1/events/history.ts';
import { STREAM_LIMITS, type StreamLimits } from './v1/events/open-streams.ts';
import { EventStreams } from './v1/events/streams.ts';
import { v1Routes } from './v1/index.ts';
import { startWebhooks, type WebhookRules, type WebhookService } from './webhooks/index.ts';

export interface ApiOptions {
  /** The controller's socket. */
  readonly socket: string;
  /** Where the API keeps its own database; nobody else writes there. */
  readonly directory: string;
  readonly listen: Listen;
  /** What customers reach it under; undefined: as it listens, for a rack on a desk. */
  readonly publicUrl: string | undefined;
  readonly location: string;
  readonly trustedProxies: readonly string[];
  readonly limits?: Limits;
  readonly streamLimits?: StreamLimits;
  readonly webhooks: WebhookRules;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Every route that is served. */
export const ROUTES: readonly Route[] = [
  ...customerRoutes,
  ...v1Routes,
  ...opsRoutes,
  ...documentationRoutes(() => ROUTES),
];

/** How long requests that were taken may go on when the API is to end, in milliseconds. */
const DRAIN_LIMIT = 10_000;

interface ApiParts {
  readonly mirror: Mirror;
  readonly tokens: Tokens;
  readonly db: Db;
  readonly server: Server;
  readonly streams: EventStreams;
  readonly webhooks: ReturnType<typeof startWebhooks>;
}

/** The API: it listens when it has started, and answers 503 while there is no controller. */
export class Api {
  readonly #mirror: Mirror;
  readonly #tokens: Tokens;
  readonly #db: Db;
  readonly #server: Server;
  readonly #streams: EventStreams;

  readonly #webhooks: ReturnType<typeof startWebhooks>;

  private constructor(parts: ApiParts) {
    this.#mirror = parts.mirror;
    this.#tokens = parts.tokens;
    this.#db = parts.db;
    this.#server = parts.server;
    this.#streams = parts.streams;
    this.#webhooks = parts.webhooks;
  }

  static async start(options: ApiOptions): Promise<Api> {
    const { clock, log, location, trustedProxies, limits } = options;
    const control = new ControlClient(options.socket);
    const mirror = new Mirror(control, clock, log);
    // A token that a power cut forgets is a login more.
    const db = openDatabase(join(options.directory, 'api.db'), 'NORMAL', [...TOKEN_MIGRATIONS, ...REPLAY_MIGRATIONS]);
    const tokens = new Tokens(db, clock);
    const failures = new FailedLogins((limits ?? LIMITS).failures, clock);
    const authenticator = new Authenticator(mirror, tokens, clock, failures);
    const history = new EventHistory({ control, mirror, clock, log });
    const streams = new EventStreams({
      history,
      control,
      authenticator,
      clock,
      random: Math.random,
      limits: options.streamLimits ?? STREAM_LIMITS,
    });
    const { directory, webhooks: rules } = options;
    const webhooks = startWebhooks({ directory, rules, history, control, mirror, clock, log });
    let publicUrl = options.publicUrl ?? '';
    const services = {
      mirror,
      control,
      authenticator,
      tokens,
      replays: new Replays(new ReplayTable(db), clock),
      requests: new RequestMetrics(),
      streams,
      webhooks: webhooks.service,
      clock,
      log,
      location,
      get publicUrl() {
        return publicUrl;
      },
    };
    const app = createApp({ services, routes: ROUTES, trustedProxies, ...(limits && { limits }) });
    try {
      const server = await listen(app, options.listen, {
        most: limits?.connections ?? MOST_CONNECTIONS_EACH,
        trustedProxies,
      });
      publicUrl ||= originOf(server, options.listen);
      mirror.start();
      streams.start();
      return new Api({ mirror, tokens, db, server, streams, webhooks });
    } catch (cause) {
      await webhooks.stop();
      db.close();
      throw cause;
    }
  }

  /** The TCP port that it listens on. */
  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Streams of events that are open. */
  get streams(): number {
    return this.#streams.size;
  }

  get webhooks(): WebhookService {
    return this.#webhooks.service;
  }

  /** Whether the controller is there to answer from. */
  get ready(): boolean {
    return this.#mirror.present && this.#streams.ready;
  }

  /** Finishes what was taken, and ends. */
  async stop(): Promise<void> {
    // These would never end by themselves.
    this.#streams.stop();
    await drain(this.#server, DRAIN_LIMIT);
    await this.#webhooks.stop();
    this.#mirror.stop();
    this.#tokens.save();
    this.#db.close();
  }
}

function originOf(server: Server, { host, tls }: Listen): string {
  const { port } = server.address() as AddressInfo;
  return `${tls === undefined ? 'http' : 'https'}://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
