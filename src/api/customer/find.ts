import { z } from 'zod';
import { serverName } from '../../rack/tenancy/server-name.ts';
import type { ServerView } from '../control/feed-protocol.ts';
import type { SlotView } from '../control/protocol.ts';
import { type Caller, sees } from '../http/auth/caller.ts';
import { ApiError } from '../http/errors.ts';
import type { Services } from '../http/services.ts';

/** In a path a name may be anything: what is none is a server that does not exist. */
export const named = z.object({ name: z.string().describe('name of the server, in any case') });

export interface Found {
  readonly server: ServerView;
  readonly slot: SlotView;
}

/** The server, if it is there and the caller's. Others' and none look the same: forbidden. */
export function find(services: Services, caller: Caller, text: string): Found {
  const found = lookUp(services, caller, text);
  if (found === undefined) throw new ApiError('forbidden', 'this server is not yours, or does not exist');
  return found;
}

export function lookUp(services: Services, caller: Caller, text: string): Found | undefined {
  const rack = services.mirror.rack();
  const server = rack.servers.get(serverName(text) ?? '');
  const slot = server && rack.slots.get(server.slot);
  return server && slot && sees(caller, server.tenant, server.name) ? { server, slot } : undefined;
}

export function visible(services: Services, caller: Caller): readonly ServerView[] {
  return [...services.mirror.rack().servers.values()].filter((server) => sees(caller, server.tenant, server.name));
}

/** What changes a server waits until it is ready and nothing else works on it. */
export function live(found: Found): Found {
  const { server } = found;
  if (server.busy || server.liveAt === undefined)
    throw new ApiError('not_live', `${server.name} is ${server.status}: expected it to be live`);
  return found;
}
