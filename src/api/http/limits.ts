import type { Request } from 'express';
import { ipKeyGenerator, type RateLimitRequestHandler, rateLimit } from 'express-rate-limit';
import { ApiError } from './errors.ts';

export interface Limits {
  /** Requests of one key in a minute. A listing of a full rack is 218 in a row, and clients do not back off. */
  readonly requests: number;
  /** Failed logins of one address in a quarter of an hour. */
  readonly failures: number;
  /** Connections of one network at a time; left out: MOST_CONNECTIONS_EACH. */
  readonly connections?: number;
}

/** Browsers open six; a board farm behind one address with a client for each board some hundred. */
export const MOST_CONNECTIONS_EACH = 256;

export const LIMITS: Limits = Object.freeze({ requests: 1_500, failures: 20 });

const MINUTE = 60_000;
/** A customer's network, as one: whoever has a /56 has more addresses than can be counted one by one. */
const IPV6_SUBNET = 56;

/** What stands for an address where clients are counted. */
export const networkOf = (address: string): string => ipKeyGenerator(address, IPV6_SUBNET);

const addressOf = ({ ip }: Request) => networkOf(ip ?? '');

/** By key where there is one, and by address for what is open. */
export function requestRate({ requests }: Limits): RateLimitRequestHandler {
  return rateLimit({
    windowMs: MINUTE,
    limit: requests,
    keyGenerator: (request, response) => (response.locals.caller as { key?: string })?.key || addressOf(request),
    standardHeaders: 'draft-7',
    legacyHeaders: false,
    handler: (_request, _response, next) =>
      next(
        new ApiError('too_many_requests', `expected at most ${requests} requests a minute`, {
          headers: { 'retry-after': '60' },
        }),
      ),
  });
}
