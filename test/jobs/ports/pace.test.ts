import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AT_START, afterTask, everyFor, nextTask, type PaceState, TASKS } from '../../../src/jobs/ports/pace.ts';
import { millis, seconds } from '../../../src/rack/units.ts';

const EVERY = everyFor(seconds(10));

describe('the pace of readings', () => {
  it('follows the poll for power, and is not more than once a minute', () => {
    expect(EVERY).toEqual({ counters: 60_000, addresses: 60_000, neighbours: 300_000 });
    expect(everyFor(seconds(60))).toEqual({ counters: 360_000, addresses: 360_000, neighbours: 1_800_000 });
    expect(everyFor(seconds(1)).counters).toBe(60_000);
  });

  it('takes each task once at the start, and then each in its time', () => {
    let state: PaceState = AT_START;
    const done: string[] = [];
    for (let round = 0; round < 8; round += 1) {
      const { task, at } = nextTask(state, EVERY);
      const began = Math.max(at, 0);
      done.push(`${task} ${began / 1_000}`);
      state = afterTask(state, task, { ended: millis(began + 100), spent: millis(100), ok: true });
    }
    expect(done).toEqual([
      'counters 0',
      'neighbours 2.1',
      'addresses 4.2',
      'counters 60.1',
      'addresses 64.3',
      'counters 120.2',
      'addresses 124.4',
      'counters 180.3',
    ]);
  });

  it('leaves a slow switch alone for twenty times as long as it took', () => {
    const state = afterTask(AT_START, 'counters', { ended: seconds(200), spent: seconds(102), ok: true });
    expect(nextTask(state, EVERY)).toEqual({ task: 'neighbours', at: 2_240_000 });
  });

  it('asks ever less often for what fails, for nothing else', () => {
    let state: PaceState = { ...AT_START, done: { counters: millis(0), neighbours: millis(0) } };
    const waits: number[] = [];
    let ended = millis(0);
    for (let round = 0; round < 8; round += 1) {
      state = afterTask(state, 'addresses', { ended, spent: millis(0), ok: false });
      const other: PaceState = { ...state, done: { ...state.done, counters: seconds(1e9), neighbours: seconds(1e9) } };
      const { at } = nextTask(other, EVERY);
      waits.push((at - ended) / 60_000);
      ended = at;
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 16, 16, 16]);
    expect(nextTask(state, EVERY).task).toBe('counters');
    state = afterTask(state, 'addresses', { ended, spent: millis(0), ok: true });
    expect(state.failures.addresses).toBe(0);
  });

  it('never takes more than a twentieth of the time of a switch, and starves no task', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(200_000), fc.boolean()), { minLength: 30, maxLength: 60 }), (readings) => {
        let state: PaceState = AT_START;
        let now = 0;
        let spentInAll = 0;
        const counts = new Map(TASKS.map((task) => [task, 0]));
        for (const [spent, ok] of readings) {
          const { task, at } = nextTask(state, EVERY);
          now = Math.max(now, at) + spent;
          spentInAll += spent;
          counts.set(task, counts.get(task)! + 1);
          state = afterTask(state, task, { ended: millis(now), spent: millis(spent), ok });
          expect(spentInAll).toBeLessThanOrEqual((now + 20 * spent) / 20 + 1);
        }
        for (const task of TASKS) expect(counts.get(task)).toBeGreaterThan(0);
      }),
    );
  });
});
