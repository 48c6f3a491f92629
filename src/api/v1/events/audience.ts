/** Who is told of what. An event belongs to who had the slot as it was recorded, and to staff; whoever has it now gains nothing. */
import { isClientEvent } from '../../../rack/tenancy/event-types.ts';
import type { ServerName } from '../../../rack/tenancy/server-name.ts';
import { type Caller, sees } from '../../http/auth/caller.ts';
import type { TypeFilter } from './types.ts';

export interface Audience {
  readonly caller: Caller;
  /** Only events of this server; undefined: all that the caller may see. */
  readonly server: ServerName | undefined;
  /** Undefined: of every type. */
  readonly types: TypeFilter | undefined;
}

export interface Owned {
  readonly kind: string;
  readonly tenant: string | null;
  readonly server: string | null;
}

/** `passing`: it is of a type that is told while it goes on; these are for customers too. */
export function admits({ caller, server, types }: Audience, event: Owned, passing = false): boolean {
  if (server !== undefined && event.server !== server) return false;
  if (types !== undefined && !types.has(event.kind)) return false;
  if (caller.scope === 'staff') return true;
  if (event.tenant === null || caller.tenant !== event.tenant || !(passing || isClientEvent(event.kind))) return false;
  // A key for some servers is told of these, and not of what is the tenant's as a whole.
  return event.server === null ? caller.servers === undefined : sees(caller, event.tenant, event.server as ServerName);
}
