import { z } from 'zod';
import { byWhom } from '../../customer/actor.ts';
import { commanded } from '../../customer/commands.ts';
import { named } from '../../customer/find.ts';
import { tagsBody, userDataText } from '../../customer/order.ts';
import { route } from '../../http/route.ts';
import { find } from '../find.ts';
import { record, v1RecordOf } from './record.ts';

const body = z
  .strictObject({
    tags: tagsBody.optional().describe('replaces all tags'),
    protection: z
      .strictObject({ delete: z.boolean().optional(), rebuild: z.boolean().optional() })
      .optional()
      .describe('what is left out stays as it is'),
    user_data: userDataText.nullable().optional().describe('for the next root; null: none'),
  })
  .describe('what is left out stays as it is');

export const changeServer = route({
  method: 'PATCH',
  path: '/api/v1/servers/{name}',
  name: 'v1ChangeServer',
  summary: 'Change the tags, the protection or the user-data of a server, in whatever state it is',
  group: 'v1-servers',
  needs: 'provision',
  idempotent: true,
  params: named,
  body,
  answers: { 200: { description: 'the server as it is now', schema: record } },
  errors: ['not_found'],
  handle: async ({ params, body: { tags, protection, user_data: userData }, services, caller }) => {
    const { server } = find(services, caller, params.name);
    await commanded(services, (control) =>
      control.changeServer({ name: server.name, tags, protection, userData, by: byWhom(caller) }),
    );
    const now = find(services, caller, params.name);
    return { status: 200, body: v1RecordOf(now.server, now.slot, services) };
  },
});
