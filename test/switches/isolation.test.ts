/** Isolation through a switch's queue: what is different from a backend alone is who says which port is which. */
import { describe, expect, it } from 'vitest';
import { millis, seconds, slotNumber, vlanId } from '../../src/rack/units.ts';
import { FROM_49 } from '../../src/sim/switch/numberings.ts';
import { openIsolation } from '../../src/switches/isolation.ts';
import type { PoeSwitch } from '../../src/switches/poe.ts';
import { openSwitch } from '../../src/switches/poe.ts';
import { differences } from '../../src/switches/vlans/differences.ts';
import type { VlanProgress } from '../../src/switches/vlans/outcome.ts';
import { directSession } from './support/direct-session.ts';
import { log, makeSwitch, planFor, secrets, V2C } from './support/rig.ts';
import { bench } from './vlans/support/runs.ts';
import { scopeOf } from './vlans/support/states.ts';
import { truthOf } from './vlans/support/virtual.ts';

const DELAYS = { boot: millis(30_000) };

/** Slots 1 to 4 on ports 1 to 4, the uplink is 7; 5, 6 and 8 are nobody's. */
function fresh(renumbering: 'same' | 'shifted' | 'shuffled') {
  const run = bench();
  const device = makeSwitch(run.clock, { ports: 6, uplinks: 2, numbering: FROM_49, renumbering, delays: DELAYS });
  const poe: PoeSwitch = openSwitch(planFor(161, V2C, ['gi7']), {
    clock: run.clock,
    log,
    secrets,
    ports: ['1', '2', '3', '4'],
    openSession: async () => directSession(device, { clock: run.clock }),
  });
  const slots = [1, 2, 3, 4].map((port) => ({ slot: slotNumber(port), port: String(port), vlan: vlanId(100 + port) }));
  const request = { switch: 'psw1', slots, uplinks: ['gi7'] };
  const isolation = openIsolation({ poe, request, reserved: [], journal: run.journal, clock: run.clock });
  const done = async <T>(promise: Promise<T>): Promise<T> => {
    const result = await run.settle(promise);
    if (result === 'quiet') throw new Error('it waits for something that never comes');
    return result as T;
  };
  return { ...run, device, poe, isolation, done };
}

/** When a stage is told for the first time. */
function once(wanted: VlanProgress['stage'], act: () => void) {
  let acted = false;
  return ({ stage }: VlanProgress) => {
    if (stage !== wanted || acted) return;
    acted = true;
    act();
  };
}

describe('isolation of a switch', () => {
  it('plans with the advice that applying it will end with', async () => {
    const run = fresh('same');
    await run.clock.advanceAsync(60_000);
    const { plan } = await run.done(run.isolation.plan());
    const outcome = await run.done(run.isolation.apply({ dark: async () => {} }));
    expect(plan.advice).toContainEqual(expect.stringContaining('limit broadcast'));
    expect(outcome).toMatchObject({ kind: 'isolated', advice: plan.advice });
  });

  it('goes on after a restart in the middle, from what is there then', async () => {
    const run = fresh('same');
    await run.clock.advanceAsync(60_000);
    const outcome = await run.done(
      run.isolation.apply({ dark: async () => {}, progress: once('pvid', () => run.device.reboot()) }),
    );
    expect(outcome).toMatchObject({ kind: 'isolated' });
    expect(await run.done(run.isolation.verify())).toEqual([]);
  });

  it.each(['shifted', 'shuffled'] as const)(
    'writes nothing by numbers of before a restart, when they are %s',
    async (how) => {
      const run = fresh(how);
      await run.clock.advanceAsync(60_000);
      const before = truthOf(run.device);
      const outcome = await run.done(
        run.isolation.apply({ dark: async () => {}, progress: once('pvid', () => run.device.reboot()) }),
      );
      await run.clock.advanceAsync(seconds(10));
      // Out of the box again, and not a bit of it written since.
      expect(differences(before, truthOf(run.device), scopeOf(4, [7]))).toEqual({ ours: [], others: [] });
      expect(outcome).toMatchObject({
        kind: 'degraded',
        reason: expect.stringMatching(/ports are not where they were: port 1 \(gi1\) was PoE row/),
      });
    },
  );
});
