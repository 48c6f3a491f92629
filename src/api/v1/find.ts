import { type Found, lookUp } from '../customer/find.ts';
import type { Caller } from '../http/auth/caller.ts';
import { ApiError } from '../http/errors.ts';
import type { Services } from '../http/services.ts';

/** The server, if it is there and the caller's. Others' and none look the same here too, and are a plain 404. */
export function find(services: Services, caller: Caller, text: string): Found {
  const found = lookUp(services, caller, text);
  if (found === undefined) throw new ApiError('not_found', 'no such server, or it is not yours');
  return found;
}
