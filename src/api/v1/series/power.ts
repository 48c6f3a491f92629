/** What a board draws, as the switch measures at its port. */
import { z } from 'zod';
import type { PowerSeriesView } from '../../control/series-protocol.ts';
import { timeOf, when } from '../time.ts';
import { span, spanOf } from './query.ts';

export const powerShape = {
  ...span,
  watt_hours: z.number().nullable().describe('of what was measured; null: nothing was'),
  measured_seconds: z.number().describe('how long it was measured'),
  points: z.array(
    z.object({
      at: when.describe('begin of the step'),
      watts_mean: z.number().nullable().describe('null: nothing was measured in the step'),
      watts_max: z.number().nullable(),
    }),
  ),
};

export function powerBody(view: PowerSeriesView) {
  return {
    ...spanOf(view),
    watt_hours: view.wattHours,
    measured_seconds: view.measured / 1_000,
    points: view.points.map(({ at, watts, wattsMost }) => ({
      at: timeOf(at),
      watts_mean: watts,
      watts_max: wattsMost,
    })),
  };
}
