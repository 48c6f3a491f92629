import { describe, expect, it } from 'vitest';
import { millis, watts } from '../../../src/rack/units.ts';
import { noFaults } from '../../../src/sim/switch/faults.ts';
import type { PseOptions } from '../../../src/sim/switch/pse.ts';
import { createPse, DETECTION, PRIORITY } from '../../../src/sim/switch/pse.ts';
import { VirtualClock } from '../../../src/sim/virtual-clock.ts';
import { TestBoard } from '../../switches/support/board.ts';

function rig(budget = 30, jitter = 0, random = () => 0.5, more: Partial<PseOptions> = {}) {
  const clock = new VirtualClock();
  const faults = noFaults();
  const delays = { off: millis(600), detect: millis(1_200), retry: millis(1_000), jitter };
  const pse = createPse({
    ports: 4,
    budget: watts(budget),
    startWatts: watts(3),
    delays,
    clock,
    random,
    faults,
    ...more,
  });
  const boards = [1, 2, 3, 4].map(() => new TestBoard());
  const plug = (...ports: number[]) => {
    for (const port of ports) pse.attach(port, boards[port - 1]!);
  };
  const state = () => [1, 2, 3, 4].map((port) => pse.port(port).detection);
  return { clock, faults, pse, boards, plug, state };
}
const { disabled, searching, deliveringPower, fault } = DETECTION;

describe('a port', () => {
  it('goes on over searching, and off, each in its time', () => {
    const { clock, pse, boards, plug } = rig();
    plug(1);
    pse.setAdmin(1, true);
    const at = (time: number) => {
      clock.advance(time - clock.monotonic());
      return [pse.port(1).detection, boards[0]!.powered];
    };
    expect([at(0), at(1_199), at(1_200)]).toEqual([
      [searching, false],
      [searching, false],
      [deliveringPower, true],
    ]);
    pse.setAdmin(1, false);
    expect([at(1_799), at(1_800)]).toEqual([
      [deliveringPower, true],
      [disabled, false],
    ]);
  });

  it('keeps its power when it is switched on again before it went off', () => {
    const { clock, pse, boards, plug } = rig();
    plug(1);
    pse.setAdmin(1, true);
    clock.advance(2_000);
    pse.setAdmin(1, false);
    clock.advance(500);
    pse.setAdmin(1, true);
    clock.advance(5_000);
    expect(boards[0]).toMatchObject({ timesOn: 1, timesOff: 0 });
    expect(clock.pending).toBe(0);
  });

  it('searches for ever when nothing is plugged in, and finds what is plugged in later', () => {
    const { clock, pse, boards, plug } = rig();
    pse.setAdmin(1, true);
    clock.advance(60_000);
    expect([pse.port(1).detection, clock.pending]).toEqual([searching, 0]);
    plug(1);
    clock.advance(1_200);
    expect(boards[0]!.powered).toBe(true);
  });

  it('is not powered when it was switched off while searching', () => {
    const { clock, pse, boards, plug } = rig();
    plug(1);
    pse.setAdmin(1, true);
    clock.advance(600);
    pse.setAdmin(1, false);
    clock.advance(5_000);
    expect([pse.port(1).detection, boards[0]!.timesOn]).toEqual([disabled, 0]);
  });

  it('counts a device that goes away under power', () => {
    const { clock, pse, boards, plug } = rig();
    plug(1);
    pse.setAdmin(1, true);
    clock.advance(2_000);
    pse.detach(1);
    expect([pse.port(1).detection, pse.port(1).mpsAbsent, boards[0]!.powered]).toEqual([searching, 1, false]);
  });

  it('stretches its delays by up to its jitter', () => {
    const { clock, pse, boards, plug } = rig(30, 0.5, () => 0.8);
    plug(1);
    pse.setAdmin(1, true);
    clock.advance(1_200 * 1.4 - 1);
    expect(boards[0]!.powered).toBe(false);
    clock.advance(2);
    expect(boards[0]!.powered).toBe(true);
  });

  it('that does not exist is an error', () => {
    expect(() => rig().pse.setAdmin(5, true)).toThrow('this switch has ports 1 to 4, not 5');
  });
});

