import type { Logger } from 'pino';
import type { Clock } from '../../rack/clock.ts';
import type { ControlClient } from '../control/client.ts';
import type { EventStreams } from '../v1/events/streams.ts';
import type { WebhookService } from '../webhooks/index.ts';
import type { Authenticator } from './auth/authenticate.ts';
import type { Tokens } from './auth/tokens.ts';
import type { Mirror } from './mirror.ts';
import type { Replays } from './replays.ts';
import type { RequestMetrics } from './request-metrics.ts';

/** What handlers work with. */
export interface Services {
  readonly mirror: Mirror;
  readonly control: ControlClient;
  readonly authenticator: Authenticator;
  readonly tokens: Tokens;
  readonly replays: Replays;
  readonly requests: RequestMetrics;
  readonly streams: EventStreams;
  readonly webhooks: WebhookService;
  readonly clock: Clock;
  readonly log: Logger;
  /**
   * Scheme, host and port that customers use, without a slash at the end. Clients drop their token when a link leads to
   * another origin, so every absolute link is made from this and never from what a request says (customer-api §3).
   */
  readonly publicUrl: string;
  /** Short code of the site; it never changes, because clients would replace their servers. */
  readonly location: string;
}
