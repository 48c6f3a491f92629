/** Which tenant has which slot. */
import { z } from 'zod';
import { SERVER_NAME_EXPECTED, serverName } from '../../../rack/tenancy/server-name.ts';
import type { ServerView } from '../../control/feed-protocol.ts';
import { byWhom } from '../../customer/actor.ts';
import { createBody, keysText, tagsBody, userDataText } from '../../customer/order.ts';
import { ApiError } from '../../http/errors.ts';
import { type Route, route } from '../../http/route.ts';
import type { Services } from '../../http/services.ts';
import { accepted, acceptedAnswer } from '../tasks/accepted.ts';
import { timeOf, when } from '../time.ts';
import { done } from './asked.ts';
import { slotOf, slotParams } from './rack-slots.ts';

const group = 'staff: assignments';

const shape = z.object({
  slot: z.int(),
  tenant: z.string(),
  server: z.string(),
  status: z.string(),
  model: z.string(),
  created_at: when,
});

const list = route({
  method: 'GET',
  path: '/api/v1/staff/assignments',
  name: 'staffListAssignments',
  summary: 'Which tenant has which slot, under which name',
  group,
  needs: 'staff',
  query: z.object({ tenant: z.string().max(64).optional() }),
  answers: { 200: { description: 'by slot', schema: z.object({ assignments: z.array(shape) }) } },
  errors: [],
  handle: ({ query, services }) => {
    const assignments = [...services.mirror.rack().servers.values()]
      .filter(({ tenant }) => query.tenant === undefined || tenant === query.tenant)
      .sort((one, other) => one.slot - other.slot)
      .map(({ slot, tenant, name, status, spec, createdAt }) => ({
        slot,
        tenant,
        server: name,
        status,
        model: spec.modelFull,
        created_at: timeOf(createdAt),
      }));
    return { status: 200, body: { assignments } };
  },
});

const assign = route({
  method: 'POST',
  path: '/api/v1/staff/assignments',
  name: 'staffAssign',
  summary: 'Give a tenant the very slot: a server with a fresh root, as if it had ordered that board',
  group,
  needs: 'staff',
  idempotent: true,
  body: z.strictObject({
    tenant: z.string().max(64),
    slot: z.int().positive(),
    name: z.string().max(100).optional().describe('left out: one is made up'),
    disk: createBody.shape.disk,
    os_image: z.string().max(200).optional().describe('left out: as the rack file has it'),
    ssh_key: keysText.optional(),
    user_data: userDataText.nullish(),
    tags: tagsBody.optional(),
  }),
  answers: { 202: accepted('the slot is the tenant’s') },
  errors: ['not_found', 'slot_taken', 'name_taken', 'quota_reached'],
  handle: async ({ body, services, caller, requestKey }) => {
    const { slot } = slotOf(services, String(body.slot));
    const name = body.name === undefined ? undefined : serverName(body.name);
    if (body.name !== undefined && name === undefined)
      throw new ApiError('bad_request', `name: expected ${SERVER_NAME_EXPECTED}`);
    const { images } = services.mirror.rack();
    if (body.os_image !== undefined && !images.some((each) => each.name === body.os_image))
      throw new ApiError('bad_request', `os_image: expected one of ${images.map((each) => each.name).join(', ')}`);
    const made = await done(services, (control) =>
      control.createServer({
        tenant: body.tenant,
        ...(name && { name }),
        order: { slot },
        disk: body.disk,
        image: body.os_image,
        keys: body.ssh_key ?? '',
        userData: body.user_data ?? undefined,
        tags: body.tags ?? {},
        requestKey,
        by: byWhom(caller),
      }),
    );
    return acceptedAnswer(services, made.name, made.task);
  },
});

/** The server that has the slot. */
function serverAt(services: Services, text: string): ServerView {
  const { slot } = slotOf(services, text);
  const server = [...services.mirror.rack().servers.values()].find((each) => each.slot === slot);
  if (server === undefined) throw new ApiError('not_found', `slot ${slot} is nobody’s`);
  return server;
}

const move = route({
  method: 'PATCH',
  path: '/api/v1/staff/assignments/{slot}',
  name: 'staffMove',
  summary:
    'Give the server of a slot another slot: it keeps its name, keys and settings; its address changes and its root is fresh',
  group,
  needs: 'staff',
  params: slotParams,
  body: z.strictObject({
    slot: z.int().positive().describe('where it is to be'),
    fresh_root: z.literal(true).describe('to say that what is on its root does not go along'),
  }),
  answers: { 202: accepted('both slots are worked on') },
  errors: ['not_found', 'slot_taken', 'not_live', 'protected', 'task_failed'],
  handle: async ({ params, body, services, caller }) => {
    const { name } = serverAt(services, params.slot);
    const { slot } = slotOf(services, String(body.slot));
    const { task } = await done(services, (control) => control.moveServer({ name, slot, by: byWhom(caller) }));
    return acceptedAnswer(services, name, task);
  },
});

const release = route({
  method: 'DELETE',
  path: '/api/v1/staff/assignments/{slot}',
  name: 'staffRelease',
  summary: 'Take a slot from its tenant: the name is free at once, the board is switched off and wiped behind it',
  group,
  needs: 'staff',
  params: slotParams,
  answers: { 204: { description: 'it is nobody’s' } },
  errors: ['not_found', 'not_live', 'protected'],
  handle: async ({ params, services, caller }) => {
    const { name } = serverAt(services, params.slot);
    await done(services, (control) => control.removeServer({ name, by: byWhom(caller) }));
    return { status: 204 };
  },
});

export const assignmentRoutes: readonly Route[] = [list, assign, move, release];
