import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { IsolationKeeper, type IsolationKeeperParts } from '../../src/jobs/isolation.ts';
import type { Isolation } from '../../src/rack/plan.ts';
import { millis, minutes, type SlotNumber, seconds, slotNumber, vlanId } from '../../src/rack/units.ts';
import { VirtualClock } from '../../src/sim/virtual-clock.ts';
import type { ApplyHooks, SwitchIsolation } from '../../src/switches/isolation.ts';
import type { Violation } from '../../src/switches/vlans/invariant.ts';
import type { Ending, IsolationOutcome } from '../../src/switches/vlans/outcome.ts';
import type { ScopeSlot } from '../../src/switches/vlans/scope.ts';
import { makePlan } from '../support/plan.ts';

const wrong = (slot: number, rule: Violation['rule'] = 'pvid', byHand = false): Violation => ({
  rule,
  slot: slotNumber(slot),
  port: undefined,
  vlan: vlanId(100 + slot),
  byHand,
  text: `port ${slot} of sw1 (slot ${slot}) has PVID 1, expected ${100 + slot}`,
});
const scopeSlot = (slot: number) => ({ slot: slotNumber(slot), label: String(slot) }) as ScopeSlot;

/** A switch that says what it is told to say. */
class FakeIsolation implements SwitchIsolation {
  violations: readonly Violation[] = [];
  /** What `apply` comes to; the violations are gone if it isolates. */
  ending: Ending = { kind: 'isolated', steps: 6, unsaved: undefined, advice: [], meanwhile: [] };
  left: IsolationOutcome | undefined;
  error: Error | undefined;
  readonly calls: string[] = [];

  async plan(): Promise<never> {
    throw new Error('not asked here');
  }
  async verify() {
    this.calls.push('verify');
    if (this.error) throw this.error;
    return this.violations;
  }
  async peek() {
    this.calls.push('peek');
    if (this.error) throw this.error;
    return this.violations.filter(({ rule }) => rule === 'pvid');
  }
  async apply({ dark, progress }: ApplyHooks): Promise<IsolationOutcome> {
    this.calls.push('apply');
    const darkened = this.violations.map(({ slot }) => scopeSlot(slot as number));
    progress?.({ stage: 'planned', text: 'one thing to put right' });
    await dark(darkened);
    if (this.ending.kind === 'isolated') this.violations = [];
    return { ...this.ending, darkened, took: millis(5) };
  }
  async recover() {
    this.calls.push('recover');
    return this.left;
  }
  async open() {
    return undefined;
  }
}

function bench(kept: Isolation, prepare: (fake: FakeIsolation) => void = () => {}) {
  const clock = new VirtualClock();
  const fake = new FakeIsolation();
  prepare(fake);
  const events: string[] = [];
  const dark: string[] = [];
  let changes = 0;
  const plan = makePlan(4);
  const parts: IsolationKeeperParts = {
    plan: { ...plan.switches[0]!, isolation: kept },
    isolation: fake,
    dark: {
      hold: async (slots: readonly SlotNumber[]) => void dark.push(`hold ${slots.join(' ')}`),
      release: (slots) => void dark.push(`release ${slots.join(' ')}`),
    },
    state: { event: (slot, kind, text) => void events.push(`${slot ?? '-'} ${kind} ${text}`) },
    clock,
    log: pino({ level: 'silent' }),
    changed: () => {
      changes++;
    },
  };
  const keeper = new IsolationKeeper(parts);
  const kinds = () => events.splice(0).map((text) => text.split(' ').slice(0, 2).join(' '));
  return {
    clock,
    fake,
    keeper,
    dark,
    kinds,
    changes: () => changes,
    settle: () => clock.advanceAsync(1),
    may: (slot: number) => keeper.mayPower(slotNumber(slot)),
  };
}

