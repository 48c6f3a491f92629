import type { Request, Response } from 'express';
import { ipKeyGenerator, type Options, type RateLimitRequestHandler, rateLimit } from 'express-rate-limit';
import type { Caller } from './auth/caller.ts';
import { ApiError } from './errors.ts';

export interface Limits {
  /** Requests of one key in a minute. A listing of a full rack is 218 in a row, and clients do not back off. */
  readonly requests: number;
  /** Of all keys of one tenant; left out: KEYS_WORTH times as many. */
  readonly tenantRequests?: number;
  /** Failed logins of one address in a quarter of an hour. */
  readonly failures: number;
  /** Connections of one network at a time; left out: MOST_CONNECTIONS_EACH. */
  readonly connections?: number;
}

/** Browsers open six; a board farm behind one address with a client for each board some hundred. */
export const MOST_CONNECTIONS_EACH = 256;

/** A tenant with many keys has no more of the API than so many of them. */
const KEYS_WORTH = 4;

export const LIMITS: Limits = Object.freeze({ requests: 1_500, failures: 20 });

const MINUTE = 60_000;
/** A customer's network, as one: whoever has a /56 has more addresses than can be counted one by one. */
const IPV6_SUBNET = 56;

/** What stands for an address where clients are counted. */
export const networkOf = (address: string): string => ipKeyGenerator(address, IPV6_SUBNET);

const addressOf = ({ ip }: Request) => networkOf(ip ?? '');

const callerOf = ({ locals }: Response) => locals.caller as Partial<Caller> | undefined;

/** By key where there is one, and by address for what is open; then by tenant, of what the key was let have. */
export function requestRates({
  requests,
  tenantRequests = KEYS_WORTH * requests,
}: Limits): readonly RateLimitRequestHandler[] {
  const ofKey = rate(requests, 'a minute', {
    keyGenerator: (request, response) => callerOf(response)?.key || addressOf(request),
    standardHeaders: 'draft-7',
  });
  const ofTenant = rate(tenantRequests, 'a minute of all keys of a tenant', {
    keyGenerator: (_request, response) => callerOf(response)?.tenant ?? '',
    // Staff are of none, nor is what is open.
    skip: (_request, response) => callerOf(response)?.tenant === undefined,
    // One set of headers can tell of one limit: the key's, which is nearer.
    standardHeaders: false,
  });
  return [ofKey, ofTenant];
}

function rate(limit: number, what: string, options: Partial<Options>): RateLimitRequestHandler {
  return rateLimit({
    ...options,
    windowMs: MINUTE,
    limit,
    legacyHeaders: false,
    handler: (_request, _response, next) =>
      next(
        new ApiError('too_many_requests', `expected at most ${limit} requests ${what}`, {
          headers: { 'retry-after': '60' },
        }),
      ),
  });
}
