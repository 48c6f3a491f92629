/** Servers on the control socket: only the API uses these, and reads what they did from the feed. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import type { Servers } from '../../jobs/servers.ts';
import type { Actor } from '../../rack/tenancy/actor.ts';
import type { Order } from '../../rack/tenancy/spec.ts';
import { slotNumber } from '../../rack/units.ts';
import { json, parsed } from './answer.ts';
import type { Feed } from './feed.ts';
import { actor, name } from './tenancy-routes.ts';

export interface NewServer {
  readonly tenant: string;
  /** Left out: one is made up. */
  readonly name?: string;
  readonly order: Order | { readonly slot: number };
  readonly disk: number;
  readonly image?: string | undefined;
  readonly keys: string;
  readonly userData?: string | undefined;
  readonly tags: Readonly<Record<string, string>>;
  readonly requestKey?: string | undefined;
  readonly by: Actor;
}

export interface ServersTarget {
  readonly servers: Servers;
  readonly feed: Feed;
}

const MOST_TEXT = 65_536;

const newServer = z.strictObject({
  tenant: z.string().max(64),
  name: name.optional(),
  order: z.union([
    z.strictObject({
      model: z.literal([3, 4]),
      memory: z.int().positive().optional(),
      cpuSpeed: z.int().positive().optional(),
    }),
    z.strictObject({ slot: z.int().positive().transform(slotNumber) }),
  ]),
  disk: z.int().positive().max(100_000),
  image: z.string().max(200).optional(),
  keys: z.string().max(MOST_TEXT),
  userData: z.string().max(MOST_TEXT).optional(),
  tags: z.record(z.string().max(64), z.string().max(256)),
  requestKey: z.string().max(300).optional(),
  by: actor,
});

export interface ServerChangeRequest {
  readonly name: string;
  /** Replaces all tags. */
  readonly tags?: Readonly<Record<string, string>> | undefined;
  readonly protection?: { readonly delete?: boolean | undefined; readonly rebuild?: boolean | undefined } | undefined;
  /** Null: none any more. */
  readonly userData?: string | null | undefined;
  readonly by: Actor;
}

const changed = z.strictObject({
  name,
  tags: z.record(z.string().max(64), z.string().max(256)).optional(),
  protection: z.strictObject({ delete: z.boolean().optional(), rebuild: z.boolean().optional() }).optional(),
  userData: z.string().max(MOST_TEXT).nullable().optional(),
  by: actor,
});

const oneServer = z.strictObject({ name, requestKey: z.string().max(300).optional(), by: actor });
const newKeys = z.strictObject({ name, keys: z.string().max(MOST_TEXT), by: actor });

/** Answers `route`; false: it is none of these. */
export async function serverRoute(
  route: string,
  { servers, feed }: ServersTarget,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  switch (route) {
    case 'POST /v1/servers': {
      const { by, image, userData, requestKey, name: chosen, ...wanted } = await parsed(newServer, request);
      const made = await servers.create({ ...wanted, name: chosen, image, userData, requestKey }, by);
      json(response, { seq: feed.flush(), name: made.name, task: made.task });
      return true;
    }
    case 'POST /v1/servers/remove': {
      const wanted = await parsed(oneServer, request);
      await servers.remove(wanted.name, wanted.by, wanted.requestKey);
      json(response, { seq: feed.flush() });
      return true;
    }
    case 'POST /v1/servers/change': {
      const { name: server, by, ...change } = await parsed(changed, request);
      await servers.change(server, change, by);
      json(response, { seq: feed.flush() });
      return true;
    }
    case 'POST /v1/servers/keys': {
      const wanted = await parsed(newKeys, request);
      await servers.setKeys(wanted.name, wanted.keys, wanted.by);
      json(response, { seq: feed.flush() });
      return true;
    }
    default:
      return false;
  }
}