describe('before a switch has been looked at', () => {
  it('no board gets power, and the reason is said', async () => {
    const { keeper, may, settle, changes } = bench('checked');
    expect(may(1)).toBe('whether switch sw1 isolates its port is not known: not read yet');
    keeper.start();
    await settle();
    expect(may(1)).toBeUndefined();
    expect(keeper.state.kind).toBe('isolated');
    expect(changes()).toBe(1);
  });

  it('which cannot be read: tried again after longer and longer pauses, and once it can the boards get power', async () => {
    const { keeper, may, fake, clock, settle } = bench('checked', (fake) => {
      fake.error = new Error('sw1 did not answer');
    });
    keeper.start();
    await settle();
    expect(may(1)).toMatch(/is not known: sw1 did not answer/);
    fake.calls.length = 0;
    await clock.advanceAsync(minutes(5));
    const tries = fake.calls.length;
    expect(tries).toBeGreaterThanOrEqual(3);
    expect(tries).toBeLessThanOrEqual(6);
    fake.error = undefined;
    await clock.advanceAsync(minutes(30));
    expect(may(1)).toBeUndefined();
  });
});

describe('isolation: manual', () => {
  it('is taken on trust: nothing is read, and nothing can be applied', async () => {
    const { keeper, may, fake, settle } = bench('manual');
    keeper.start();
    keeper.polled(true);
    await settle();
    expect(fake.calls).toEqual([]);
    expect(may(1)).toBeUndefined();
    expect(() => keeper.apply()).toThrow(/isolation: manual/);
  });
});

describe('isolation: checked', () => {
  it('names what is wrong once, keeps that slot dark and no other, and writes nothing', async () => {
    const { keeper, may, fake, kinds, clock, settle } = bench('checked', (fake) => {
      fake.violations = [wrong(2)];
    });
    keeper.start();
    await settle();
    expect(may(2)).toBe('port 2 of sw1 (slot 2) has PVID 1, expected 102');
    expect(may(1)).toBeUndefined();
    expect(kinds()).toEqual(['2 not_isolated']);
    expect(keeper.trouble).toMatch(/does not isolate its slots: port 2/);
    for (let poll = 0; poll < 5; poll++) {
      keeper.polled(false);
      await clock.advanceAsync(seconds(10));
    }
    expect(kinds()).toEqual([]);
    expect(fake.calls).not.toContain('apply');
    fake.violations = [];
    keeper.polled(false);
    await settle();
    expect(kinds()).toEqual(['- isolated']);
    expect(may(2)).toBeUndefined();
    expect(keeper.trouble).toBeUndefined();
  });

  it('a weakness is told and costs nobody the power', async () => {
    const { keeper, may, kinds, settle } = bench('checked', (fake) => {
      fake.violations = [wrong(2, 'ingress-filtering')];
    });
    keeper.start();
    await settle();
    expect(kinds()).toEqual(['2 not_isolated']);
    expect(may(2)).toBeUndefined();
  });

  it('is put right when a person asks', async () => {
    const { keeper, dark, settle } = bench('checked', (fake) => {
      fake.violations = [wrong(2), wrong(3)];
    });
    keeper.start();
    await settle();
    const told: string[] = [];
    const outcome = await keeper.apply((progress) => told.push(progress.text));
    expect(outcome.kind).toBe('isolated');
    expect(told).toEqual(['one thing to put right']);
    expect(dark).toEqual(['hold 2 3', 'release 2 3']);
    expect(keeper.state.kind).toBe('isolated');
  });
});

