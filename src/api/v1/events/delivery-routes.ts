import { z } from 'zod';
import { ApiError } from '../../http/errors.ts';
import { type Route, route } from '../../http/route.ts';
import { cursorOf, limitOf, nextCursor, numberOf, pageQuery } from '../paging.ts';
import { byId, findWebhook } from './webhook-find.ts';
import { deliveryOf, deliveryRecord } from './webhook-shape.ts';

const group = 'webhooks';
const needs = 'provision';
const accepted = {
  202: { description: 'on its way; the delivery says what becomes of it', schema: z.object({ delivery: z.int() }) },
};

const list = route({
  method: 'GET',
  path: '/api/v1/webhooks/{id}/deliveries',
  name: 'listDeliveries',
  summary: 'What was sent to a webhook, and what became of it',
  group,
  needs,
  params: byId,
  query: z.object(pageQuery),
  answers: {
    200: {
      description: 'newest first; the last 500 that have ended are kept',
      schema: z.object({ deliveries: z.array(deliveryRecord), next: nextCursor }),
    },
  },
  errors: ['not_found'],
  handle: ({ params, query, services, caller }) => {
    const { id } = findWebhook(services, caller, params.id);
    const limit = limitOf(query);
    const rows = services.webhooks.all.deliveries.newest(id, limit + 1, numberOf(query));
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    const next = rows.length > limit && last !== undefined ? cursorOf(last.id) : null;
    return { status: 200, body: { deliveries: page.map(deliveryOf), next } };
  },
});

const test = route({
  method: 'POST',
  path: '/api/v1/webhooks/{id}/test',
  name: 'testWebhook',
  summary: 'Send a message of type webhook.test, also to a webhook that is switched off',
  group,
  needs,
  params: byId,
  idempotent: true,
  answers: accepted,
  errors: ['not_found'],
  handle: async ({ params, services, caller }) => {
    const webhook = findWebhook(services, caller, params.id);
    const delivery = await services.webhooks.all.test(webhook);
    services.webhooks.kick();
    return { status: 202, body: { delivery } };
  },
});

const redeliver = route({
  method: 'POST',
  path: '/api/v1/webhooks/{id}/deliveries/{delivery}/redeliver',
  name: 'redeliver',
  summary: 'Send a message once more, under the same id',
  group,
  needs,
  params: byId.extend({ delivery: z.string().max(20).describe('of the list of deliveries') }),
  idempotent: true,
  answers: accepted,
  errors: ['not_found', 'webhook_off'],
  handle: async ({ params, services, caller }) => {
    const { all, kick } = services.webhooks;
    const webhook = findWebhook(services, caller, params.id);
    const before = /^\d{1,15}$/.test(params.delivery)
      ? all.deliveries.get(webhook.id, Number(params.delivery))
      : undefined;
    if (before === undefined) throw new ApiError('not_found', 'no such delivery, or it is not kept any more');
    if (!webhook.enabled) throw new ApiError('webhook_off', 'this webhook is switched off: switch it on first');
    const delivery = await all.redeliver(before);
    kick();
    return { status: 202, body: { delivery } };
  },
});

export const deliveryRoutes: readonly Route[] = [list, test, redeliver];
