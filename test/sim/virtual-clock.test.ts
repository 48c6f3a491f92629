import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sleep } from '../../src/rack/clock.ts';
import { millis } from '../../src/rack/units.ts';
import { VirtualClock } from '../../src/sim/virtual-clock.ts';

describe('VirtualClock', () => {
  it('fires timers by time, and those of one time in the order in which they were asked for', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20), { maxLength: 60 }), (delays) => {
        const clock = new VirtualClock();
        const fired: { delay: number; order: number; at: number }[] = [];
        delays.forEach((delay, order) => {
          clock.after(millis(delay), () => fired.push({ delay, order, at: clock.monotonic() }));
        });
        clock.advance(20);
        const expected = delays
          .map((delay, order) => ({ delay, order, at: delay }))
          .sort((a, b) => a.delay - b.delay || a.order - b.order);
        expect(fired).toEqual(expected);
        expect(clock.pending).toBe(0);
      }),
    );
  });

  it('stands still between calls and ends exactly where it was sent', () => {
    const clock = new VirtualClock(1_000_000);
    let fired = 0;
    clock.after(millis(10), () => fired++);
    clock.advance(9.5);
    expect([fired, clock.monotonic(), clock.now()]).toEqual([0, 9.5, 1_000_009]);
    clock.advance(1);
    expect([fired, clock.monotonic()]).toEqual([1, 10.5]);
  });

  it('runs what a timer asks for while it fires', () => {
    const clock = new VirtualClock();
    const seen: number[] = [];
    clock.after(millis(5), () => {
      seen.push(clock.monotonic());
      clock.after(millis(0), () => seen.push(clock.monotonic()));
      clock.after(millis(3), () => seen.push(clock.monotonic()));
    });
    clock.advance(100);
    expect(seen).toEqual([5, 5, 8]);
  });

  it('forgets a cancelled timer, also one that is cancelled by its neighbour', () => {
    const clock = new VirtualClock();
    let fired = 0;
    const first = clock.after(millis(1), () => second.cancel());
    const second = clock.after(millis(1), () => fired++);
    first.cancel();
    first.cancel();
    clock.advance(1);
    expect(fired).toBe(1);
    const third = clock.after(millis(1), () => fourth.cancel());
    const fourth = clock.after(millis(1), () => fired++);
    clock.advance(1);
    third.cancel();
    expect([fired, clock.pending]).toEqual([1, 0]);
  });

  it('says when something awaited does not come', () => {
    const clock = new VirtualClock();
    const again = (): void => void clock.after(millis(7), again);
    again();
    expect(() => clock.runUntilIdle(100)).toThrow('not idle after 100 ms of virtual time (1 timers left)');
    expect(() => new VirtualClock().runUntil(() => false, 10)).toThrow('0 timers left');
    expect(() => clock.after(millis(Number.NaN), again)).toThrow(RangeError);
  });

  it('lets promises settle between timers', async () => {
    const clock = new VirtualClock();
    const seen: string[] = [];
    const walk = async (name: string, step: number) => {
      for (let i = 0; i < 2; i++) {
        await sleep(clock, millis(step));
        seen.push(`${name} ${clock.monotonic()}`);
      }
    };
    void walk('a', 10);
    void walk('b', 15);
    await clock.advanceAsync(30);
    expect(seen).toEqual(['a 10', 'b 15', 'a 20', 'b 30']);
  });

  it('tells the time of day in whole milliseconds, as Date.now does, and durations in parts of them', () => {
    const clock = new VirtualClock(1000);
    clock.advance(0.75);
    expect([clock.now(), clock.monotonic()]).toEqual([1000, 0.75]);
    clock.advance(0.5);
    expect([clock.now(), clock.monotonic()]).toEqual([1001, 1.25]);
  });
});
