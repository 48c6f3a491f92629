import { z } from 'zod';
import { hours, millis } from '../../../rack/units.ts';
import { byWhom } from '../../customer/actor.ts';
import { fromController } from '../../customer/commands.ts';
import { ApiError } from '../../http/errors.ts';
import { type Route, route } from '../../http/route.ts';
import { MOST_WEBHOOKS } from '../../webhooks/webhooks.ts';
import { byId, checkUrl, findWebhook, wholeTenant } from './webhook-find.ts';
import { newWebhook, rotation, webhookChange, webhookOf, webhookRecord, withSecret } from './webhook-shape.ts';

const group = 'webhooks';
const ROOT = '/api/v1/webhooks';
/** Where they lead may be a secret: a key that only reads does not see them. */
const needs = 'provision';

const list = route({
  method: 'GET',
  path: ROOT,
  name: 'listWebhooks',
  summary: 'Webhooks of the tenant; with a staff key those of staff',
  group,
  needs,
  answers: { 200: { description: `up to ${MOST_WEBHOOKS}`, schema: z.object({ webhooks: z.array(webhookRecord) }) } },
  errors: [],
  handle: ({ services, caller }) => {
    wholeTenant(caller);
    const now = services.clock.now();
    return {
      status: 200,
      body: { webhooks: services.webhooks.all.of(caller.tenant).map((each) => webhookOf(each, now)) },
    };
  },
});

const create = route({
  method: 'POST',
  path: ROOT,
  name: 'createWebhook',
  summary: 'Have events sent to an address of yours',
  group,
  needs,
  body: newWebhook,
  idempotent: true,
  answers: { 201: { description: 'with its secret', schema: withSecret } },
  errors: ['quota_reached'],
  handle: async ({ body, services, caller, requestKey }) => {
    wholeTenant(caller);
    checkUrl(services, body.url);
    const { url, description, types } = body;
    const wanted = { tenant: caller.tenant, url, description, types: types ?? undefined, requestKey };
    const webhook = await fromController(services, () => services.webhooks.all.create(wanted, byWhom(caller)));
    if (webhook === undefined) throw new ApiError('quota_reached', `expected at most ${MOST_WEBHOOKS} webhooks`);
    return { status: 201, body: { ...webhookOf(webhook, services.clock.now()), secret: webhook.secret } };
  },
});

const get = route({
  method: 'GET',
  path: `${ROOT}/{id}`,
  name: 'getWebhook',
  summary: 'A webhook, and how it does',
  group,
  needs,
  params: byId,
  answers: { 200: { description: 'without its secret', schema: webhookRecord } },
  errors: ['not_found'],
  handle: ({ params, services, caller }) => ({
    status: 200,
    body: webhookOf(findWebhook(services, caller, params.id), services.clock.now()),
  }),
});

const patch = route({
  method: 'PATCH',
  path: `${ROOT}/{id}`,
  name: 'changeWebhook',
  summary: 'Change a webhook, or switch it off or on again',
  group,
  needs,
  params: byId,
  body: webhookChange,
  answers: { 200: { description: 'as it is now', schema: webhookRecord } },
  errors: ['not_found'],
  handle: async ({ params, body, services, caller }) => {
    const webhook = findWebhook(services, caller, params.id);
    if (body.url !== undefined) checkUrl(services, body.url);
    const { types, ...rest } = body;
    const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
    const change = { ...given, ...(types === undefined ? {} : { types: types ?? undefined }) };
    const next = await fromController(services, () => services.webhooks.all.change(webhook, change, byWhom(caller)));
    return { status: 200, body: webhookOf(next, services.clock.now()) };
  },
});

const remove = route({
  method: 'DELETE',
  path: `${ROOT}/{id}`,
  name: 'deleteWebhook',
  summary: 'Send nothing more; what waits goes with it',
  group,
  needs,
  params: byId,
  answers: { 204: { description: 'gone' } },
  errors: ['not_found'],
  handle: async ({ params, services, caller }) => {
    const webhook = findWebhook(services, caller, params.id);
    await fromController(services, () => services.webhooks.all.remove(webhook, byWhom(caller)));
    return { status: 204 };
  },
});

const rotate = route({
  method: 'POST',
  path: `${ROOT}/{id}/rotate`,
  name: 'rotateWebhookSecret',
  summary: 'A new secret; for a while messages are signed with both',
  group,
  needs,
  params: byId,
  body: rotation,
  idempotent: true,
  answers: { 200: { description: 'with the new secret', schema: withSecret } },
  errors: ['not_found'],
  handle: async ({ params, body, services, caller }) => {
    const webhook = findWebhook(services, caller, params.id);
    const until = millis(services.clock.now() + hours(body.keep_hours));
    const next = await fromController(services, () => services.webhooks.all.rotate(webhook, until, byWhom(caller)));
    return { status: 200, body: { ...webhookOf(next, services.clock.now()), secret: next.secret } };
  },
});

export const webhookRoutes: readonly Route[] = [list, create, get, patch, remove, rotate];
