import { z } from 'zod';
import type { ServerName } from '../../../rack/tenancy/server-name.ts';
import { named } from '../../customer/find.ts';
import { type AnswerSpec, type Route, type RouteRequest, route } from '../../http/route.ts';
import { find } from '../find.ts';
import { afterQuery, placeOf } from './place.ts';
import { typeQuery } from './types.ts';

const query = z.object({
  after: afterQuery.describe('begin after this event; 0: with the oldest that is kept; left out: from now on'),
  type: typeQuery,
});

const answers: Readonly<Record<number, AnswerSpec>> = {
  200: {
    description:
      'server-sent events (WHATWG HTML §9.2) until either side ends it. `id`: to resume after; `event`: the type, or `gap` ' +
      'where events are not kept any more, or `end` with the reason as the last; `data`: as in the lists of events',
    type: 'text/event-stream',
  },
};

/** Neither caches nor proxies are to hold back what comes bit by bit. */
const HEADERS = { 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' };

function opened(request: RouteRequest<unknown, z.infer<typeof query>>, server: ServerName | undefined) {
  const { services, caller, lastEventId } = request;
  const { after, type } = request.query;
  services.streams.admit(caller);
  const place = placeOf(lastEventId, after);
  return {
    status: 200,
    headers: HEADERS,
    stream: (response: Parameters<typeof services.streams.open>[2]) =>
      services.streams.open({ caller, server, types: type }, place, response),
  };
}

const all = route({
  method: 'GET',
  path: '/api/v1/events/stream',
  name: 'streamEvents',
  summary: 'What happens to all servers of the key, as it happens; with a staff key to the whole rack',
  group: 'events',
  needs: 'read',
  resumable: true,
  query,
  answers,
  errors: [],
  handle: (request) => opened(request, undefined),
});

const one = route({
  method: 'GET',
  path: '/api/v1/servers/{name}/events/stream',
  name: 'streamServerEvents',
  summary: 'What happens to a server, as it happens',
  group: 'events',
  needs: 'read',
  resumable: true,
  params: named,
  query,
  answers,
  errors: ['not_found'],
  handle: (request) => opened(request, find(request.services, request.caller, request.params.name).server.name),
});

export const streamRoutes: readonly Route[] = [all, one];
