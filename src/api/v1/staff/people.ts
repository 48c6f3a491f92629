/** Tenants, keys and the log of changes, as the command line has them. */
import { z } from 'zod';
import { SCOPES } from '../../../rack/tenancy/scope.ts';
import { serverName } from '../../../rack/tenancy/server-name.ts';
import { isTenantName, TENANT_NAME_EXPECTED, type Tenant } from '../../../rack/tenancy/tenant.ts';
import type { KeyView } from '../../control/tenancy-routes.ts';
import { byWhom } from '../../customer/actor.ts';
import { ApiError } from '../../http/errors.ts';
import { type Route, route } from '../../http/route.ts';
import { cursorOf, limitOf, nextCursor, numberOf, pageQuery } from '../paging.ts';
import { timeOf, when } from '../time.ts';
import { asked } from './asked.ts';

const group = 'staff: tenants and keys';

const tenant = z.object({
  name: z.string(),
  quota: z.int().nullable().describe('servers that it may have; null: no limit'),
  servers: z.int().describe('that it has'),
  disabled_at: when.nullable(),
  created_at: when,
});
const tenantOf = ({ name, quota, disabledAt, createdAt }: Tenant, servers: number): z.infer<typeof tenant> => ({
  name,
  quota: quota ?? null,
  servers,
  disabled_at: disabledAt === undefined ? null : timeOf(disabledAt),
  created_at: timeOf(createdAt),
});
const named = z.object({ name: z.string().describe('of the tenant') });

const count = (servers: Iterable<{ readonly tenant: string }>, name: string) =>
  [...servers].filter((server) => server.tenant === name).length;

const listTenants = route({
  method: 'GET',
  path: '/api/v1/staff/tenants',
  name: 'staffListTenants',
  summary: 'Customers, and how many servers each may have',
  group,
  needs: 'staff',
  answers: { 200: { description: 'tenants', schema: z.object({ tenants: z.array(tenant) }) } },
  errors: [],
  handle: ({ services }) => {
    const { tenants, servers } = services.mirror.rack();
    const all = [...tenants.values()].map((each) => tenantOf(each, count(servers.values(), each.name)));
    return { status: 200, body: { tenants: all } };
  },
});

const putTenant = route({
  method: 'PUT',
  path: '/api/v1/staff/tenants/{name}',
  name: 'staffPutTenant',
  summary: 'Make a tenant; of one that exists, change the quota and let its keys work again',
  group,
  needs: 'staff',
  params: named,
  body: z.strictObject({ quota: z.int().min(0).max(100_000).nullable().describe('null: no limit') }),
  answers: { 200: { description: 'the tenant', schema: tenant } },
  errors: [],
  handle: async ({ params: { name }, body: { quota }, services, caller }) => {
    if (!isTenantName(name)) throw new ApiError('bad_request', `name: expected ${TENANT_NAME_EXPECTED}`);
    const wanted = { name, ...(quota === null ? {} : { quota }), by: byWhom(caller) };
    const made = await asked(services, (control) => control.putTenant(wanted));
    return { status: 200, body: tenantOf(made, count(services.mirror.rack().servers.values(), name)) };
  },
});

const disableTenant = route({
  method: 'DELETE',
  path: '/api/v1/staff/tenants/{name}',
  name: 'staffDisableTenant',
  summary: 'Let none of a tenant’s keys work; its servers go on',
  group,
  needs: 'staff',
  params: named,
  answers: { 204: { description: 'none of its keys works' } },
  errors: ['not_found'],
  handle: async ({ params: { name }, services, caller }) => {
    if (!isTenantName(name)) throw new ApiError('not_found', 'no such tenant');
    await asked(services, (control) => control.disableTenant({ name, by: byWhom(caller) }));
    return { status: 204 };
  },
});

const key = z.object({
  id: z.string(),
  tenant: z.string().nullable(),
  scope: z.enum(SCOPES),
  servers: z.array(z.string()).nullable().describe('null: all of the tenant'),
  label: z.string(),
  created_at: when,
  expires_at: when.nullable(),
  revoked_at: when.nullable(),
});
const keyOf = (each: KeyView): z.infer<typeof key> => ({
  id: each.id,
  tenant: each.tenant ?? null,
  scope: each.scope,
  servers: each.servers === undefined ? null : [...each.servers],
  label: each.label,
  created_at: timeOf(each.createdAt),
  expires_at: each.expiresAt === undefined ? null : timeOf(each.expiresAt),
  revoked_at: each.revokedAt === undefined ? null : timeOf(each.revokedAt),
});

