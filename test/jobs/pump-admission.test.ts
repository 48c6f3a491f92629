import { afterEach, describe, expect, it } from 'vitest';
import type { PowerPlan } from '../../src/rack/plan.ts';
import { condition, isPowered } from '../../src/rack/slot-state.ts';
import { millis, slotNumber, watts } from '../../src/rack/units.ts';
import { makePlan, POWER } from '../support/plan.ts';
import { openTestRack, slots, type TestRack } from './support/test-rack.ts';

let rack: TestRack | undefined;
afterEach(() => rack?.close());

function open(count: number, power: Partial<PowerPlan> = {}, budget = 370): TestRack {
  const plan = makePlan(count, { power: { ...POWER, ...power } });
  rack = openTestRack({ ...plan, switches: plan.switches.map((one) => ({ ...one, budget: watts(budget) })) });
  return rack;
}

const conditions = (of: TestRack) => of.state.all().map(condition);
const powered = (of: TestRack) => of.state.all().filter(isPowered).length;
const ports = (of: TestRack) => [...of.fake.ports.values()];
const events = (of: TestRack, kind: string) =>
  of.plan.slots.flatMap(({ slot }) => of.store.events.ofSlot(slot, 100)).filter((event) => event.kind === kind);

describe('starting many boards', () => {
  it('is a burst, and then one at a time', async () => {
    const { fake, power, pass } = open(8, { startBurst: 3, startEvery: millis(500) });
    fake.delay = millis(100);
    power.start();
    await pass(4_000);
    const began = fake.sets[0]!.at;
    expect(fake.sets.map((set) => set.ports.length)).toEqual([3, 1, 1, 1, 1, 1]);
    for (const [place, { at }] of fake.sets.slice(1).entries()) {
      expect(at - began).toBeGreaterThanOrEqual(500 * (place + 1));
      expect(at - began).toBeLessThan(500 * (place + 1) + 100);
    }
  });

  it('waits for ports that have no power yet, but not for long for those that have no board', async () => {
    const { fake, power, pass } = open(6, { startBurst: 2, startEvery: millis(1) });
    for (const port of ['1', '2']) fake.ports.get(port)!.board = false;
    power.start();
    await pass(4_000);
    expect(fake.sets.map((set) => set.ports)).toEqual([['1', '2']]);
    expect(rack!.state.get(slotNumber(3)).waiting).toBe(
      '2 ports were switched on and not yet given power by the switch, which is the limit',
    );
    await pass(4_000);
    expect(conditions(rack!)).toEqual(['switching', 'switching', 'booting', 'booting', 'booting', 'booting']);
    await pass(15_000);
    expect(conditions(rack!).slice(0, 2)).toEqual(['empty', 'empty']);
  });
});

describe('a power budget', () => {
  it('keeps its headroom free', async () => {
    const { power, pass } = open(6, { headroom: 20 }, 40);
    power.start();
    await pass(3_000);
    expect(conditions(rack!)).toEqual(['booting', 'booting', 'booting', 'booting', 'queued', 'queued']);
    expect(rack!.state.get(slotNumber(5)).waiting).toBe('power budget: 32 of 32 W in use, the next board needs 8 W');
  });

  it('is no more than the supply has', async () => {
    const { fake, power, pass } = open(4);
    fake.told = { capacity: watts(17) };
    power.start();
    await pass(3_000);
    expect(powered(rack!)).toBe(2);
  });

  it('is shared with what draws from the switch and is no slot', async () => {
    const { fake, power, pass } = open(4, {}, 40);
    fake.told = { consumption: watts(23) };
    power.start();
    await pass(3_000);
    expect(powered(rack!)).toBe(2);
  });

  it('is freed by boards that are up and draw less than they might', async () => {
    const { power, pass, state } = open(4, {}, 20);
    power.start();
    await pass(3_000);
    expect(conditions(rack!)).toEqual(['booting', 'booting', 'queued', 'queued']);
    for (const slot of slots(1, 2)) state.saw(slot, 'ssh_up', '');
    power.kick();
    await pass(12_000);
    expect(conditions(rack!)).toEqual(['up', 'up', 'booting', 'queued']);
  });

  it('counts by class on a switch that sets power aside', async () => {
    const { fake, power, pass } = open(6, {}, 40);
    fake.told = { budgetBy: 'allocated' };
    for (const port of ports(rack!)) port.powerClass = 'class2';
    power.start();
    await pass(2_000);
    // Of the first two nothing is known, and two times 15.4 W fit; then their neighbours are taken to be alike.
    expect(powered(rack!)).toBe(2);
    await pass(20_000);
    expect(powered(rack!)).toBe(5);
    expect(rack!.state.get(slotNumber(6)).waiting).toBe('power budget: 35 of 40 W in use, the next board needs 7 W');
  });

  it('counts what the switch says it set aside rather than the class', async () => {
    const { fake, power, pass } = open(6, {}, 40);
    fake.told = { budgetBy: 'allocated', wattsKind: 'allocated' };
    for (const port of ports(rack!)) Object.assign(port, { powerClass: 'class4', watts: 5 });
    power.start();
    await pass(25_000);
    expect(powered(rack!)).toBe(6);
  });
});

