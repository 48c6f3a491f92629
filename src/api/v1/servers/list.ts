import { z } from 'zod';
import { named, visible } from '../../customer/find.ts';
import { route } from '../../http/route.ts';
import { find } from '../find.ts';
import { nextCursor, pageOf, pageQuery } from '../paging.ts';
import { record, v1RecordOf } from './record.ts';
import { hasTags, tagQuery } from './tags.ts';

const group = 'v1-servers';

export const listServers = route({
  method: 'GET',
  path: '/api/v1/servers',
  name: 'v1ListServers',
  summary: 'All servers of the account in order of their names, page by page',
  group,
  needs: 'read',
  query: z.object({ tag: tagQuery, ...pageQuery }),
  answers: {
    200: { description: 'whole records', schema: z.object({ servers: z.array(record), next: nextCursor }) },
  },
  errors: [],
  handle: ({ query, services, caller }) => {
    const { slots } = services.mirror.rack();
    const wanted = visible(services, caller).filter(({ tags }) => hasTags(tags, query.tag));
    const { items, next } = pageOf(wanted, ({ name }) => name, query);
    const servers = items.flatMap((server) => {
      const slot = slots.get(server.slot);
      return slot === undefined ? [] : [v1RecordOf(server, slot, services)];
    });
    return { status: 200, body: { servers, next } };
  },
});

export const getServer = route({
  method: 'GET',
  path: '/api/v1/servers/{name}',
  name: 'v1GetServer',
  summary: 'One server, in whatever state it is',
  group,
  needs: 'read',
  params: named,
  answers: { 200: { description: 'the server', schema: record } },
  errors: ['not_found'],
  handle: ({ params, services, caller }) => {
    const { server, slot } = find(services, caller, params.name);
    return { status: 200, body: v1RecordOf(server, slot, services) };
  },
});
