import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BoardReport } from '../../../src/health/board-report.ts';
import { HealthWatch } from '../../../src/jobs/health/health-watch.ts';
import { RackState } from '../../../src/jobs/rack-state.ts';
import { DELIVERING } from '../../../src/rack/slot-state.ts';
import { bytes, millis, minutes, type SlotNumber, seconds, slotNumber, watts } from '../../../src/rack/units.ts';
import { VirtualClock } from '../../../src/sim/virtual-clock.ts';
import { Store } from '../../../src/store/store.ts';
import { makePlan } from '../../support/plan.ts';

const log = pino({ level: 'silent' });
const [one, two] = [slotNumber(1), slotNumber(2)];
const NOON = Date.UTC(2026, 10, 25, 12);

let directory: string;
let clock: VirtualClock;
let store: Store;
let state: RackState;
let watch: HealthWatch;
let reports: Map<SlotNumber, BoardReport>;
let asked: string[];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'pirack-health-'));
  // Twenty seconds after a whole minute.
  clock = new VirtualClock(NOON + 20_000);
  store = new Store(directory);
  const plan = makePlan(2);
  state = new RackState(plan, store, clock, log, (what, cause) => {
    throw new Error(what, { cause });
  });
  reports = new Map();
  asked = [];
  watch = new HealthWatch({
    slots: plan.slots.map(({ slot }) => slot),
    state,
    table: store.healthHistory,
    commit: store.healthCommit,
    reports: {
      look: async (roots) => {
        asked.push(...roots.map(({ place }) => place));
        return reports;
      },
    },
    root: (slot) => (slot === one ? { place: 'slot-001', used: bytes(7) } : undefined),
    poll: seconds(10),
    clock,
    log,
  });
});
afterEach(() => {
  watch.stop();
  store.close();
  rmSync(directory, { recursive: true });
});

const power = (slot: SlotNumber, on: boolean) =>
  state.setPower(slot, { admin: on, detection: on ? DELIVERING : 'disabled', watts: watts(4), readAt: clock.now() });
const history = (slot = one) =>
  store.healthHistory
    .ofSlot(slot, millis(NOON - 3_600_000), millis(NOON + 3_600_000))
    .map(({ beganAt, ...row }) => ({ minute: (beganAt - NOON) / 60_000, ...row }));

/** As time goes by, and switches are read. */
async function pass(duration: number): Promise<void> {
  for (let passed = 0; passed < duration; passed += 10_000) {
    clock.advance(Math.min(10_000, duration - passed));
    for (const slot of [one, two]) power(slot, state.get(slot).power?.admin === true);
    await new Promise<void>((resolve) => setImmediate(resolve));
    store.healthCommit.flush();
  }
}

function up(slot: SlotNumber): void {
  power(slot, true);
  state.saw(slot, 'power_on', '');
  state.saw(slot, 'ssh_up', '');
}

describe('the history of health', () => {
  it('has durations to the second, whenever things changed', async () => {
    up(one);
    power(two, false);
    watch.start();
    await pass(50_000);
    state.setReachable(one, false, 'silent');
    await pass(30_000);
    state.setReachable(one, true, undefined);
    await pass(minutes(4));
    expect(history(one)[0]).toMatchObject({
      ...{ minute: 0, powerKnown: 280_000, powered: 280_000, asked: 280_000, answered: 250_000 },
      ...{ condition: 'up', diskUsed: 7 },
    });
    expect(history(one)[1]).toBeUndefined();
    await pass(minutes(1));
    expect(history(one)[1]).toMatchObject({ minute: 5, powerKnown: 60_000, answered: 60_000 });
    expect(history(two)[0]).toMatchObject({
      powerKnown: 280_000,
      powered: 0,
      answered: 0,
      condition: 'off',
      diskUsed: undefined,
    });
  });

  it('is one commit a minute, of every slot', async () => {
    watch.start();
    await pass(40_000);
    const before = store.healthCommit.commits;
    await pass(minutes(3));
    expect(store.healthCommit.commits - before).toBe(3);
    expect(store.healthHistory.rows).toBe(2);
  });

  it('does not know what no switch tells', async () => {
    up(one);
    watch.start();
    // Nobody answers for the switch any more.
    clock.advance(minutes(3));
    for (let turn = 0; turn < 4; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
    clock.advance(minutes(2));
    for (let turn = 0; turn < 4; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
    const [row] = history(one);
    expect(row?.condition).toBeUndefined();
    expect(row?.powerKnown).toBeLessThan(minutes(2));
  });

  it('asks boards that have power for what they say, and keeps it', async () => {
    up(one);
    power(two, false);
    reports.set(one, { load: 1.5, celsius: 60.25, memoryAvailable: bytes(1e6), throttled: 4 });
    watch.start();
    await pass(minutes(2));
    expect(asked).toEqual(['slot-001', 'slot-001']);
    expect(history(one)[0]).toMatchObject({
      load: { count: 2, sum: 3, most: 1.5 },
      celsius: { count: 2, most: 60.3 },
      throttled: 4,
    });
    expect(history(two)[0]).toMatchObject({ load: undefined, throttled: undefined });
  });

  it('is written up to the end when the controller stops, and goes on after it', async () => {
    up(one);
    watch.start();
    await pass(30_000);
    watch.stop();
    store.close();
    store = new Store(directory);
    expect(history(one)[0]).toMatchObject({ minute: 0, powered: 30_000 });
  });

  it('of slots that the rack has no longer is gone', async () => {
    const gone = { powerKnown: millis(1), powered: millis(1), asked: millis(0), answered: millis(0) };
    const blank = { condition: undefined, diskUsed: undefined, report: undefined };
    store.healthHistory.add({ slot: slotNumber(9), at: clock.now(), ...gone, ...blank });
    watch.start();
    store.healthCommit.flush();
    expect(history(slotNumber(9))).toEqual([]);
  });
});
