import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PowerProgress } from '../../src/jobs/power.ts';
import { condition } from '../../src/rack/slot-state.ts';
import { millis, slotNumber } from '../../src/rack/units.ts';
import { makePlan, POWER } from '../support/plan.ts';
import { openTestRack, slots, type TestRack } from './support/test-rack.ts';

let rack: TestRack;
const pass = (duration: number) => rack.pass(duration);
const outcome = <T>(promise: Promise<T>) => rack.outcome(promise);
const conditions = () => rack.state.all().map(condition);

beforeEach(() => {
  rack = openTestRack(makePlan(4));
});
afterEach(() => rack.close());

describe('power', () => {
  it('brings a cold rack to what is wanted, and begins a boot for each board', async () => {
    rack.power.start();
    await pass(2000);
    expect(conditions()).toEqual(['booting', 'booting', 'booting', 'booting']);
    expect(rack.fake.sets).toHaveLength(1);
    expect(rack.state.get(slotNumber(3)).boot?.steps[0]).toMatchObject({
      milestone: 'power_on',
      detail: 'port 3 of sw1 delivering',
    });
  });

  it('cycles: off, hold, on, and tells each step', async () => {
    rack.power.start();
    await pass(2000);
    rack.fake.sets.length = 0;
    const told: PowerProgress[] = [];
    const [result] = await outcome(rack.power.request(slots(2), 'cycle', 'ann', (progress) => told.push(progress)));
    expect(told.map((progress) => progress.state)).toEqual(['holding']);
    expect(result).toMatchObject({ slot: 2, state: 'on' });
    expect(rack.fake.sets.map((set) => [set.ports, set.on])).toEqual([
      [['2'], false],
      [['2'], true],
    ]);
    const [off, on] = rack.fake.sets;
    expect((on?.at ?? 0) - (off?.at ?? 0)).toBeGreaterThanOrEqual(1000 + 5000);
    expect(rack.store.boots.ofSlot(slotNumber(2), 5).map((boot) => boot.outcome)).toEqual([undefined, 'powered off']);
  });

  it('holds nothing up when it is stopped: who waits is told, and no timer goes on', async () => {
    const before = rack.clock.pending;
    rack.power.start();
    await pass(2000);
    const asked = rack.power.request(slots(2), 'cycle', 'ann', () => {});
    await pass(1500);
    rack.power.stop();
    expect(await outcome(asked)).toMatchObject([
      { slot: 2, state: 'failed', detail: expect.stringContaining('the controller stops') },
    ]);
    await pass(1000);
    expect(rack.clock.pending).toBeLessThanOrEqual(before);
  });

  it('answers at once where nothing is to be done', async () => {
    rack.power.start();
    await pass(2000);
    const sets = rack.fake.sets.length;
    expect(await outcome(rack.power.request(slots(1), 'on', 'ann', () => {}))).toMatchObject([
      { state: 'on', detail: 'already on (deliveringPower)' },
    ]);
    expect(rack.fake.sets).toHaveLength(sets);
  });

  it('does not answer success for a port that does not obey', async () => {
    rack.power.start();
    await pass(2000);
    rack.fake.deaf.add('3');
    const result = await outcome(rack.power.request(slots(2, 3), 'off', 'ann', () => {}));
    expect(result.map((each) => each.state)).toEqual(['off', 'failed']);
    expect(result[1]?.detail).toMatch(/expected port 3 to read off/);
  });

  it('says what it waited for when a port goes on delivering', async () => {
    rack.power.start();
    await pass(2000);
    rack.fake.delay = millis(1e9);
    const [result] = await outcome(rack.power.request(slots(1), 'off', 'ann', () => {}));
    expect(result).toMatchObject({
      state: 'failed',
      detail: 'expected port 1 to read off within 30 s, it reads deliveringPower',
    });
  });

  it('calls a port on which nothing draws power empty, and does not hold the others up', async () => {
    const one = rack.fake.ports.get('1');
    if (one !== undefined) one.board = false;
    rack.power.start();
    await pass(2000);
    expect(conditions().slice(1)).toEqual(['booting', 'booting', 'booting']);
    await pass(20_000);
    expect(conditions()[0]).toBe('empty');
  });

  it('takes a change made at the switch as wanted', async () => {
    rack.power.start();
    await pass(2000);
    rack.fake.press('2', false);
    await pass(12_000);
    expect(rack.state.get(slotNumber(2))).toMatchObject({ wanted: 'off' });
    await pass(20_000);
    expect(conditions()[1]).toBe('off');
    rack.fake.press('2', true);
    await pass(25_000);
    expect(rack.state.get(slotNumber(2))).toMatchObject({ wanted: 'on' });
    expect(conditions()[1]).toBe('booting');
  });

  it('does not take its own late effect for a wish: a cycle whose off was not answered ends on', async () => {
    rack.power.start();
    await pass(2000);
    rack.fake.losesAnswer = true;
    const [result] = await outcome(rack.power.request(slots(2), 'cycle', 'ann', () => {}));
    expect(result).toMatchObject({ state: 'failed', detail: 'sw1 did not answer the SET' });
    expect(rack.fake.ports.get('2')?.admin).toBe(false);
    await pass(25_000);
    expect(rack.state.get(slotNumber(2)).wanted).toBe('on');
    expect(rack.fake.ports.get('2')?.admin).toBe(true);
  });

  it('makes ports as wanted again after the switch restarted', async () => {
    rack.power.start();
    await pass(2000);
    rack.fake.restarted = true;
    for (const port of ['1', '2', '3', '4']) rack.fake.press(port, false);
    await pass(25_000);
    expect(conditions()).toEqual(['booting', 'booting', 'booting', 'booting']);
  });

  it('lets in only as many as may boot at once, and says why the rest waits', async () => {
    rack.restart(makePlan(4, { power: { ...POWER, concurrentBoots: 2 } }));
    rack.power.start();
    await pass(2000);
    expect(conditions()).toEqual(['booting', 'booting', 'queued', 'queued']);
    expect(rack.state.get(slotNumber(3)).waiting).toBe('2 boards of this switch are booting, which is its limit');
    rack.state.saw(slotNumber(1), 'ssh_up', '');
    rack.power.kick();
    await pass(2000);
    expect(conditions()).toEqual(['up', 'booting', 'booting', 'queued']);
  });

  it('finishes a cycle that was begun before a restart', async () => {
    rack.power.start();
    await pass(2000);
    void rack.power.request(slots(4), 'cycle', 'ann', () => {});
    await pass(3000);
    expect(rack.fake.ports.get('4')?.admin).toBe(false);
    rack.restart();
    expect(rack.state.get(slotNumber(4)).cycling).toBe(true);
    rack.power.start();
    await pass(12_000);
    expect(rack.fake.ports.get('4')?.admin).toBe(true);
    expect(rack.state.get(slotNumber(4)).cycling).toBe(false);
  });

  it('names a switch that does not answer, and goes on when it does', async () => {
    rack.fake.broken = 'waited 3 s for sw1';
    rack.power.start();
    await pass(1000);
    expect(rack.power.troubles()).toEqual(['switch sw1 cannot be read: waited 3 s for sw1']);
    rack.fake.broken = undefined;
    await pass(12_000);
    expect(rack.power.troubles()).toEqual([]);
    expect(conditions()).toEqual(['booting', 'booting', 'booting', 'booting']);
  });
});

