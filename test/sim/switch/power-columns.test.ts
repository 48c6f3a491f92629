import { beforeEach, describe, expect, it } from 'vitest';
import { millis, watts } from '../../../src/rack/units.ts';
import { cycleColumn, limitColumn, wattsColumn } from '../../../src/sim/switch/families/power-columns.ts';
import { DEFAULT_GROUPS, OWN_SAVE } from '../../../src/sim/switch/groups.ts';
import { STATUS, TAG } from '../../../src/sim/switch/mib.ts';
import { FROM_49 } from '../../../src/sim/switch/numberings.ts';
import type { VirtualSwitch } from '../../../src/sim/switch/virtual-switch.ts';
import { VirtualClock } from '../../../src/sim/virtual-clock.ts';
import type { TestBoard } from '../../switches/support/board.ts';
import { makeSwitch, plugIn, QUICK } from '../../switches/support/rig.ts';
import { get, set, typeOf, walk } from './support/ask.ts';

const VENDOR = '1.3.6.1.4.1.99999.1';
const DETECTION = '1.3.6.1.2.1.105.1.1.1.6.1';
const OVERLOAD = '1.3.6.1.2.1.105.1.1.1.13.1';
const CONSUMPTION = '1.3.6.1.2.1.105.1.3.1.1.4.1';

let clock: VirtualClock;
let device: VirtualSwitch;
let board: TestBoard;
beforeEach(() => {
  clock = new VirtualClock();
  device = makeSwitch(clock, {
    numbering: FROM_49,
    power: { actualPower: false },
    groups: [
      ...DEFAULT_GROUPS,
      wattsColumn({ oid: `${VENDOR}.1`, unit: 0.001 }),
      wattsColumn({ oid: `${VENDOR}.2`, unit: 0.1, tag: TAG.Gauge32, index: 'number' }),
      wattsColumn({ oid: `${VENDOR}.3`, unit: 0.001, of: 'allocated', index: 'ifIndex' }),
      limitColumn({ oid: `${VENDOR}.4`, unit: 0.001, most: 30 }),
      cycleColumn({ oid: `${VENDOR}.5`, most: 60 }),
    ],
  });
  board = plugIn(device, [3]).get(3)!;
  clock.advance(1_000);
  board.draws = 4.26;
});

describe('vendor columns', () => {
  it('have the watts of a port in their unit, under their index', () => {
    expect([get(device, `${VENDOR}.1.1.51`), get(device, `${VENDOR}.2.3`), get(device, `${VENDOR}.3.51`)]).toEqual([
      4_260, 43, 4_260,
    ]);
    expect([typeOf(device, `${VENDOR}.2.3`), walk(device, `${VENDOR}.1`).size]).toEqual([TAG.Gauge32, 8]);
    expect(typeOf(device, '1.3.6.1.2.1.105.1.1.1.15.1.51')).toBe(TAG.noSuchObject);
  });

  it('limit a port: what draws more is cut and counted, and stays so until it is switched off and on', () => {
    const limit = `${VENDOR}.4.1.51`;
    expect(get(device, limit)).toBe(30_000);
    expect(set(device, [limit, TAG.Integer32, 30_001])).toEqual([STATUS.wrongValue, 1]);
    expect(set(device, [limit, TAG.Integer32, 4_500])).toEqual([STATUS.noError, 0]);
    expect(get(device, `${DETECTION}.51`)).toBe(3);
    board.draws = 4.6;
    clock.advance(10);
    expect([get(device, `${DETECTION}.51`), get(device, `${OVERLOAD}.51`), board.powered]).toEqual([4, 1, false]);
    set(device, [OWN_SAVE.oid, TAG.Integer32, 1]);
    device.reboot();
    clock.advance(1_000);
    expect(get(device, limit)).toBe(4_500);
  });

  it('cycle a port in one act', () => {
    const cycle = `${VENDOR}.5.1.51`;
    expect(set(device, [cycle, TAG.Integer32, 61])).toEqual([STATUS.wrongValue, 1]);
    expect(set(device, [`${VENDOR}.5.1.3`, TAG.Integer32, 5])).toEqual([STATUS.noCreation, 1]);
    expect(set(device, [cycle, TAG.Integer32, 5])).toEqual([STATUS.noError, 0]);
    expect([board.powered, get(device, '1.3.6.1.2.1.105.1.1.1.3.1.51')]).toEqual([false, 1]);
    clock.advance(5_000 + QUICK.detect);
    expect([board.powered, board.timesOn]).toEqual([true, 2]);
    set(device, ['1.3.6.1.2.1.105.1.1.1.3.1.51', TAG.Integer32, 2]);
    expect(set(device, [cycle, TAG.Integer32, 5])).toEqual([STATUS.inconsistentValue, 1]);
  });
});

describe('a switch that allocates by class', () => {
  it('says so in what it consumes, and denies by it', () => {
    device = makeSwitch(clock, {
      power: { budgetBy: 'allocated' },
      budget: watts(32),
      delays: { ...QUICK, retry: millis(50) },
    });
    const boards = plugIn(device, [1, 2, 3]);
    clock.advance(65);
    expect([...boards.values()].map(({ powered }) => powered)).toEqual([true, true, false]);
    expect([get(device, CONSUMPTION), device.pse.consumption()]).toEqual([31, 8]);
    clock.advance(50);
    expect(get(device, '1.3.6.1.2.1.105.1.1.1.12.1.3')).toBe(2);
  });
});
