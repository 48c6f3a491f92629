/** Series of a slot: all that is kept, whoever has had it. */
import { z } from 'zod';
import { type Route, route } from '../../http/route.ts';
import { healthBody, healthShape } from '../series/health.ts';
import { powerBody, powerShape } from '../series/power.ts';
import { SUMMARY_END, series, seriesQuery } from '../series/query.ts';
import { slotOf, slotParams } from './rack-slots.ts';

const group = 'staff: the rack';
const whose = { slot: z.int() };

const power = route({
  method: 'GET',
  path: '/api/v1/staff/slots/{slot}/power/series',
  name: 'staffGetPowerSeries',
  summary: `Watts of a slot, as its switch measures, ${SUMMARY_END}`,
  group,
  needs: 'staff',
  params: slotParams,
  query: seriesQuery,
  answers: { 200: { description: 'the series', schema: z.object({ ...whose, ...powerShape }) } },
  errors: ['not_found'],
  handle: async ({ params, query, services }) => {
    const { slot } = slotOf(services, params.slot);
    const view = await series(services, { slot }, query, (control, all) => control.powerSeries(all));
    return { status: 200, body: { slot, ...powerBody(view) } };
  },
});

const health = route({
  method: 'GET',
  path: '/api/v1/staff/slots/{slot}/health/series',
  name: 'staffGetHealthSeries',
  summary: `Whether the board of a slot answered, its disk, and what it says of load, memory and heat, ${SUMMARY_END}`,
  group,
  needs: 'staff',
  params: slotParams,
  query: seriesQuery,
  answers: { 200: { description: 'the series', schema: z.object({ ...whose, ...healthShape }) } },
  errors: ['not_found'],
  handle: async ({ params, query, services }) => {
    const { slot } = slotOf(services, params.slot);
    const view = await series(services, { slot }, query, (control, all) => control.healthSeries(all));
    return { status: 200, body: { slot, ...healthBody(view) } };
  },
});

export const slotSeriesRoutes: readonly Route[] = [power, health];