describe('the budget', () => {
  it('is not exceeded: what finds none is denied, searches on, and is powered when there is room', () => {
    const { clock, pse, boards, plug, state } = rig(10);
    for (const board of boards) board.draws = 4;
    plug(1, 2, 3);
    pse.start(() => true);
    clock.advance(1_200);
    expect(state()).toEqual([deliveringPower, deliveringPower, searching, searching]);
    clock.advance(3_000);
    expect([pse.port(3).denied, pse.consumption()]).toEqual([4, 8]);
    pse.setAdmin(1, false);
    clock.advance(2_000);
    expect(state()).toEqual([disabled, deliveringPower, deliveringPower, searching]);
  });

  it('sets something aside for a device that draws nothing yet', () => {
    const { clock, boards, plug, pse, state } = rig(7);
    boards[0]!.draws = 0;
    plug(1, 2, 3);
    boards[1]!.draws = 5;
    pse.start(() => true);
    clock.advance(1_200);
    // 0 W + 3 W to start, then 5 W + 3 W are more than 7 W.
    expect(state()).toEqual([deliveringPower, deliveringPower, searching, searching]);
  });

  it('is not upset by a device that draws nonsense', () => {
    const { clock, boards, plug, pse } = rig();
    Object.assign(boards[0]!, { draws: Number.NaN });
    Object.assign(boards[1]!, { draws: -100 });
    plug(1, 2);
    pse.start(() => true);
    clock.advance(2_000);
    expect(pse.consumption()).toBe(0);
  });
});

describe('faults on the dial', () => {
  it('deny and fail ports, and off and on arms them again', () => {
    const { clock, faults, plug, pse, state } = rig();
    faults.denied.add(1);
    faults.faulty.add(2);
    plug(1, 2);
    pse.start(() => true);
    clock.advance(3_500);
    expect(state()).toEqual([searching, fault, searching, searching]);
    expect(pse.port(1).denied).toBe(3);
    faults.faulty.clear();
    clock.advance(10_000);
    expect(pse.port(2).detection).toBe(fault);
    pse.setAdmin(2, false);
    pse.setAdmin(2, true);
    clock.advance(1_200);
    expect(pse.port(2).detection).toBe(deliveringPower);
  });
});

describe('a budget of classes', () => {
  const allocated = (watts: number, limit?: (port: number) => number | undefined) =>
    rig(watts, 0, undefined, { budgetBy: 'allocated', ...(limit && { limit }) });

  it('powers as many as their classes allow, whatever they draw', () => {
    // Class 3 each: 15.4 W.
    const { clock, plug, pse, state } = allocated(40);
    plug(1, 2, 3);
    pse.start(() => true);
    clock.advance(2_000);
    expect(state()).toEqual([deliveringPower, deliveringPower, searching, searching]);
    expect([pse.spent(), pse.consumption(), pse.allocated(1), pse.allocated(3)]).toEqual([30.8, 8, 15.4, 0]);
  });

  it('sets less aside for a port with a lower limit', () => {
    const { clock, plug, pse, state } = allocated(40, () => 10);
    plug(1, 2, 3, 4);
    pse.start(() => true);
    clock.advance(2_000);
    expect([state(), pse.spent()]).toEqual([[3, 3, 3, 3], 40]);
  });
});

describe('priority', () => {
  it('takes power from the least and last port, as much as it needs and no more', () => {
    const priorities = [PRIORITY.low, PRIORITY.low, PRIORITY.high, PRIORITY.critical];
    const { clock, plug, pse, state, boards } = rig(12, 0, undefined, {
      preempts: true,
      priority: (port) => priorities[port - 1]!,
    });
    plug(1, 2, 3);
    pse.start(() => true);
    clock.advance(1_200);
    expect(state()).toEqual([deliveringPower, deliveringPower, deliveringPower, searching]);
    plug(4);
    clock.advance(1_200);
    expect(state()).toEqual([deliveringPower, searching, deliveringPower, deliveringPower]);
    expect([pse.port(2).denied, boards[1]!.timesOff]).toEqual([1, 1]);
    // It is of no higher priority than who has the power.
    clock.advance(10_000);
    expect(state()).toEqual([deliveringPower, searching, deliveringPower, deliveringPower]);
  });

  it('takes nothing where that would not be enough', () => {
    const { clock, plug, pse, state, boards } = rig(12, 0, undefined, {
      preempts: true,
      priority: (port) => (port === 1 ? PRIORITY.low : PRIORITY.high),
    });
    Object.assign(boards[3]!, { watts: () => 9 });
    plug(1, 2, 3);
    pse.start(() => true);
    clock.advance(1_200);
    plug(4);
    clock.advance(5_000);
    expect(state()).toEqual([deliveringPower, deliveringPower, deliveringPower, searching]);
  });
});

