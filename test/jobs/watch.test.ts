import { afterEach, describe, expect, it } from 'vitest';
import { patienceAfter } from '../../src/health/probe-patience.ts';
import type { SshProbe } from '../../src/health/ssh-probe.ts';
import { BoardWatch } from '../../src/jobs/watch.ts';
import { isUp } from '../../src/rack/slot-state.ts';
import { slotNumber } from '../../src/rack/units.ts';
import { makePlan } from '../support/plan.ts';
import { openTestRack, type TestRack } from './support/test-rack.ts';

const SLOT = slotNumber(1);
const SILENT: SshProbe = { up: false, reason: 'no SSH banner', taken: true };
const REFUSED: SshProbe = { up: false, reason: 'ECONNREFUSED', taken: false };

let rack: TestRack | undefined;
afterEach(() => {
  rack?.close();
  rack = undefined;
});

/** When a board that is booting is asked in `duration` ms, and how patiently. */
async function asked(answer: (at: number) => SshProbe, duration: number) {
  rack = openTestRack(makePlan(1));
  const { state, power, clock, pass, plan } = rack;
  const tries: { at: number; limit: number }[] = [];
  const watch = new BoardWatch(
    plan,
    state,
    async () => new Map(),
    async (_, limit) => {
      tries.push({ at: clock.monotonic(), limit });
      return answer(clock.monotonic());
    },
    clock,
  );
  power.start();
  await pass(10_000, 250);
  state.saw(SLOT, 'kernel_sent', '');
  watch.start();
  await pass(duration, 250);
  watch.stop();
  return { tries, up: isUp(state.get(SLOT)) };
}

describe('a board that is booting', () => {
  it('is asked every second or two as long as nothing listens', async () => {
    const { tries, up } = await asked(() => REFUSED, 60_000);
    expect(tries.length).toBeGreaterThan(25);
    expect(new Set(tries.map(({ limit }) => limit))).toEqual(new Set([3000]));
    expect(up).toBe(false);
  });

  it('that takes connections and says nothing is left time: ten of them at once would shut its SSH server', async () => {
    const { tries } = await asked(() => SILENT, 300_000);
    // OpenSSH lets a connection that does not log in stand for 120 s (LoginGraceTime), and ten of them (MaxStartups).
    for (const { at } of tries) {
      expect(tries.filter((other) => other.at > at - 120_000 && other.at <= at).length).toBeLessThan(10);
    }
    expect(Math.max(...tries.map(({ limit }) => limit))).toBe(10_000);
    expect(tries.length).toBeGreaterThan(8);
  });

  it('is up at the first banner after that', async () => {
    const { up } = await asked((at) => (at < 40_000 ? SILENT : { up: true, banner: 'SSH-2.0-late' }), 90_000);
    expect(up).toBe(true);
  });
});

it('no patience is endless', () => {
  expect(patienceAfter(0)).toEqual({ limit: 3000, pause: 1000 });
  expect(patienceAfter(10_000)).toEqual({ limit: 10_000, pause: 30_000 });
});
