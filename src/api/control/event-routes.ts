/** Events on the control socket: pages of what is kept, and the few that the API itself has to tell. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import type { Told } from '../../jobs/event-log.ts';
import type { Actor } from '../../rack/tenancy/actor.ts';
import { slotNumber } from '../../rack/units.ts';
import type { AuditEntry } from '../../store/audit.ts';
import type { EventFilter, EventPage, EventRow } from '../../store/events.ts';
import { checked, json, parsed } from './answer.ts';
import { actor, line } from './tenancy-routes.ts';

export interface EventTarget {
  eventPage(after: number, limit: number, filter: EventFilter): EventPage;
  newestEvents(limit: number, filter: EventFilter): readonly EventRow[];
  /** Resolves when it is on disk. */
  tellEvent(told: Told): Promise<void>;
  recordAudit(by: Actor, entry: AuditEntry): Promise<void>;
}

export interface EventQuery {
  /** Left out: the newest. */
  readonly after?: number | undefined;
  readonly limit: number;
  readonly slot?: number | undefined;
  readonly kind?: string | undefined;
  readonly tenant?: string | undefined;
  readonly server?: string | undefined;
}

/** What the API tells of itself, of no slot. */
export interface ApiEvent {
  readonly tenant?: string | undefined;
  readonly kind: 'webhook.disabled';
  readonly text: string;
  readonly data: Readonly<Record<string, string | number | boolean | null>>;
}

export interface ApiChange extends AuditEntry {
  readonly by: Actor;
}

export const MOST_EVENTS = 1_000;

const count = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const query = z.strictObject({
  after: count.optional(),
  limit: z.coerce.number().int().min(0).max(MOST_EVENTS),
  slot: z.coerce.number().int().min(1).max(100_000).transform(slotNumber).optional(),
  kind: z.string().max(64).optional(),
  tenant: z.string().max(64).optional(),
  server: z.string().max(64).optional(),
});

const event: z.ZodType<ApiEvent> = z.strictObject({
  tenant: z.string().max(64).optional(),
  kind: z.literal('webhook.disabled'),
  text: line(500),
  data: z.record(z.string().max(64), z.union([z.string().max(500), z.number(), z.boolean(), z.null()])),
});

const change: z.ZodType<ApiChange> = z.strictObject({
  action: z.string().regex(/^webhook\.[a-z_]{1,32}$/),
  target: line(100),
  before: z.unknown(),
  after: z.unknown(),
  by: actor,
});

/** Answers `route`; false: it is none of these. */
export async function eventRoute(
  route: string,
  parameters: URLSearchParams,
  target: EventTarget,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  switch (route) {
    case 'GET /v1/events': {
      const { after, limit, ...filter } = checked(query, Object.fromEntries(parameters));
      const { newest, swept, events } = target.eventPage(after ?? 0, after === undefined ? 0 : limit, filter);
      const page = { newest, swept, events: after === undefined ? target.newestEvents(limit, filter) : events };
      json(response, page satisfies EventPage);
      return true;
    }
    case 'POST /v1/events':
      await target.tellEvent(await parsed(event, request));
      json(response, {});
      return true;
    case 'POST /v1/changes': {
      const { by, ...entry } = await parsed(change, request);
      await target.recordAudit(by, entry);
      json(response, {});
      return true;
    }
    default:
      return false;
  }
}
