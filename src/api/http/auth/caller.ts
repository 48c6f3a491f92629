import { allows, type Scope } from '../../../rack/tenancy/scope.ts';
import type { ServerName } from '../../../rack/tenancy/server-name.ts';

/** Who asks, once that is known. */
export interface Caller {
  /** Id of the key; empty on open routes. */
  readonly key: string;
  /** Undefined: staff, or nobody. */
  readonly tenant: string | undefined;
  readonly scope: Scope | undefined;
  /** Servers that the key is for; undefined: all of the tenant. */
  readonly servers: ReadonlySet<ServerName> | undefined;
  /** Where the request comes from, behind trusted proxies where there are any. */
  readonly address: string;
}

export function mayDo(caller: Caller, needs: Scope): boolean {
  return caller.scope !== undefined && allows(caller.scope, needs);
}

/** Whether a server of `tenant` is the caller's to see. */
export function sees(caller: Caller, tenant: string, name: ServerName): boolean {
  if (caller.scope === 'staff') return true;
  return caller.tenant === tenant && (caller.servers === undefined || caller.servers.has(name));
}