describe('isolation: managed', () => {
  it('is put right at the start, boards dark meanwhile', async () => {
    const { keeper, dark, kinds, fake, settle } = bench('managed', (fake) => {
      fake.violations = [wrong(1)];
    });
    keeper.start();
    await settle();
    expect(fake.calls).toEqual(['recover', 'verify', 'apply', 'verify']);
    expect(dark).toEqual(['hold 1', 'release 1']);
    expect(kinds()).toEqual(['1 not_isolated', '- vlans_applied', '- isolated']);
  });

  it('a port that was moved by hand is found at the next poll and put back', async () => {
    const { keeper, fake, kinds, settle } = bench('managed');
    keeper.start();
    await settle();
    fake.calls.length = 0;
    fake.violations = [wrong(3)];
    keeper.polled(false);
    await settle();
    expect(fake.calls).toEqual(['peek', 'verify', 'apply', 'verify']);
    expect(kinds()).toEqual(['3 not_isolated', '- vlans_applied', '- isolated']);
  });

  it('what the PVIDs do not show is found within ten minutes', async () => {
    const { keeper, fake, clock, settle } = bench('managed');
    keeper.start();
    await settle();
    fake.violations = [wrong(3, 'beside')];
    for (let poll = 0; poll < 61; poll++) {
      keeper.polled(false);
      await clock.advanceAsync(seconds(10));
    }
    expect(fake.violations).toEqual([]);
    expect(keeper.state.kind).toBe('isolated');
  });

  it('what cannot be put right is not tried at every poll, and is told once', async () => {
    const { keeper, fake, kinds, clock, may, dark, settle } = bench('managed', (fake) => {
      fake.violations = [wrong(1)];
      fake.ending = { kind: 'rolled-back', reason: 'the switch took the PVID and did not keep it', meanwhile: [] };
    });
    keeper.start();
    await settle();
    expect(kinds()).toEqual(['1 not_isolated', '- vlans_failed']);
    expect(dark).toEqual(['hold 1', 'release 1']);
    expect(may(1)).toMatch(/has PVID 1/);
    expect(keeper.trouble).toMatch(/did not keep it; it is as it was before/);
    for (let poll = 0; poll < 60; poll++) {
      keeper.polled(false);
      await clock.advanceAsync(seconds(10));
    }
    expect(fake.calls.filter((call) => call === 'apply').length).toBeLessThanOrEqual(7);
    expect(kinds()).toEqual([]);
  });

  it('what is a person’s to change is left to a person', async () => {
    const { keeper, fake, settle } = bench('managed', (fake) => {
      fake.violations = [wrong(1, 'stranger', true)];
    });
    keeper.start();
    await settle();
    expect(fake.calls).not.toContain('apply');
  });

  it('a change that an earlier process left open comes first, and its boards get their power back', async () => {
    const { keeper, dark, fake, settle } = bench('managed', (fake) => {
      const darkened = [scopeSlot(4)];
      fake.left = {
        kind: 'isolated',
        steps: 2,
        unsaved: undefined,
        advice: [],
        meanwhile: [],
        darkened,
        took: millis(1),
      };
    });
    keeper.start();
    await settle();
    expect(fake.calls[0]).toBe('recover');
    expect(dark).toEqual(['release 4']);
    expect(keeper.state.kind).toBe('isolated');
  });
});

describe('a switch that starts anew', () => {
  it('is not believed until it is read again', async () => {
    const { keeper, may, fake, settle } = bench('checked');
    keeper.start();
    await settle();
    fake.error = new Error('it is still starting');
    keeper.polled(true);
    expect(may(1)).toMatch(/not known: the switch has started anew/);
    await settle();
    expect(may(1)).toMatch(/not known: it is still starting/);
  });

  it('one that cannot be read any more keeps the verdict of its last reading', async () => {
    const { keeper, may, fake, settle } = bench('checked');
    keeper.start();
    await settle();
    fake.error = new Error('sw1 did not answer');
    keeper.polled(false);
    await settle();
    expect(may(1)).toBeUndefined();
  });
});

it('what is stopped asks no more', async () => {
  const { keeper, fake, clock } = bench('checked', (fake) => {
    fake.error = new Error('sw1 did not answer');
  });
  keeper.start();
  await clock.advanceAsync(1);
  keeper.stop();
  fake.calls.length = 0;
  keeper.polled(true);
  await clock.advanceAsync(minutes(60));
  expect(fake.calls).toEqual([]);
});
