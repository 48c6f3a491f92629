/** Series on the control socket. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import { json, parsed } from './answer.ts';
import type { HealthSeriesView, PowerSeriesView, SeriesQuery } from './series-protocol.ts';

export interface SeriesTarget {
  powerSeries(query: SeriesQuery): Promise<PowerSeriesView>;
  healthSeries(query: SeriesQuery): Promise<HealthSeriesView>;
}

const time = z.int().optional();
const query: z.ZodType<SeriesQuery> = z.strictObject({
  of: z.union([
    z.strictObject({ slot: z.int().min(1) }),
    z.strictObject({ server: z.string().max(64), tenant: z.string().max(64) }),
  ]),
  from: time,
  to: time,
  step: time,
});

/** Answers `route`; false: it is none of these. */
export async function seriesRoute(
  route: string,
  target: SeriesTarget,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  switch (route) {
    case 'POST /v1/series/power':
      json(response, await target.powerSeries(await parsed(query, request)));
      return true;
    case 'POST /v1/series/health':
      json(response, await target.healthSeries(await parsed(query, request)));
      return true;
    default:
      return false;
  }
}