describe('a switch that denies power', () => {
  it('delays boards and fails none, and gives them power when others free some', async () => {
    const { fake, power, pass, outcome, state } = open(4);
    fake.supply = 10;
    const asked = power.request(slots(1, 2, 3, 4), 'on', 'ann', () => {});
    power.start();
    await pass(60_000);
    expect(powered(rack!)).toBe(2);
    expect(fake.drawn).toBe(8);
    const waiting = state.all().filter((slot) => slot.phase === 'queued');
    expect(waiting).toHaveLength(2);
    for (const { slot, waiting: reason } of waiting)
      expect(reason).toMatch(
        new RegExp(`port ${slot} was denied power; tried again when power is freed, or in \\d+ s`),
      );
    expect(events(rack!, 'power_failed')).toEqual([]);
    expect(events(rack!, 'power_denied')).toHaveLength(2);
    const up = state.all().find(isPowered)!.slot;
    await outcome(power.request([up], 'off', 'ann', () => {}));
    await pass(60_000);
    expect(powered(rack!)).toBe(2);
    fake.supply = 100;
    await outcome(power.request([up], 'on', 'ann', () => {}));
    expect((await outcome(asked, 400_000)).map((result) => result.state)).toEqual(['on', 'on', 'on', 'on']);
  });

  it('is tried ever more seldom, one board at a time', async () => {
    const { fake, power, pass } = open(3);
    fake.supply = 3;
    power.start();
    await pass(300_000);
    const on = fake.sets.filter((set) => set.on);
    expect(on.length).toBeLessThan(30);
    expect(on.slice(1).every((set) => set.ports.length === 1)).toBe(true);
    fake.supply = 100;
    await pass(400_000);
    expect(powered(rack!)).toBe(3);
  });

  it('is believed when it denies a port that nobody switched on just now', async () => {
    const { fake, power, pass } = open(3);
    power.start();
    await pass(3_000);
    fake.supply = 9;
    Object.assign(fake.ports.get('2')!, { detection: 'searching', denied: 1 });
    await pass(12_000);
    Object.assign(fake.ports.get('2')!, { denied: 2 });
    await pass(12_000);
    expect(conditions(rack!)[1]).toBe('queued');
    fake.supply = 100;
    await pass(60_000);
    expect(conditions(rack!)[1]).toBe('booting');
  });
});

