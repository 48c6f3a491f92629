import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { realClock } from '../../src/net/real-clock.ts';
import { sleep } from '../../src/rack/clock.ts';
import { millis, seconds } from '../../src/rack/units.ts';

describe('realClock', () => {
  it('tells the time of day, and a time that does not go backwards', () => {
    const before = realClock.monotonic();
    expect(Math.abs(realClock.now() - Date.now())).toBeLessThan(1000);
    expect(realClock.monotonic()).toBeGreaterThanOrEqual(before);
  });

  it('wakes a sleeper', async () => {
    const before = realClock.monotonic();
    await sleep(realClock, millis(20));
    expect(realClock.monotonic() - before).toBeGreaterThan(15);
  });
});

describe('realClock.after', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('runs once, after the delay', () => {
    const run = vi.fn();
    realClock.after(seconds(5), run);
    vi.advanceTimersByTime(4999);
    expect(run).not.toHaveBeenCalled();
    vi.advanceTimersByTime(100_000);
    expect(run).toHaveBeenCalledTimes(1);
  });

  it('does not run once cancelled', () => {
    const run = vi.fn();
    realClock.after(seconds(5), run).cancel();
    vi.advanceTimersByTime(10_000);
    expect(run).not.toHaveBeenCalled();
  });

  // Node's timer takes 31 bits: 60 days would fire at once.
  it('waits 60 days when asked to, and can be cancelled on the way', () => {
    const day = 24 * 60 * 60 * 1000;
    const [run, cancelled] = [vi.fn(), vi.fn()];
    realClock.after(millis(60 * day), run);
    const timer = realClock.after(millis(60 * day), cancelled);
    vi.advanceTimersByTime(59 * day);
    expect(run).not.toHaveBeenCalled();
    timer.cancel();
    vi.advanceTimersByTime(2 * day);
    expect(run).toHaveBeenCalledTimes(1);
    expect(cancelled).not.toHaveBeenCalled();
  });
});
