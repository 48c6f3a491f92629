/** How a board is: what the rack sees of it, and what it says of itself. */
import { z } from 'zod';
import { THROTTLED_NAMES, throttledWords } from '../../../pi/throttled.ts';
import type { HealthPoint, HealthSeriesView } from '../../control/series-protocol.ts';
import { timeOf, when } from '../time.ts';
import { span, spanOf } from './query.ts';

const point = z.object({
  at: when.describe('begin of the step'),
  condition: z
    .string()
    .nullable()
    .describe('the last one: off, queued, switching, empty, booting, unassigned, up, unreachable, quarantined'),
  powered_ratio: z.number().nullable().describe('part of the time in which its port gave it power, 0 to 1'),
  answered_ratio: z.number().nullable().describe('part of the time in which SSH answered over IPv6, 0 to 1'),
  disk_used_bytes: z.int().nullable().describe('beyond the image, last; null: no quota counts it'),
  load_mean: z.number().nullable().describe('of one minute; this and what follows the board says of itself'),
  load_max: z.number().nullable(),
  celsius_mean: z.number().nullable(),
  celsius_max: z.number().nullable(),
  memory_available_bytes_min: z.int().nullable(),
  throttled: z.array(z.enum(THROTTLED_NAMES)).nullable().describe('what was so at a look in the step'),
  throttled_since_boot: z
    .array(z.enum(THROTTLED_NAMES))
    .nullable()
    .describe('what has been so since the board started'),
});

export const healthShape = { ...span, points: z.array(point) };

export function healthBody(view: HealthSeriesView) {
  return { ...spanOf(view), points: view.points.map(pointOf) };
}

function pointOf(of: HealthPoint): z.infer<typeof point> {
  const words = of.throttled === null ? null : throttledWords(of.throttled);
  return {
    at: timeOf(of.at),
    condition: of.condition,
    powered_ratio: of.powered,
    answered_ratio: of.answered,
    disk_used_bytes: of.diskUsed,
    load_mean: of.load,
    load_max: of.loadMost,
    celsius_mean: of.celsius,
    celsius_max: of.celsiusMost,
    memory_available_bytes_min: of.memoryLeast,
    throttled: words && [...words.now],
    throttled_since_boot: words && [...words.sinceStart],
  };
}