describe('a port that draws more than it may', () => {
  it('is cut and counted when somebody looks', () => {
    const { clock, plug, pse, state, boards } = rig(30, 0, undefined, {
      limit: (port) => (port === 1 ? 5 : undefined),
    });
    plug(1, 2);
    pse.start(() => true);
    clock.advance(2_000);
    pse.inspect();
    expect(pse.port(1).overload).toBe(0);
    for (const board of boards) board.draws = 6;
    pse.inspect();
    pse.inspect();
    expect(state()).toEqual([fault, deliveringPower, searching, searching]);
    expect([pse.port(1).overload, boards[0]!.powered, clock.pending]).toEqual([1, false, 0]);
  });
});

describe('a cycle', () => {
  it('takes power away for its time and gives it back, and admin stays', () => {
    const { clock, plug, pse, boards } = rig();
    plug(1);
    pse.start(() => true);
    clock.advance(2_000);
    expect(pse.cycle(1, millis(3_000))).toBe(true);
    expect([boards[0]!.powered, pse.port(1).admin, pse.port(1).detection]).toEqual([false, true, searching]);
    clock.advance(4_199);
    expect(boards[0]!.powered).toBe(false);
    clock.advance(1);
    expect([boards[0]!.powered, boards[0]!.timesOn]).toEqual([true, 2]);
    pse.setAdmin(1, false);
    expect(pse.cycle(1, millis(3_000))).toBe(false);
  });
});

describe('faults that are not for ever', () => {
  it('heal by themselves where the dial says so, and are counted each time', () => {
    const { clock, faults, plug, pse, state } = rig();
    faults.shorted.add(1);
    faults.faultsHeal = true;
    plug(1);
    pse.start(() => true);
    clock.advance(1_200);
    expect([state()[0], pse.port(1).short]).toEqual([fault, 1]);
    clock.advance(2_200);
    expect(pse.port(1).short).toBe(2);
    faults.shorted.clear();
    clock.advance(5_000);
    expect(state()[0]).toBe(deliveringPower);
  });
});

describe('a port that is toggled', () => {
  it('too soon is upset, until it is off for long enough', () => {
    const { clock, faults, plug, pse, state, boards } = rig();
    faults.toggleFaults = millis(2_000);
    plug(1);
    pse.start(() => true);
    clock.advance(2_000);
    pse.setAdmin(1, false);
    clock.advance(1_999);
    pse.setAdmin(1, true);
    clock.advance(5_000);
    expect([state()[0], boards[0]!.powered]).toEqual([fault, false]);
    pse.setAdmin(1, false);
    clock.advance(2_000);
    pse.setAdmin(1, true);
    clock.advance(1_200);
    expect(state()[0]).toBe(deliveringPower);
  });

  it('before it went off loses its power then', () => {
    const { clock, faults, plug, pse, boards } = rig();
    faults.toggleFaults = millis(2_000);
    plug(1);
    pse.start(() => true);
    clock.advance(2_000);
    pse.setAdmin(1, false);
    pse.setAdmin(1, true);
    expect(boards[0]).toMatchObject({ powered: false, timesOff: 1 });
  });
});

describe('a power cut', () => {
  it('takes the power of all and the counters', () => {
    const { clock, faults, boards, plug, pse, state } = rig();
    faults.denied.add(2);
    plug(1, 2);
    pse.start(() => true);
    clock.advance(3_000);
    pse.cut();
    expect(state()).toEqual([disabled, disabled, disabled, disabled]);
    expect([boards[0]!.timesOff, pse.port(2).denied, clock.pending]).toEqual([1, 0, 0]);
  });
});
