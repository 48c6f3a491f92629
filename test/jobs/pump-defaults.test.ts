import { afterEach, expect, it } from 'vitest';
import { isBooting, isUp } from '../../src/rack/slot-state.ts';
import { seconds } from '../../src/rack/units.ts';
import { load, rackText } from '../rack/support/rack-text.ts';
import { makePlan } from '../support/plan.ts';
import { openTestRack, type TestRack } from './support/test-rack.ts';

const BOARDS = 36;
const BOOT = 75_000;
/** What a switch needs to detect and classify a board. */
const DETECT = 3_000;
/** From the first DISCOVER of a Pi 3 to the last block of its kernel, after power-on. */
const TFTP = { from: 8_000, to: 24_000 };

let rack: TestRack | undefined;
afterEach(() => rack?.close());

it('the defaults of the rack file have a switch full of Pi 3 up in little more than one boot', async () => {
  const { plan } = load(rackText({}));
  rack = openTestRack(makePlan(BOARDS, { power: plan!.power }));
  const { state, power, clock, pass } = rack;
  rack.fake.delay = seconds(DETECT / 1_000);
  state.onUp(() => power.kick());
  power.start();
  const began = new Map<number, number>();
  let loading = 0;
  while (!state.all().every(isUp) && clock.monotonic() < 400_000) {
    await pass(250, 250);
    const now = clock.monotonic();
    for (const slot of state.all()) {
      if (isBooting(slot) && !began.has(slot.slot)) began.set(slot.slot, now);
      if (now - (began.get(slot.slot) ?? now) >= BOOT && !isUp(slot)) state.saw(slot.slot, 'ssh_up', '');
    }
    const stage = (at: number) => now - at >= TFTP.from && now - at < TFTP.to;
    loading = Math.max(loading, [...began.values()].filter(stage).length);
  }
  expect(began.size).toBe(BOARDS);
  expect(clock.monotonic()).toBeLessThan(BOOT + 30_000);
  expect(loading).toBeLessThanOrEqual(24);
});
