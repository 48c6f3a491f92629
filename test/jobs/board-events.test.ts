import { describe, expect, it } from 'vitest';
import { BoardEvents } from '../../src/jobs/board-events.ts';
import { millis, slotNumber } from '../../src/rack/units.ts';

const HOUR = 3_600_000;
const slot = slotNumber(1);

/** How many events of one that come every `every` ms between `from` and `to` are told. */
function told(events: BoardEvents, from: number, to: number, every: number): number {
  let count = 0;
  for (let at = from; at < to; at += every) if (events.judge(slot, 'missing_file', millis(at)) !== 'quiet') count++;
  return count;
}

describe('events that a board causes', () => {
  it('are all told as long as they are few', () => {
    expect(told(new BoardEvents(), 0, HOUR, 10_000)).toBe(360);
  });

  it('of a flood are ten at first, and ten an hour in the end', () => {
    const events = new BoardEvents();
    expect(told(events, 0, 60_000, 100)).toBe(10);
    expect(told(events, 60_000, 2 * HOUR, 1000)).toBeLessThan(80);
    expect(told(events, 2 * HOUR, 12 * HOUR, 1000)).toBeLessThanOrEqual(110);
  });

  it('say for how long nothing more is told', () => {
    const events = new BoardEvents();
    for (let i = 1; i < 10; i++) expect(events.judge(slot, 'doubt', millis(1000))).toBe('tell');
    expect(events.judge(slot, 'doubt', millis(21_000))).toEqual({ lastFor: 40_000 });
    expect(events.judge(slot, 'doubt', millis(22_000))).toBe('quiet');
  });

  it('of another kind and another slot are not held back with them', () => {
    const events = new BoardEvents();
    told(events, 0, 60_000, 100);
    expect(events.judge(slot, 'board_changed', millis(60))).toBe('tell');
    expect(events.judge(slotNumber(2), 'missing_file', millis(60))).toBe('tell');
  });

  it('are told at once again when there was quiet', () => {
    const events = new BoardEvents();
    told(events, 0, 5 * HOUR, 1000);
    expect(told(events, 8 * HOUR, 8 * HOUR + 60_000, 10_000)).toBe(6);
    expect(told(events, 8 * HOUR + 60_000, 9 * HOUR, 10_000)).toBeGreaterThan(300);
  });
});
