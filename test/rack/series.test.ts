import { describe, expect, it } from 'vitest';
import { HISTORY_KEPT, HISTORY_STEP, inSteps, MOST_STEPS, spanOf } from '../../src/rack/series.ts';
import { hours, type Millis, millis, minutes } from '../../src/rack/units.ts';

const NOW = millis(Date.UTC(2026, 10, 25, 12, 3, 20));
const at = (text: string) => millis(Date.parse(text));
const text = ({ from, to, step }: { from: number; to: number; step: number }) =>
  [new Date(from).toISOString(), new Date(to).toISOString(), step] as const;

describe('the span of a series', () => {
  it('is the last day by five minutes where nothing is said, with the step that goes on', () => {
    expect(text(spanOf({}, NOW))).toEqual(['2026-11-24T12:00:00.000Z', '2026-11-25T12:05:00.000Z', HISTORY_STEP]);
  });

  it('has whole steps that begin at multiples of it in UTC, and nothing to come', () => {
    const asked = { from: at('2026-11-25T00:59:59Z'), to: at('2099-01-01T00:00:00Z'), step: hours(1) };
    expect(text(spanOf(asked, NOW))).toEqual(['2026-11-25T00:00:00.000Z', '2026-11-25T13:00:00.000Z', hours(1)]);
    const exact = { from: at('2026-11-25T00:00:00Z'), to: at('2026-11-25T00:05:00Z') };
    expect(inSteps(spanOf(exact, NOW), [])).toHaveLength(1);
  });

  it('may be all that is kept, as finely as it is kept, whenever it begins', () => {
    expect(MOST_STEPS).toBe(2_016);
    const all = spanOf({ from: millis(NOW - HISTORY_KEPT) }, NOW);
    expect(inSteps(all, [])).toHaveLength(MOST_STEPS + 1);
    expect(() => spanOf({ from: millis(NOW - HISTORY_KEPT - 1) }, NOW)).toThrow(
      /^from: expected at most 2016 steps of 300 s, got 2017: begin later, or take a longer step$/,
    );
  });

  it.each<[string, { from?: Millis; to?: Millis; step?: Millis }, RegExp]>([
    ['a step in between', { step: minutes(7) }, /^step: expected a multiple of 300 up to 604800, got 420$/],
    ['no step', { step: millis(0) }, /^step: expected/],
    ['a step longer than what is kept', { step: millis(2 * HISTORY_KEPT) }, /^step: expected/],
    [
      'an end before its beginning',
      { from: at('2026-11-25T10:00:00Z'), to: at('2026-11-25T09:00:00Z') },
      /^from: expected a time before 2026-11-25T09:00:00.000Z, got 2026-11-25T10:00:00.000Z$/,
    ],
    ['what is to come', { from: at('2026-11-25T12:03:20Z') }, /^from: expected a time before 2026-11-25T12:03:20.000Z/],
    ['what was before there were computers', { from: millis(-1) }, /^from: expected a time since 1970/],
    ['no time at all', { from: millis(8.65e15) }, /^from: expected a time before/],
  ])('is refused for %s', (_what, asked, expected) => {
    expect(() => spanOf(asked, NOW)).toThrow(expected);
  });
});

it('every step has the rows that began in it, and is there without any', () => {
  const span = { from: millis(0), to: hours(1), step: minutes(15) };
  const rows = [0, 5, 10, 40, 59].map((minute) => ({ beganAt: minutes(minute) }));
  expect(
    inSteps(span, [...rows, { beganAt: hours(1) }]).map(({ at: began, rows: within }) => [began, within.length]),
  ).toEqual([
    [0, 3],
    [minutes(15), 0],
    [minutes(30), 1],
    [minutes(45), 1],
  ]);
});
