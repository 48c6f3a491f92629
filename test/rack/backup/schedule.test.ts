import { expect, test } from 'vitest';
import { lastDue } from '../../../src/rack/backup/schedule.ts';
import { millis, minutes } from '../../../src/rack/units.ts';

const at = (text: string) => millis(Date.parse(text));
const due = (now: string, jitter = 0, rack = 'oak') =>
  new Date(lastDue({ at: 3 * 60 + 30, jitter: minutes(jitter) }, rack, at(now))).toISOString();

test.each([
  ['2026-11-25T03:30:00Z', '2026-11-25T03:30:00.000Z'],
  ['2026-11-25T03:29:59Z', '2026-11-24T03:30:00.000Z'],
  ['2026-11-25T23:59:59Z', '2026-11-25T03:30:00.000Z'],
  ['2026-11-26T00:00:00Z', '2026-11-25T03:30:00.000Z'],
  ['1970-01-01T00:00:00Z', '1969-12-31T03:30:00.000Z'],
])('at %s the one of %s is due', (now, expected) => expect(due(now)).toBe(expected));

test('with jitter it comes later, and at the same time whoever asks', () => {
  const times = Array.from({ length: 200 }, (_, rack) => due('2026-11-25T12:00:00Z', 60, `rack-${rack}`));
  expect(times).toEqual(Array.from({ length: 200 }, (_, rack) => due('2026-11-25T23:00:00Z', 60, `rack-${rack}`)));
  const minute = times.map((time) => (Date.parse(time) - Date.parse('2026-11-25T03:30:00Z')) / 60_000);
  expect(Math.min(...minute)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...minute)).toBeLessThan(60);
  // Spread, and not all at once.
  for (const quarter of [0, 15, 30, 45])
    expect(minute.filter((each) => each >= quarter && each < quarter + 15).length).toBeGreaterThan(20);
});

test('a jitter over midnight makes one due a day, and none is left out', () => {
  const schedule = { at: 23 * 60 + 50, jitter: minutes(60) };
  const seen = new Set<number>();
  for (let now = Date.parse('2026-11-01T00:00:00Z'); now < Date.parse('2026-11-11T00:00:00Z'); now += 600_000) {
    const found = lastDue(schedule, 'oak', millis(now));
    expect(found).toBeLessThanOrEqual(now);
    seen.add(found);
  }
  expect(seen.size).toBeGreaterThanOrEqual(10);
  expect(seen.size).toBeLessThanOrEqual(12);
});
