/** Tenants, keys and the log of changes on the control socket. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import type { Tenancy } from '../../jobs/tenancy.ts';
import type { Actor } from '../../rack/tenancy/actor.ts';
import type { ApiKey } from '../../rack/tenancy/key.ts';
import { SCOPES } from '../../rack/tenancy/scope.ts';
import { SERVER_NAME_EXPECTED, serverName } from '../../rack/tenancy/server-name.ts';
import type { Tenant } from '../../rack/tenancy/tenant.ts';
import { millis } from '../../rack/units.ts';
import type { AuditRow } from '../../store/audit.ts';
import { checked, json, parsed } from './answer.ts';

/** A key as it is shown: without the hash of its secret. */
export type KeyView = Omit<ApiKey, 'hash'>;

export interface AuditQuery {
  readonly limit: number;
  readonly before: number | undefined;
  readonly tenant: string | undefined;
}

export interface TenancyTarget {
  readonly tenancy: Tenancy;
  audit(query: AuditQuery): readonly AuditRow[];
}

export const line = (most: number) =>
  z
    .string()
    .min(1)
    .max(most)
    .regex(/^\P{Cc}+$/u, 'expected one line without control characters');

export const actor: z.ZodType<Actor> = z
  .strictObject({ who: line(100), address: line(64).optional(), tenant: line(32).optional() })
  .transform(({ who, address, tenant }) => ({ who, address, tenant }));

export const name = z.string().transform((text, context) => {
  const read = serverName(text);
  if (read !== undefined) return read;
  context.addIssue({ code: 'custom', message: `expected ${SERVER_NAME_EXPECTED}` });
  return z.NEVER;
});

const tenantRequest = z.strictObject({
  name: z.string().max(64),
  quota: z.int().min(0).max(100_000).optional(),
  by: actor,
});
const tenantName = z.strictObject({ name: z.string().max(64), by: actor });
const keyRequest = z.strictObject({
  tenant: z.string().max(64).optional(),
  scope: z.enum(SCOPES),
  servers: z.array(name).min(1).max(1_000).optional(),
  label: line(100),
  expiresAt: z.int().min(0).transform(millis).optional(),
  by: actor,
});
const keyId = z.strictObject({ id: z.string().max(64), by: actor });
const auditQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(1_000).default(100),
  before: z.coerce.number().int().min(1).optional(),
  tenant: z.string().max(64).optional(),
});

/** Answers `route`; false: it is none of these. */
export async function tenancyRoute(
  route: string,
  query: URLSearchParams,
  target: TenancyTarget,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  const { tenancy } = target;
  switch (route) {
    case 'GET /v1/tenants':
      json(response, tenancy.tenants() satisfies readonly Tenant[]);
      return true;
    case 'GET /v1/keys':
      json(response, tenancy.keys().map(keyView));
      return true;
    case 'GET /v1/audit': {
      const { limit, before, tenant } = checked(auditQuery, Object.fromEntries(query));
      json(response, target.audit({ limit, before, tenant }));
      return true;
    }
    case 'POST /v1/tenants': {
      const wanted = await parsed(tenantRequest, request);
      json(response, await tenancy.putTenant(wanted.name, wanted.quota, wanted.by));
      return true;
    }
    case 'POST /v1/tenants/disable': {
      const wanted = await parsed(tenantName, request);
      json(response, await tenancy.disableTenant(wanted.name, wanted.by));
      return true;
    }
    case 'POST /v1/keys': {
      const { by, ...wanted } = await parsed(keyRequest, request);
      const { key, secret } = await tenancy.createKey(wanted, by);
      json(response, { key: keyView(key), secret });
      return true;
    }
    case 'POST /v1/keys/revoke': {
      const { id, by } = await parsed(keyId, request);
      json(response, keyView(await tenancy.revokeKey(id, by)));
      return true;
    }
    default:
      return false;
  }
}

function keyView({ hash: _, ...rest }: ApiKey): KeyView {
  return rest;
}