const listKeys = route({
  method: 'GET',
  path: '/api/v1/staff/keys',
  name: 'staffListKeys',
  summary: 'Keys, without their secrets',
  group,
  needs: 'staff',
  query: z.object({ tenant: z.string().max(64).optional() }),
  answers: { 200: { description: 'keys', schema: z.object({ keys: z.array(key) }) } },
  errors: [],
  handle: ({ query, services }) => {
    const all = [...services.mirror.rack().keys.values()];
    const wanted = all.filter((each) => query.tenant === undefined || each.tenant === query.tenant);
    return { status: 200, body: { keys: wanted.map(keyOf) } };
  },
});

const createKey = route({
  method: 'POST',
  path: '/api/v1/staff/keys',
  name: 'staffCreateKey',
  summary: 'Make a key; its secret is in this answer and nowhere else',
  group,
  needs: 'staff',
  body: z.strictObject({
    tenant: z.string().max(64).optional().describe('left out for the scopes staff and monitor'),
    scope: z.enum(SCOPES),
    servers: z
      .array(z.string().refine((text) => serverName(text) !== undefined, { error: 'expected the name of a server' }))
      .min(1)
      .max(1_000)
      .optional(),
    label: z
      .string()
      .min(1)
      .max(100)
      .regex(/^\P{Cc}+$/u, { error: 'expected one line' }),
    expires_at: z.iso
      .datetime()
      .transform((text) => Date.parse(text))
      .optional(),
  }),
  answers: { 201: { description: 'the key', schema: key.extend({ secret: z.string() }) } },
  errors: ['not_found'],
  handle: async ({ body: { expires_at: expiresAt, tenant: of, servers, scope, label }, services, caller }) => {
    const made = await asked(services, (control) =>
      control.createKey({
        scope,
        label,
        ...(of === undefined ? {} : { tenant: of }),
        ...(servers === undefined ? {} : { servers }),
        ...(expiresAt === undefined ? {} : { expiresAt }),
        by: byWhom(caller),
      }),
    );
    return { status: 201, body: { ...keyOf(made.key), secret: made.secret } };
  },
});

const revokeKey = route({
  method: 'DELETE',
  path: '/api/v1/staff/keys/{key}',
  name: 'staffRevokeKey',
  summary: 'Let a key work no more; a second time changes nothing',
  group,
  needs: 'staff',
  params: z.object({ key: z.string().describe('its id') }),
  answers: { 204: { description: 'it works no more' } },
  errors: ['not_found'],
  handle: async ({ params: { key: id }, services, caller }) => {
    if (!services.mirror.rack().keys.has(id)) throw new ApiError('not_found', 'no such key');
    await asked(services, (control) => control.revokeKey({ id, by: byWhom(caller) }));
    return { status: 204 };
  },
});

const audit = route({
  method: 'GET',
  path: '/api/v1/staff/audit',
  name: 'staffListAudit',
  summary: 'Who changed what, from where, with before and after; the newest first, page by page',
  group,
  needs: 'staff',
  query: z.object({ tenant: z.string().max(64).optional(), ...pageQuery }),
  answers: {
    200: {
      description: 'changes',
      schema: z.object({
        changes: z.array(
          z.object({
            id: z.int(),
            at: when,
            who: z.string(),
            address: z.string().nullable(),
            tenant: z.string().nullable(),
            action: z.string(),
            target: z.string(),
            before: z.unknown(),
            after: z.unknown(),
          }),
        ),
        next: nextCursor,
      }),
    },
  },
  errors: [],
  handle: async ({ query, services }) => {
    const limit = limitOf(query);
    const before = numberOf(query);
    const rows = await asked(services, (control) =>
      control.audit({
        limit,
        ...(before === undefined || before < 1 ? {} : { before }),
        ...(query.tenant === undefined ? {} : { tenant: query.tenant }),
      }),
    );
    const last = rows.at(-1);
    const changes = rows.map(({ id, at, who, address, tenant: of, action, target, before: was, after }) => ({
      id,
      at: timeOf(at),
      who,
      address: address ?? null,
      tenant: of ?? null,
      action,
      target,
      before: was,
      after,
    }));
    return {
      status: 200,
      body: { changes, next: rows.length < limit || last === undefined ? null : cursorOf(last.id) },
    };
  },
});

export const peopleRoutes: readonly Route[] = [
  listTenants,
  putTenant,
  disableTenant,
  listKeys,
  createKey,
  revokeKey,
  audit,
];
