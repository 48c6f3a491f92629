import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { condition } from '../../src/rack/slot-state.ts';
import { slotNumber } from '../../src/rack/units.ts';
import { makePlan } from '../support/plan.ts';
import { openTestRack, slots, type TestRack } from './support/test-rack.ts';

const one = slotNumber(1);
let barred: string | undefined;
let rack: TestRack;
beforeEach(async () => {
  barred = undefined;
  rack = openTestRack(makePlan(3), { mayPower: (slot) => (slot === one ? barred : undefined) });
  rack.power.start();
  await rack.pass(3_000);
});
afterEach(() => rack.close());

const conditions = () => rack.state.all().map(condition);
const admin = (port: string) => rack.fake.ports.get(port)?.admin;
const events = (kind: string) =>
  rack.store.events
    .ofSlot(one, 100)
    .filter((event) => event.kind === kind)
    .map((event) => event.text)
    .reverse();

describe('a port that latches a fault', () => {
  it('is switched off and on three times, and then left alone for a person', async () => {
    rack.fake.ports.get('1')!.faulty = true;
    const [result] = await rack.outcome(rack.power.request([one], 'cycle', 'ann', () => {}));
    expect(result).toMatchObject({
      state: 'failed',
      detail: 'port 1 reads fault; the fault came back after the port was switched off and on 3 times',
    });
    expect(rack.fake.sets.filter((set) => set.ports.includes('1') && set.on)).toHaveLength(5);
    expect(conditions()).toEqual(['quarantined', 'booting', 'booting']);
    expect(events('port_fault')).toEqual(
      [1, 2, 3].map((n) => `slot 1: port 1 reads fault; switched off and on to re-arm it (${n} of 3)`),
    );
    await rack.pass(120_000);
    expect(rack.fake.sets.filter((set) => set.ports.includes('1') && set.on)).toHaveLength(5);
    rack.fake.ports.get('1')!.faulty = false;
    expect(await rack.outcome(rack.power.request([one], 'cycle', 'ann', () => {}))).toMatchObject([{ state: 'on' }]);
    expect(conditions()[0]).toBe('booting');
  });

  it('is re-armed when it gives up while the board runs', async () => {
    rack.fake.ports.get('1')!.detection = 'otherFault';
    await rack.pass(11_000);
    expect(events('port_fault')).toEqual([]);
    await rack.pass(20_000);
    expect(events('port_fault')).toHaveLength(1);
    expect(conditions()[0]).toBe('booting');
  });

  it('is not touched when nobody wants it on', async () => {
    await rack.outcome(rack.power.request([one], 'off', 'ann', () => {}));
    rack.fake.sets.length = 0;
    rack.fake.ports.get('1')!.detection = 'fault';
    await rack.pass(40_000);
    expect(rack.fake.sets).toEqual([]);
  });
});

describe('a switch that does not answer a set', () => {
  it('is asked again for a while before who asked is told', async () => {
    const off = await rack.outcome(rack.power.request([one], 'off', 'ann', () => {}));
    expect(off).toMatchObject([{ state: 'off' }]);
    const asked = rack.power.request([one], 'on', 'ann', () => {});
    rack.fake.broken = 'sw1 did not answer';
    await rack.pass(5_000);
    expect(rack.state.get(one)).toMatchObject({
      phase: 'queued',
      waiting: expect.stringMatching(/^sw1 did not answer; tried again in \d s$/),
    });
    await rack.pass(20_000);
    rack.fake.broken = undefined;
    expect(await rack.outcome(asked)).toMatchObject([{ state: 'on' }]);
    expect(events('power_failed')).toEqual([]);
  });

  it('is told after a minute, and tried on', async () => {
    await rack.outcome(rack.power.request([one], 'off', 'ann', () => {}));
    rack.fake.broken = 'sw1 did not answer';
    const [result] = await rack.outcome(rack.power.request([one], 'on', 'ann', () => {}));
    expect(result).toMatchObject({ state: 'failed', detail: 'sw1 did not answer' });
    expect(result!.after).toBeGreaterThanOrEqual(60_000);
    rack.fake.broken = undefined;
    await rack.pass(60_000);
    expect(conditions()[0]).toBe('booting');
  });
});

