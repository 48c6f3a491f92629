/** Series of a server: nothing in them is of who had its slot before. */
import { z } from 'zod';
import { named } from '../../customer/find.ts';
import { type Route, route } from '../../http/route.ts';
import { find } from '../find.ts';
import { timeOf, when } from '../time.ts';
import { healthBody, healthShape } from './health.ts';
import { powerBody, powerShape } from './power.ts';
import { SUMMARY_END, series, seriesQuery } from './query.ts';

const group = 'v1-series';
const whose = {
  name: z.string(),
  since: when.describe('since when it has its board: all before is null'),
};

const power = route({
  method: 'GET',
  path: '/api/v1/servers/{name}/power/series',
  name: 'v1GetPowerSeries',
  summary: `Watts of a server, as its switch measures, ${SUMMARY_END}`,
  group,
  needs: 'read',
  params: named,
  query: seriesQuery,
  answers: { 200: { description: 'the series', schema: z.object({ ...whose, ...powerShape }) } },
  errors: ['not_found'],
  handle: async ({ params, query, services, caller }) => {
    const { name, tenant, slotSince } = find(services, caller, params.name).server;
    const view = await series(services, { server: name, tenant }, query, (control, all) => control.powerSeries(all));
    return { status: 200, body: { name, since: timeOf(slotSince), ...powerBody(view) } };
  },
});

const health = route({
  method: 'GET',
  path: '/api/v1/servers/{name}/health/series',
  name: 'v1GetHealthSeries',
  summary: `Whether a server answered, its disk, and what it says of load, memory and heat, ${SUMMARY_END}`,
  group,
  needs: 'read',
  params: named,
  query: seriesQuery,
  answers: { 200: { description: 'the series', schema: z.object({ ...whose, ...healthShape }) } },
  errors: ['not_found'],
  handle: async ({ params, query, services, caller }) => {
    const { name, tenant, slotSince } = find(services, caller, params.name).server;
    const view = await series(services, { server: name, tenant }, query, (control, all) => control.healthSeries(all));
    return { status: 200, body: { name, since: timeOf(slotSince), ...healthBody(view) } };
  },
});

export const seriesRoutes: readonly Route[] = [power, health];