describe('a switch that restarts', () => {
  it('with PoE off in its saved configuration gets its boards back in order', async () => {
    const { fake, power, pass, state } = open(6, { concurrentBoots: 2 });
    power.start();
    for (const round of [1, 3, 5]) {
      await pass(3_000);
      for (const slot of slots(round, round + 1)) state.saw(slot, 'ssh_up', '');
      power.kick();
    }
    expect(conditions(rack!)).toEqual(Array(6).fill('up'));
    fake.sets.length = 0;
    fake.restart(false);
    await pass(14_000);
    expect(conditions(rack!)).toEqual(['booting', 'booting', 'queued', 'queued', 'queued', 'queued']);
    expect(fake.sets.map((set) => [set.ports, set.on])).toEqual([[['1', '2'], true]]);
    expect(state.all().map((slot) => slot.wanted)).toEqual(Array(6).fill('on'));
  });

  it('with PoE on powers all by itself: they are counted, and not failed', async () => {
    const { fake, power, pass, state } = open(6, { concurrentBoots: 2 });
    power.start();
    for (const round of [1, 3]) {
      await pass(3_000);
      for (const slot of slots(round, round + 1)) state.saw(slot, 'ssh_up', '');
      power.kick();
    }
    await pass(3_000);
    expect(conditions(rack!)).toEqual(['up', 'up', 'up', 'up', 'booting', 'booting']);
    await rack!.outcome(power.request(slots(6), 'off', 'ann', () => {}));
    fake.sets.length = 0;
    fake.restart(true);
    await pass(12_000);
    // The one that nobody wants is switched off again; the others boot, which is more than may, so nothing else starts.
    expect(fake.sets.map((set) => [set.ports, set.on])).toEqual([[['6'], false]]);
    void power.request(slots(6), 'on', 'ann', () => {});
    await pass(1_000);
    expect(conditions(rack!)[5]).toBe('queued');
    expect(state.get(slotNumber(6)).waiting).toBe('2 boards of this switch are booting, which is its limit');
    expect(events(rack!, 'power_failed')).toEqual([]);
  });

  it('and applies its saved configuration late is not taken for somebody at the switch', async () => {
    const { fake, power, pass, state } = open(4);
    power.start();
    await pass(3_000);
    fake.restart(true);
    await pass(11_000);
    for (const port of fake.ports.keys()) fake.press(port, false);
    await pass(25_000);
    expect(state.all().map((slot) => slot.wanted)).toEqual(['on', 'on', 'on', 'on']);
    expect(conditions(rack!)).toEqual(['booting', 'booting', 'booting', 'booting']);
  });

  it('while a board waits for power brings that board up all the same, without a failure', async () => {
    const { fake, power, pass, outcome } = open(2);
    power.start();
    await pass(3_000);
    const cycled = power.request(slots(1), 'cycle', 'ann', () => {});
    await pass(6_500);
    expect(fake.ports.get('1')).toMatchObject({ admin: true, detection: 'searching' });
    fake.restart(false);
    expect(await outcome(cycled)).toMatchObject([{ state: 'on' }]);
    expect(events(rack!, 'power_failed')).toEqual([]);
  });
});

describe('a switch that cycles ports by itself', () => {
  it('is told once, and watched until the port was dark and delivers', async () => {
    const { fake, power, pass, outcome } = open(3);
    fake.told = { cycle: { minSeconds: 1, maxSeconds: 60 } };
    power.start();
    await pass(3_000);
    fake.sets.length = 0;
    const told: string[] = [];
    const [result] = await outcome(power.request(slots(2), 'cycle', 'ann', ({ detail }) => told.push(detail)));
    expect(fake.cycles).toEqual([{ ports: ['2'], seconds: 5 }]);
    expect(fake.sets).toEqual([]);
    expect(told).toEqual([expect.stringMatching(/^off after \d+ ms; held off by the switch for 5 s$/)]);
    expect(result).toMatchObject({ state: 'on' });
    expect(result!.after).toBeGreaterThanOrEqual(6_000);
    const boots = rack!.store.boots.ofSlot(slotNumber(2), 5);
    expect(boots.map((boot) => boot.outcome)).toEqual([undefined, 'powered off']);
  });

  it('goes through admission all the same', async () => {
    const { fake, power, pass, state } = open(3, { concurrentBoots: 3 });
    fake.told = { cycle: { minSeconds: 1, maxSeconds: 60 } };
    power.start();
    await pass(3_000);
    state.saw(slotNumber(3), 'ssh_up', '');
    void power.request(slots(3), 'cycle', 'ann', () => {});
    await pass(1_000);
    void power.request(slots(1), 'cycle', 'ann', () => {});
    await pass(1_000);
    expect(fake.cycles.map((cycle) => cycle.ports)).toEqual([['3']]);
    expect(state.get(slotNumber(1)).waiting).toBe('3 boards of this switch are booting, which is its limit');
  });

  it('and does nothing is found out', async () => {
    const { fake, power, pass, outcome } = open(2);
    fake.told = { cycle: { minSeconds: 1, maxSeconds: 60 } };
    power.start();
    await pass(3_000);
    fake.cycle = async () => new Map();
    expect(await outcome(power.request(slots(1), 'cycle', 'ann', () => {}))).toMatchObject([
      { state: 'failed', detail: 'expected port 1 to read dark within 30 s, it reads deliveringPower' },
    ]);
  });

  it('takes the plain way for a port that is off or has no power', async () => {
    const { fake, power, pass, outcome } = open(2);
    fake.told = { cycle: { minSeconds: 1, maxSeconds: 60 } };
    fake.ports.get('1')!.board = false;
    power.start();
    await pass(20_000);
    await outcome(power.request(slots(1), 'cycle', 'ann', () => {}));
    await outcome(power.request(slots(2), 'off', 'ann', () => {}));
    await outcome(power.request(slots(2), 'cycle', 'ann', () => {}));
    expect(fake.cycles).toEqual([]);
    expect(conditions(rack!)).toEqual(['empty', 'booting']);
  });
});
