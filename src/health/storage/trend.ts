/** When a disk will be full, if it goes on as in the last days. */
import type { Millis } from '../../rack/units.ts';

export interface FreeAt {
  readonly at: Millis;
  readonly free: number;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** A day is told from its hours: an import in the morning is no trend. */
const SHORTEST = 6 * HOUR;
const LONGEST = 7 * DAY;

/** Days until nothing is free, by the line of least squares; undefined: it does not get fuller, or that is not known yet. */
export function daysUntilFull(points: readonly FreeAt[]): number | undefined {
  const first = points[0];
  const last = points.at(-1);
  if (first === undefined || last === undefined || last.at - first.at < SHORTEST) return undefined;
  const days = points.map(({ at }) => (at - first.at) / DAY);
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const middle = mean(days);
  const level = mean(points.map(({ free }) => free));
  const above = points.reduce((sum, { free }, i) => sum + ((days[i] as number) - middle) * (free - level), 0);
  const perDay = above / days.reduce((sum, day) => sum + (day - middle) ** 2, 0);
  return perDay < 0 ? last.free / -perDay : undefined;
}

/** Takes in a point an hour, and lets go of what is older than a week. */
export function remembered(points: readonly FreeAt[], point: FreeAt): readonly FreeAt[] {
  const last = points.at(-1);
  if (last !== undefined && point.at - last.at < HOUR) return points;
  return [...points.filter(({ at }) => point.at - at <= LONGEST), point];
}
