/**
 * The dialect and the virtual switch, which share nothing, with everything on the switch's dial and messages that get lost:
 * 2,000 seeded runs, none of which may say that it is done when it is not, or change a port that is not ours.
 */
import { describe, expect, it } from 'vitest';
import type { Timer } from '../../../src/rack/clock.ts';
import { millis } from '../../../src/rack/units.ts';
import type { VirtualSwitch } from '../../../src/sim/switch/virtual-switch.ts';
import { applyIsolation } from '../../../src/switches/vlans/apply.ts';
import { differences } from '../../../src/switches/vlans/differences.ts';
import { violations } from '../../../src/switches/vlans/invariant.ts';
import type { IsolationOutcome } from '../../../src/switches/vlans/outcome.ts';
import { directSession } from '../support/direct-session.ts';
import { seededRandom } from '../support/random.ts';
import type { Bench } from './support/runs.ts';
import { bench } from './support/runs.ts';
import type { Case } from './support/states.ts';
import { build } from './support/states.ts';
import { backendOver, killedAfter, Q_BRIDGE, truthOf, virtualWith } from './support/virtual.ts';

const RUNS = 2_000;

interface Trial extends Case, Bench {
  readonly device: VirtualSwitch;
  readonly random: () => number;
  /** Probability that a message is lost. */
  loss: number;
  /** In the middle of it; nothing was saved. */
  reboot: Timer | undefined;
}

function trial(seed: number): Trial {
  const random = seededRandom(seed);
  const pick = (limit: number) => Math.floor(random() * limit);
  const sizes = { slots: 1 + pick(4), uplinks: 1 + pick(2), others: pick(3) };
  const one = build(sizes, pick);
  const run = bench();
  const device = virtualWith(run.clock, one.state, sizes.uplinks + sizes.others, {
    random,
    vlans: { timeMark: pick(2) * 1_400 },
  });
  return { ...one, ...run, device, random, loss: 0, reboot: undefined };
}

/** One switch in three is well; the others have one to three habits of real ones. */
function misbehave(run: Trial): void {
  const { random, device } = run;
  const pick = (limit: number) => Math.floor(random() * limit);
  const habits: (() => void)[] = [
    () => Object.assign(device.faults, { egressUntags: true }),
    () => Object.assign(device.faults, { untaggedIgnored: true }),
    () => Object.assign(device.faults, { pvidJoins: true }),
    () => Object.assign(device.faults, { pvidTagsOld: true }),
    () => Object.assign(device.faults, { pvidLeavesOld: true }),
    () => Object.assign(device.faults, { pvidUnchecked: true }),
    () => Object.assign(device.faults, { creation: pick(2) === 0 ? 'wait-only' : 'none' }),
    () => Object.assign(device.faults, { destroyInUseRefused: true }),
    () => Object.assign(device.faults, { vlanSettle: millis(pick(2_500)) }),
    () => Object.assign(device.faults, { lyingSet: random() * 0.2 }),
    () => device.faults.accessPorts.add(1),
    () => {
      run.loss = random() * 0.1;
    },
    () => {
      run.reboot ??= run.clock.after(millis(500 + pick(6_000)), () => device.reboot());
    },
    () => truncate(run),
  ];
  for (let count = pick(4); count > 0; count -= 1) habits[pick(habits.length)]!();
}

/** Now and then an answer to a GETBULK stops in the middle, or is the end of the MIB. */
function truncate({ device, random }: Trial): void {
  device.faults.spoil = (request, answer) => {
    if (request.kind !== 'getBulk' || random() > 0.05) return answer;
    return { ...answer, varbinds: answer.varbinds.slice(0, Math.floor(random() * answer.varbinds.length)) };
  };
}

function backendOf(run: Trial, kill = Number.POSITIVE_INFINITY) {
  const lose = () => run.loss > 0 && run.random() < run.loss;
  const session = directSession(run.device, { clock: run.clock, lose });
  return backendOver(killedAfter(session, kill), run.clock, Q_BRIDGE);
}

/** What it says is so; after a while, when nothing is on its way any more. */
async function judge(outcome: IsolationOutcome | undefined, run: Trial): Promise<string> {
  await run.clock.advanceAsync(20_000);
  const kind = outcome?.kind ?? 'nothing';
  const { ours, others } = differences(run.state, { ...truthOf(run.device), capacity: run.state.capacity }, run.scope);
  expect(others.filter((text) => !sideEffect(text, run))).toEqual([]);
  if (kind === 'isolated') expect(violations(truthOf(run.device), run.scope)).toEqual([]);
  if (kind === 'rolled-back' || kind === 'refused') expect(ours).toEqual([]);
  expect(run.journal.rows.size).toBe(kind === 'degraded' ? 1 : 0);
  return kind;
}

/** A VLAN that is destroyed takes the PVIDs with it that point at it: nothing that anybody wrote. */
function sideEffect(text: string, { scope }: Trial): boolean {
  return scope.uplinks.some(({ label }) => text.startsWith(`uplink ${label} `)) && text.includes('had PVID');
}

describe('a misbehaving switch', () => {
  it(`${RUNS} of them: isolated, exactly as before, or said not to be known`, async () => {
    const kinds: Record<string, number> = {};
    for (let seed = 1; seed <= RUNS; seed += 1) {
      const run = trial(seed);
      misbehave(run);
      // One that starts anew after it was read back, and before it is saved, is nobody's mistake.
      const applied = applyIsolation(run.parts(backendOf(run), run.scope)).finally(() => run.reboot?.cancel());
      const kind = await judge((await run.settle(applied)) as IsolationOutcome, run).catch((error) => {
        throw new Error(`seed ${seed}`, { cause: error });
      });
      kinds[kind] = (kinds[kind] ?? 0) + 1;
    }
    // Every end comes up, so that each is really put to the test.
    expect(Object.keys(kinds).sort()).toEqual(['degraded', 'isolated', 'refused', 'rolled-back']);
  }, 120_000);

  it('killed after any SET, a new process ends isolated', async () => {
    for (let seed = 1; seed <= 20; seed += 1) {
      for (let sets = 1; ; sets += 1) {
        const run = trial(seed);
        const killed = (await run.applyKilled(backendOf(run, sets), run.scope)) === 'killed';
        if (!killed) break;
        expect(run.journal.rows.size).toBe(1);
        expect(await judge(await run.recover(backendOf(run), run.scope), run)).toBe('isolated');
      }
    }
  }, 60_000);

  it('killed on the way back, a new process ends where it began', async () => {
    for (let seed = 1; seed <= 20; seed += 1) {
      for (let sets = 1; sets < 12; sets += 1) {
        const run = trial(seed);
        // It takes members and PVIDs, and never gives a VLAN up: only a roll-back is left.
        run.device.faults.untaggedIgnored = true;
        const first = await run.applyKilled(backendOf(run, sets), run.scope);
        if (first !== 'killed') break;
        run.device.faults.untaggedIgnored = false;
        const outcome = await run.recover(backendOf(run), run.scope);
        expect(['isolated', 'rolled-back']).toContain(await judge(outcome, run));
      }
    }
  }, 60_000);
});
