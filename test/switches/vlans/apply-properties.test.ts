/** What has to hold for every switch, from every configuration, with every kind of bad luck. Seeded, so the same every run. */
import { describe, expect, it } from 'vitest';
import { differences } from '../../../src/switches/vlans/differences.ts';
import { violations } from '../../../src/switches/vlans/invariant.ts';
import type { IsolationOutcome } from '../../../src/switches/vlans/outcome.ts';
import type { VlanState, VlanStep } from '../../../src/switches/vlans/state.ts';
import { afterStep } from '../../../src/switches/vlans/steps.ts';
import { seededRandom } from '../support/random.ts';
import type { FakeSwitch } from './support/fake-backend.ts';
import { fakeSwitch } from './support/fake-backend.ts';
import type { Bench } from './support/runs.ts';
import { bench } from './support/runs.ts';
import type { Case } from './support/states.ts';
import { build, untouchable } from './support/states.ts';

interface Trial extends Case, Bench {
  readonly device: FakeSwitch;
  readonly random: () => number;
}

function trial(seed: number): Trial {
  const random = seededRandom(seed);
  const pick = (limit: number) => Math.floor(random() * limit);
  const sizes = { slots: 1 + pick(4), uplinks: pick(3), others: pick(3) };
  const one = build(sizes, pick, { modes: pick(2) === 0 });
  const run = bench();
  const device = fakeSwitch(one.state, run.clock);
  device.faults.random = random;
  return { ...one, ...run, device, random };
}

/** Whatever it says of itself is true, and nobody else's ports have changed. */
function judge(outcome: IsolationOutcome | undefined, { state, scope, device, journal }: Trial): string {
  const kind = outcome?.kind ?? 'nothing';
  const { ours, others } = differences(state, device.state, scope);
  expect(others).toEqual([]);
  expect(untouchedIn(device.state, state, scope)).toEqual(untouchedIn(state, state, scope));
  if (kind === 'isolated') expect(violations(device.state, scope)).toEqual([]);
  if (kind === 'rolled-back' || kind === 'refused') expect(ours).toEqual([]);
  expect(journal.rows.size).toBe(kind === 'degraded' ? 1 : 0);
  return kind;
}

/** Only of VLANs that there were before. */
function untouchedIn(now: VlanState, before: VlanState, scope: Case['scope']) {
  const vlans = new Map([...now.vlans].filter(([id]) => before.vlans.has(id)));
  return untouchable({ state: { ...now, vlans }, scope });
}

describe('apply', () => {
  it('from any configuration reaches the invariant', async () => {
    for (let seed = 1; seed <= 200; seed += 1) {
      const run = trial(seed);
      expect(judge(await run.apply(run.device.backend, run.scope), run)).toBe('isolated');
    }
  }, 60_000);

  it('on a switch that lies, refuses and loses messages never says that it is done when it is not', async () => {
    const kinds = new Map<string, number>();
    for (let seed = 1; seed <= 600; seed += 1) {
      const run = trial(seed);
      const bad = () => (run.random() < 0.4 ? run.random() * 0.3 : 0);
      Object.assign(run.device.faults, {
        lie: bad(),
        refuse: bad(),
        loseRequest: bad(),
        loseAnswer: bad(),
        loseReading: bad(),
        never: stubborn(run),
        besides: helpful(run),
      });
      const kind = judge(await run.apply(run.device.backend, run.scope), run);
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    }
    // All three ends come up, so that each is really put to the test.
    expect(Math.min(...['isolated', 'rolled-back', 'degraded'].map((kind) => kinds.get(kind) ?? 0))).toBeGreaterThan(
      10,
    );
  });

  it('killed after any write, a new process ends isolated or exactly where it began', async () => {
    for (let seed = 1; seed <= 25; seed += 1) {
      const total = await writesOf(seed);
      for (let after = 1; after <= total; after += 1) {
        const run = trial(seed);
        run.device.crashAfter = after;
        await run.applyKilled(run.device.backend, run.scope);
        run.device.crashAfter = Number.POSITIVE_INFINITY;
        const outcome = await run.recover(run.device.reopen(), run.scope);
        expect(judge(outcome, run)).toBe('isolated');
      }
    }
  }, 60_000);

  it('killed in the middle of a roll-back, a new process ends it', async () => {
    for (let seed = 1; seed <= 60; seed += 1) {
      const run = trial(seed);
      const doomed = (step: VlanStep) => step.kind === 'pvid';
      run.device.faults.never = doomed;
      const back = run.told.findIndex(({ stage }) => stage === 'rolling-back');
      expect(back).toBe(-1);
      run.device.faults.besides = (state) => {
        if (run.told.some(({ stage }) => stage === 'rolling-back'))
          run.device.crashAfter = Math.min(run.device.crashAfter, 2);
        return state;
      };
      await run.applyKilled(run.device.backend, run.scope);
      const killed = run.device.crashAfter <= 0;
      run.device.crashAfter = Number.POSITIVE_INFINITY;
      run.device.faults.besides = (state) => state;
      run.device.faults.never = () => false;
      const outcome = await run.recover(run.device.reopen(), run.scope);
      if (killed) expect(judge(outcome, run)).toBe('rolled-back');
    }
  });
});

/** How many writes it takes when nothing goes wrong. */
async function writesOf(seed: number): Promise<number> {
  const run = trial(seed);
  await run.apply(run.device.backend, run.scope);
  return run.device.written.length;
}

/** Now and then a kind of step that this switch never does. */
function stubborn({ random }: Trial): (step: VlanStep) => boolean {
  const kinds = ['create', 'join-untagged', 'pvid', 'leave', 'destroy', 'mode', 'ingress-filtering'];
  const kind = random() < 0.25 ? kinds[Math.floor(random() * kinds.length)] : undefined;
  return (step) => step.kind === kind;
}

/** Now and then a switch that moves memberships of its own accord when a PVID changes. */
function helpful({ random, state: start }: Trial): (state: VlanState, step: VlanStep) => VlanState {
  const which = random();
  if (which > 0.3) return (state) => state;
  return (state, step) => {
    if (step.kind !== 'pvid') return state;
    const old = start.ports.get(step.port)!.pvid;
    if (which < 0.1 && state.vlans.has(old)) return afterStep(state, { kind: 'leave', vlan: old, port: step.port });
    return afterStep(state, { kind: 'join-untagged', vlan: step.vlan, port: step.port });
  };
}
