import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SlotCare } from '../../src/jobs/maintenance.ts';
import { RackState } from '../../src/jobs/rack-state.ts';
import { millis, minutes, slotNumber } from '../../src/rack/units.ts';
import { VirtualClock } from '../../src/sim/virtual-clock.ts';
import { Store } from '../../src/store/store.ts';
import { makePlan } from '../support/plan.ts';

const ann = { who: 'ann', address: undefined, tenant: undefined };
const plan = makePlan(108);
const slots = plan.slots.map(({ slot }) => slot);
const [one, two, three] = [slotNumber(1), slotNumber(2), slotNumber(3)];
const fail = (what: string, cause: unknown) => {
  throw new Error(what, { cause });
};
let directory: string;
let clock: VirtualClock;
let store: Store;
let state: RackState;
let care: SlotCare;
let told: number[];

function open(): void {
  store = new Store(directory);
  state = new RackState(plan, store, clock, pino({ level: 'silent' }), fail);
  care = new SlotCare({ store, state, clock });
  told = [];
  care.onChange((slot) => told.push(slot));
}
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'pirack-care-'));
  clock = new VirtualClock();
  open();
});
afterEach(() => {
  care.stop();
  store.close();
  rmSync(directory, { recursive: true });
});

const soon = (howLong: number) => millis(clock.now() + howLong);

describe('maintenance that ends by itself', () => {
  it('is told of when it does, each slot in its time', async () => {
    await care.begin([one, two], 'fans', soon(minutes(10)), ann);
    await care.begin([three], 'cables', soon(minutes(5)), ann);
    await care.begin([two], 'more fans', undefined, ann);
    told.length = 0;
    clock.advance(minutes(5) - 1);
    expect(told).toEqual([]);
    clock.advance(1);
    expect([told, care.maintenance(three)]).toEqual([[3], undefined]);
    clock.advance(minutes(60));
    expect(told).toEqual([3, 1]);
    expect(care.maintenance(two)).toMatchObject({ reason: 'more fans', until: undefined });
    expect(clock.pending).toBe(0);
  });

  it('is told of by the next process; what was over before that is not there', async () => {
    await care.begin([one], 'fans', soon(minutes(10)), ann);
    await care.begin([two], 'fans', soon(minutes(1)), ann);
    care.stop();
    expect(clock.pending).toBe(0);
    store.close();
    clock.advance(minutes(5));
    open();
    expect([care.maintenance(one)?.reason, care.maintenance(two)]).toEqual(['fans', undefined]);
    clock.advance(minutes(5));
    expect(told).toEqual([1]);
  });

  it('can be begun again with a time of its own', async () => {
    await care.begin([one], 'fans', soon(minutes(1)), ann);
    clock.advance(minutes(1));
    const since = clock.now();
    await care.begin([one], 'cables', soon(minutes(1)), ann);
    expect(care.maintenance(one)).toMatchObject({ reason: 'cables', since });
  });
});

it('a whole rack is left alone, and used again, in a commit each', async () => {
  const commits = async (act: () => Promise<void>) => {
    store.commit.flush();
    const before = store.commit.commits;
    await act();
    return store.commit.commits - before;
  };
  expect(await commits(() => care.quarantine(slots, 'smoke', ann))).toBe(1);
  expect(slots.filter((slot) => state.get(slot).quarantine?.cause === 'smoke')).toHaveLength(108);
  expect(told).toEqual(slots);
  expect(await commits(() => care.lift(slots, ann))).toBe(1);
  expect(slots.filter((slot) => state.get(slot).quarantine !== undefined)).toEqual([]);
  expect(store.audit.newest(1_000)).toHaveLength(216);
});