describe('a port that does not obey', () => {
  it('is tried ever more seldom, and not at every look', async () => {
    rack.fake.deaf.add('1');
    await rack.outcome(rack.power.request([one], 'off', 'ann', () => {}));
    await rack.pass(300_000);
    expect(events('power_failed').length).toBeGreaterThan(3);
    expect(events('power_failed').length).toBeLessThan(8);
  });
});

describe('a slot that is held dark', () => {
  it('is switched off, stays off whatever is asked, says why, and comes back when it is released', async () => {
    const dark = rack.power.hold(slots(1, 2), 'its VLAN is being written');
    expect(await rack.outcome(dark)).toEqual(new Map());
    expect(conditions()).toEqual(['queued', 'queued', 'booting']);
    expect(rack.state.get(one)).toMatchObject({ waiting: 'its VLAN is being written', wanted: 'on' });
    const told: string[] = [];
    const cycled = rack.power.request([one], 'cycle', 'ann', ({ detail }) => told.push(detail));
    await rack.pass(60_000);
    expect([admin('1'), admin('2')]).toEqual([false, false]);
    expect(told).toEqual([]);
    rack.power.release(slots(1, 2));
    expect(await rack.outcome(cycled)).toMatchObject([{ state: 'on' }]);
    await rack.pass(5_000);
    expect(conditions()).toEqual(['booting', 'booting', 'booting']);
  });

  it('is off already: its holder hears so at once, and who wants it off too', async () => {
    await rack.outcome(rack.power.request([one], 'off', 'ann', () => {}));
    expect(await rack.outcome(rack.power.hold([one], 'x'), 500)).toEqual(new Map());
    expect(
      await rack.outcome(
        rack.power.request([one], 'off', 'ann', () => {}),
        500,
      ),
    ).toMatchObject([{ state: 'off' }]);
    rack.power.release([one]);
    await rack.pass(5_000);
    expect(conditions()[0]).toBe('off');
  });

  it('does not wait for a port that is just being switched on', async () => {
    rack.fake.ports.get('1')!.board = false;
    await rack.outcome(rack.power.request([one], 'off', 'ann', () => {}));
    void rack.power.request([one], 'on', 'ann', () => {});
    await rack.pass(2_000);
    expect(conditions()[0]).toBe('switching');
    expect(await rack.outcome(rack.power.hold([one], 'x'), 2_000)).toEqual(new Map());
    expect(admin('1')).toBe(false);
  });

  it('is switched off again when somebody switches it on', async () => {
    await rack.outcome(rack.power.hold([one], 'x'));
    rack.fake.press('1', true);
    await rack.pass(15_000);
    expect(admin('1')).toBe(false);
    rack.fake.restart(true);
    await rack.pass(15_000);
    expect([admin('1'), admin('2')]).toEqual([false, true]);
  });

  it('tells its holder of a port that does not go off, and goes on trying', async () => {
    rack.fake.deaf.add('1');
    const [problem] = (await rack.outcome(rack.power.hold(slots(1, 2), 'x'))).entries();
    expect(problem).toEqual([one, 'expected port 1 to read off after the set, it reads on']);
    rack.fake.deaf.clear();
    await rack.pass(25_000);
    expect(admin('1')).toBe(false);
  });

  it('tells its holder when nothing is known of the switch', async () => {
    rack.fake.broken = 'no answer';
    const held = await rack.outcome(rack.power.hold([one], 'x'));
    expect(held.get(one)).toMatch(/no answer/);
  });
});

describe('a slot that may not be powered', () => {
  it('keeps the power that it has, gets none anew, and says why', async () => {
    barred = 'its port is in VLAN 1 too';
    await rack.pass(15_000);
    expect(conditions()[0]).toBe('booting');
    const cycled = rack.power.request([one], 'cycle', 'ann', () => {});
    await rack.pass(30_000);
    expect(rack.state.get(one)).toMatchObject({ phase: 'queued', waiting: barred, wanted: 'on' });
    expect(admin('1')).toBe(false);
    barred = undefined;
    rack.power.kick();
    expect(await rack.outcome(cycled)).toMatchObject([{ state: 'on' }]);
  });
});
