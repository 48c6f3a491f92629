import type { Actor } from '../../rack/tenancy/actor.ts';
import type { Caller } from '../http/auth/caller.ts';

/** The caller as the log of changes writes it. */
export function byWhom({ key, address, tenant }: Caller): Actor {
  return { who: key, address: address === '' ? undefined : address, tenant };
}