describe('recovery', () => {
  it('cycles a silent board with back-off, then leaves it alone and says why; a person may try again', async () => {
    rack.power.start();
    rack.recovery.start();
    const one = slotNumber(1);
    await pass(2000);
    for (const slot of slots(2, 3, 4)) rack.state.saw(slot, 'ssh_up', '');
    await pass(600_000);
    expect(conditions()).toEqual(['quarantined', 'up', 'up', 'up']);
    expect(rack.fake.sets.filter((set) => !set.on)).toHaveLength(3);
    expect(rack.state.get(one).quarantine?.cause).toMatch(/no DHCP DISCOVER/);
    expect(rack.store.boots.ofSlot(one, 10).map((boot) => boot.outcome)).toEqual(['stuck', 'stuck', 'stuck', 'stuck']);
    await outcome(rack.power.request([one], 'cycle', 'ann', () => {}));
    expect(rack.state.get(one)).toMatchObject({ attempts: 0, quarantine: undefined });
    expect(conditions()[0]).toBe('booting');
  });

  it('forgets its tries when the board is up', async () => {
    rack.power.start();
    rack.recovery.start();
    await pass(90_000);
    expect(rack.state.get(slotNumber(1)).attempts).toBe(1);
    rack.state.saw(slotNumber(1), 'ssh_up', '');
    expect(rack.state.get(slotNumber(1)).attempts).toBe(0);
  });
});

describe('what is observed', () => {
  it('survives a restart, and another MAC is an event', async () => {
    const one = slotNumber(1);
    rack.state.observe(one, { mac: 'b8:27:eb:00:00:01' as never, serial: '8b000001' });
    rack.state.observe(one, { model: '3B' });
    await pass(100);
    rack.restart();
    expect(rack.state.get(one).board).toMatchObject({ mac: 'b8:27:eb:00:00:01', serial: '8b000001', model: '3B' });
    rack.state.observe(one, { mac: 'dc:a6:32:00:00:01' as never });
    await pass(100);
    expect(rack.state.get(one).board).toEqual({
      mac: 'dc:a6:32:00:00:01',
      serial: undefined,
      model: undefined,
      revision: undefined,
    });
    expect(rack.store.events.ofSlot(one, 5)[0]?.text).toMatch(
      /different board in slot 1: MAC b8:27:eb:00:00:01 is now dc:a6:32:00:00:01/,
    );
  });

  it('does not let a board fill the record', async () => {
    for (let n = 0; n < 1000; n++) rack.state.boardEvent(slotNumber(1), 'missing_file', `file ${n}`);
    await pass(100);
    const texts = rack.store.events.ofSlot(slotNumber(1), 1000).map((event) => event.text);
    expect(texts).toHaveLength(10);
    expect(texts[0]).toBe('file 9; more of this kind are not recorded for 1 min');
    await pass(60_000);
    rack.state.boardEvent(slotNumber(1), 'missing_file', 'later');
    await pass(100);
    expect(rack.store.events.ofSlot(slotNumber(1), 1)[0]?.text).toBe('later');
  });
});
