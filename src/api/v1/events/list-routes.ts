import { z } from 'zod';
import type { ServerName } from '../../../rack/tenancy/server-name.ts';
import { fromController } from '../../customer/commands.ts';
import { named } from '../../customer/find.ts';
import { type Answer, type Route, type RouteRequest, route } from '../../http/route.ts';
import { find } from '../find.ts';
import { limitOf, pageQuery } from '../paging.ts';
import { admits } from './audience.ts';
import { afterQuery } from './place.ts';
import { clientEvent, shapeOf } from './shape.ts';
import { typeQuery } from './types.ts';

const query = z.object({
  after: afterQuery.describe('only events after this one; left out: from the oldest that is kept'),
  type: typeQuery,
  limit: pageQuery.limit,
});

const answers = {
  200: {
    description: 'oldest first; with `type` there may be fewer than `limit`, and more behind them',
    schema: z.object({
      events: z.array(clientEvent),
      next: z.int().describe('to ask for what comes then, as `after`'),
      more: z.boolean().describe('there is more already'),
      missing_upto: z
        .int()
        .nullable()
        .describe('of the events up to this one some are not kept any more; null: all are'),
    }),
  },
};

async function listed(
  { services, caller, query: asked }: RouteRequest<unknown, z.infer<typeof query>>,
  server: ServerName | undefined,
): Promise<Answer> {
  const { after = 0, type } = asked;
  const limit = limitOf(asked);
  const page = await fromController(services, (control) =>
    control.events({ after, limit, tenant: caller.tenant, server }),
  );
  const seen = page.events.filter((row) => admits({ caller, server, types: type }, row));
  const more = page.events.length === limit;
  const last = more ? (page.events.at(-1)?.id ?? after) : page.newest;
  return {
    status: 200,
    body: {
      events: seen.map((row) => shapeOf(row, caller.scope === 'staff')),
      next: last,
      more,
      missing_upto: after < page.swept ? page.swept : null,
    },
  };
}

const all = route({
  method: 'GET',
  path: '/api/v1/events',
  name: 'listEvents',
  summary: 'What happened to all servers of the key; with a staff key to the whole rack',
  group: 'events',
  needs: 'read',
  query,
  answers,
  errors: [],
  handle: (request) => listed(request, undefined),
});

const one = route({
  method: 'GET',
  path: '/api/v1/servers/{name}/events',
  name: 'listServerEvents',
  summary: 'What happened to a server',
  group: 'events',
  needs: 'read',
  params: named,
  query,
  answers,
  errors: ['not_found'],
  handle: (request) => listed(request, find(request.services, request.caller, request.params.name).server.name),
});

export const listRoutes: readonly Route[] = [all, one];
