import { z } from 'zod';
import type { Caller } from '../../http/auth/caller.ts';
import { ApiError } from '../../http/errors.ts';
import type { Services } from '../../http/services.ts';
import { wrongUrl } from '../../webhooks/send.ts';
import type { Webhook } from '../../webhooks/webhook-table.ts';

export const byId = z.object({ id: z.string().max(64).describe('of a webhook') });

/** Webhooks are told of all servers of a tenant: a key for some of them has none. */
export function wholeTenant({ servers }: Caller): void {
  if (servers !== undefined)
    throw new ApiError('forbidden', 'this key is for some servers: expected one for all of them');
}

/** The caller's own; those of others and none look the same. Staff have theirs, and see no tenant's. */
export function findWebhook({ webhooks }: Services, caller: Caller, id: string): Webhook {
  wholeTenant(caller);
  const webhook = webhooks.all.get(id);
  if (webhook !== undefined && webhook.tenant === caller.tenant) return webhook;
  throw new ApiError('not_found', 'no such webhook, or it is not yours');
}

/** What can be said of it before the name is looked up, which is done at every delivery. */
export function checkUrl({ webhooks }: Services, url: string): void {
  const wrong = wrongUrl(new URL(url), webhooks.sender);
  if (wrong !== undefined) throw new ApiError('bad_request', `body: url: ${wrong}`);
}
