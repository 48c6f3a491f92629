/** Series: what was measured, in steps of one length that begin at multiples of it, counted from the epoch in UTC. Pure. */
import { type Millis, millis } from './units.ts';

/** Five minutes a row, for a week: 2,016 rows of each port and each slot. */
export const HISTORY_STEP: Millis = millis(300_000);
export const HISTORY_KEPT: Millis = millis(7 * 24 * 3_600_000);
/** Steps of one answer: all that is kept, as finely as it is kept. */
export const MOST_STEPS = HISTORY_KEPT / HISTORY_STEP;
const USUAL: Millis = millis(24 * 3_600_000);

/** From the beginning of a step up to the end of one. */
export interface Span {
  readonly from: Millis;
  readonly to: Millis;
  readonly step: Millis;
}

export interface AskedSpan {
  readonly from?: Millis | undefined;
  readonly to?: Millis | undefined;
  readonly step?: Millis | undefined;
}

/** A span that is none: the message begins with the field, and says what was expected of it. */
export class SpanError extends Error {
  override readonly name = 'SpanError';
}

/**
 * The steps that have something of what was asked for in them. Left out: the last day, by five minutes. What has not
 * happened yet is no part of it.
 */
export function spanOf(asked: AskedSpan, now: Millis): Span {
  const step = asked.step ?? HISTORY_STEP;
  if (step <= 0 || step % HISTORY_STEP !== 0 || step > HISTORY_KEPT)
    throw new SpanError(
      `step: expected a multiple of ${HISTORY_STEP / 1_000} up to ${HISTORY_KEPT / 1_000}, got ${step / 1_000}`,
    );
  const to = Math.min(asked.to ?? now, now);
  const from = asked.from ?? to - USUAL;
  if (from < 0) throw new SpanError(`from: expected a time since 1970, got ${timeText(from)}`);
  if (from >= to) throw new SpanError(`from: expected a time before ${timeText(to)}, got ${timeText(from)}`);
  if ((to - from) / step > MOST_STEPS)
    throw new SpanError(
      `from: expected at most ${MOST_STEPS} steps of ${step / 1_000} s, got ${Math.ceil((to - from) / step)}: begin later, or take a longer step`,
    );
  return { from: millis(Math.floor(from / step) * step), to: millis(Math.ceil(to / step) * step), step };
}

/** Every step of the span in turn, with the rows that began in it; most often none or one. */
export function inSteps<Row extends { readonly beganAt: Millis }>(
  { from, to, step }: Span,
  rows: readonly Row[],
): readonly { readonly at: Millis; readonly rows: readonly Row[] }[] {
  const steps = Array.from({ length: (to - from) / step }, (_, place) => ({
    at: millis(from + place * step),
    rows: [] as Row[],
  }));
  for (const row of rows) steps[Math.floor((row.beganAt - from) / step)]?.rows.push(row);
  return steps;
}

function timeText(at: number): string {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? String(at) : date.toISOString();
}
