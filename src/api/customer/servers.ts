import { z } from 'zod';
import { serverName } from '../../rack/tenancy/server-name.ts';
import { ApiError } from '../http/errors.ts';
import { type Route, route } from '../http/route.ts';
import { byWhom } from './actor.ts';
import { commanded } from './commands.ts';
import { find, lookUp, named, visible } from './find.ts';
import { createBody, order } from './order.ts';
import { listed, listedOf, record, recordOf } from './record.ts';

const group = 'servers';

const list = route({
  method: 'GET',
  path: '/beta/pi/servers',
  name: 'listServers',
  summary: 'All servers of the account, also those that are being provisioned',
  group,
  needs: 'read',
  answers: { 200: { description: 'by name', schema: z.object({ servers: z.record(z.string(), listed) }) } },
  errors: [],
  handle: ({ services, caller }) => ({
    status: 200,
    body: { servers: Object.fromEntries(visible(services, caller).map((server) => [server.name, listedOf(server)])) },
  }),
});

const get = route({
  method: 'GET',
  path: '/beta/pi/servers/{name}',
  name: 'getServer',
  summary: 'One server, in whatever state it is',
  group,
  needs: 'read',
  params: named,
  answers: { 200: { description: 'the server', schema: record } },
  errors: [],
  handle: ({ params, services, caller }) => {
    const { server, slot } = find(services, caller, params.name);
    return { status: 200, body: recordOf(server, slot, services) };
  },
});

const created = {
  202: {
    description: 'board, address and port are allocated; Location is the task to follow',
    headers: { location: 'the task, as an absolute URL' },
    schema: z.object({ name: z.string() }),
  },
};
const createErrors = ['quota_reached', 'name_taken', 'no_board_free', 'forbidden'] as const;

const create = route({
  method: 'POST',
  path: '/beta/pi/servers',
  name: 'createServer',
  summary: 'A new server with a name that is made up',
  group,
  needs: 'provision',
  idempotent: true,
  body: createBody,
  answers: created,
  errors: createErrors,
  handle: (request) => order(request, undefined),
});

const createNamed = route({
  method: 'POST',
  path: '/beta/pi/servers/{name}',
  name: 'createNamedServer',
  summary: 'A new server',
  group,
  needs: 'provision',
  idempotent: true,
  params: named,
  body: createBody,
  answers: created,
  errors: createErrors,
  handle: (request) => order(request, request.params.name),
});

const remove = route({
  method: 'DELETE',
  path: '/beta/pi/servers/{name}',
  name: 'deleteServer',
  summary: 'Cancel a server at once; its name is free when this is answered',
  group,
  needs: 'provision',
  idempotent: true,
  params: named,
  answers: { 204: { description: 'it is gone' } },
  errors: ['not_found', 'not_live', 'protected'],
  handle: async ({ params, services, caller, requestKey }) => {
    // Clients count a 404 as done, and a 403 as a failure: for both unknown and foreign servers, so it reveals nothing.
    const found = lookUp(services, caller, params.name);
    if (found === undefined) throw new ApiError('not_found', `no server ${serverName(params.name) ?? 'of that name'}`);
    await commanded(services, (control) =>
      control.removeServer({ name: found.server.name, requestKey, by: byWhom(caller) }),
    );
    return { status: 204 };
  },
});

export const serverRoutes: readonly Route[] = [list, get, create, createNamed, remove];
