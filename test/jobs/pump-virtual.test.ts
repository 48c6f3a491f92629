import { afterEach, describe, expect, it } from 'vitest';
import { poeDriver } from '../../src/jobs/poe-driver.ts';
import type { PowerProgress } from '../../src/jobs/power.ts';
import { condition } from '../../src/rack/slot-state.ts';
import { millis, seconds, slotNumber } from '../../src/rack/units.ts';
import type { VirtualSwitchOptions } from '../../src/sim/switch/virtual-switch.ts';
import { makePlan, POWER } from '../support/plan.ts';
import { plugIn, type VirtualRig, virtualRig } from '../switches/support/rig.ts';
import { openTestRack, slots, type TestRack } from './support/test-rack.ts';

/** The pump over a real PoeSwitch over a virtual switch: what is asked for, against what happens to the board. */

const DELAYS = { off: millis(1_500), detect: millis(3_000), retry: millis(1_000), boot: millis(8_000), jitter: 0 };
const HOLD = 5_000;

const open: (() => void)[] = [];
afterEach(() => {
  for (const close of open.splice(0)) close();
});

interface Rig extends VirtualRig {
  readonly rack: TestRack;
  readonly boards: ReturnType<typeof plugIn>;
}

async function powered(
  options: Partial<VirtualSwitchOptions> = {},
  deps: Parameters<typeof virtualRig>[1] = {},
): Promise<Rig> {
  const ports = options.ports ?? 8;
  const rig = virtualRig({ delays: DELAYS, ...options }, deps);
  const boards = plugIn(
    rig.device,
    Array.from({ length: ports }, (_, place) => place + 1),
  );
  await rig.clock.advanceAsync(10_000);
  const plan = makePlan(ports, { power: { ...POWER, concurrentBoots: ports } });
  const rack = openTestRack(plan, { clock: rig.clock, driver: poeDriver(rig.poe) });
  open.push(() => rack.close());
  rack.power.start();
  await rack.pass(1_000);
  for (const { slot } of plan.slots) rack.state.saw(slot, 'ssh_up', '');
  return { ...rig, rack, boards };
}

async function cycle(rig: Rig, numbers: number[], tell: (progress: PowerProgress) => void = () => {}) {
  const startedAt = rig.clock.monotonic();
  const results = await rig.rack.outcome(rig.rack.power.request(slots(...numbers), 'cycle', 'ann', tell), 400_000, 5);
  return { results, took: rig.clock.monotonic() - startedAt };
}

const times = (rig: Rig, port: number) => {
  const { timesOff, powered: on } = rig.boards.get(port)!;
  return { timesOff, on };
};

describe('a power cycle', () => {
  it('keeps the board without power for the whole hold', async () => {
    const rig = await powered();
    const board = rig.boards.get(3)!;
    const changes: [number, string][] = [];
    for (const what of ['powerOff', 'powerOn'] as const) {
      const plain = board[what].bind(board);
      board[what] = () => {
        changes.push([rig.clock.monotonic(), what]);
        plain();
      };
    }
    expect((await cycle(rig, [3])).results).toMatchObject([{ state: 'on' }]);
    expect(changes.map(([, what]) => what)).toEqual(['powerOff', 'powerOn']);
    expect(changes[1]![0] - changes[0]![0]).toBeGreaterThanOrEqual(HOLD);
    expect(rig.poe.status().queue).toEqual({ running: undefined, waiting: [] });
  });

  it("costs no more than 150 ms beyond the hold and the switch's own delays", async () => {
    for (const [off, detect] of [
      [10, 10],
      [600, 1_200],
      [1_500, 3_000],
    ] as const) {
      const rig = await powered({ delays: { ...DELAYS, off: millis(off), detect: millis(detect) } });
      const { results, took } = await cycle(rig, [1]);
      expect(results).toMatchObject([{ state: 'on' }]);
      expect(took - HOLD - off - detect).toBeLessThanOrEqual(150);
    }
  });

  it('of 36 ports takes hardly longer than of one, where admission holds nothing up', async () => {
    const rig = await powered({ ports: 36 });
    const { results, took } = await cycle(
      rig,
      [...Array(36).keys()].map((place) => place + 1),
    );
    expect(results.filter(({ state }) => state === 'on')).toHaveLength(36);
    expect(took - HOLD - DELAYS.off - DELAYS.detect).toBeLessThanOrEqual(400);
    expect([...rig.boards.values()].every((board) => board.timesOff === 1 && board.powered)).toBe(true);
  });

  it('ends on, and says so, where nothing draws power', async () => {
    const rig = await powered();
    rig.device.detach(2);
    await rig.rack.pass(11_000);
    const { results } = await cycle(rig, [2]);
    expect(results).toMatchObject([{ state: 'on', detail: expect.stringMatching(/^on, but nothing draws power: /) }]);
    expect(condition(rig.rack.state.get(slotNumber(2)))).toBe('empty');
  });

  it('switches on a port that was off before', async () => {
    const rig = await powered();
    await rig.rack.outcome(rig.rack.power.request(slots(4), 'off', 'ann', () => {}));
    expect((await cycle(rig, [4])).results).toMatchObject([{ state: 'on' }]);
    expect(times(rig, 4)).toEqual({ timesOff: 1, on: true });
  });
});

describe('a power cycle on a switch that misbehaves', () => {
  it('finds out a switch that says noError and does nothing', async () => {
    const rig = await powered();
    rig.device.faults.lyingSet = 1;
    expect((await cycle(rig, [1])).results).toMatchObject([
      {
        state: 'failed',
        detail: expect.stringMatching(/^port 1: the switch accepted power off, and \d+ ms later it still reads on$/),
      },
    ]);
    expect(times(rig, 1)).toEqual({ timesOff: 0, on: true });
  });

  it('says so when the second write was a lie, and goes on until it was none', async () => {
    const rig = await powered();
    const { results } = await cycle(rig, [1], ({ state }) => {
      if (state === 'holding') rig.device.faults.lyingSet = 1;
    });
    expect(results).toMatchObject([{ state: 'failed', detail: expect.stringContaining('accepted power on') }]);
    rig.device.faults.lyingSet = 0;
    await rig.rack.pass(40_000);
    expect(times(rig, 1)).toEqual({ timesOff: 1, on: true });
  });

  it('takes a SET that was done and not answered for done, by reading back', async () => {
    const rig = await powered({}, { lose: (operation, which) => operation === 'set' && which === 'answer' });
    expect((await cycle(rig, [1])).results).toMatchObject([{ state: 'on' }]);
    expect(times(rig, 1)).toEqual({ timesOff: 1, on: true });
  });

  it('says of a SET that never arrived that it had no effect', async () => {
    const rig = await powered({}, { lose: (operation) => operation === 'set' });
    expect((await cycle(rig, [1])).results).toMatchObject([
      { state: 'failed', detail: 'port 1: power off was not answered, and it reads on now' },
    ]);
    expect(times(rig, 1)).toEqual({ timesOff: 0, on: true });
  });

  it('gives the port its power back when it does not go off', async () => {
    const rig = await powered({ delays: { ...DELAYS, off: seconds(300) } });
    const [result] = (await cycle(rig, [1])).results;
    expect(result).toMatchObject({ state: 'failed' });
    expect(result!.detail).toMatch(
      /^port 1: expected power off within 30\d\d\d ms, last read admin off, deliveringPower$/,
    );
    await rig.rack.pass(20_000);
    expect(rig.device.pse.port(1).admin).toBe(true);
    await rig.rack.pass(300_000, 500);
    expect(times(rig, 1)).toEqual({ timesOff: 0, on: true });
  });

  it('tells denied power from a fault, and neither holds up a neighbour', async () => {
    const rig = await powered();
    rig.device.faults.denied.add(1);
    rig.device.faults.faulty.add(2);
    const asked = rig.rack.power.request(slots(1, 2, 3), 'cycle', 'ann', () => {});
    await rig.rack.pass(15_000);
    const conditions = () => rig.rack.state.all().map(condition).slice(0, 3);
    expect(conditions()[2]).toBe('booting');
    await rig.rack.pass(120_000);
    expect(conditions()).toEqual(['queued', 'quarantined', 'booting']);
    expect(rig.rack.state.get(slotNumber(1)).waiting).toMatch(
      /the switch denied power \d+ times in \d+ ms \(its budget is used up\)/,
    );
    expect(rig.rack.state.get(slotNumber(2)).quarantine?.cause).toMatch(/the switch reports a fault of the port/);
    rig.device.faults.denied.clear();
    expect(await rig.rack.outcome(asked, 400_000)).toMatchObject([
      { slot: 1, state: 'on' },
      { slot: 2, state: 'failed' },
      { slot: 3, state: 'on' },
    ]);
  });

  it('sees the budget of the switch run out, and the board come up when there is power', async () => {
    const rig = await powered();
    for (const board of rig.boards.values()) board.draws = 50;
    // Seven boards draw 350 W of 370 W now; the eighth needs three to start, and gets them when the seventh draws less.
    rig.boards.get(8)!.draws = 3;
    rig.boards.get(7)!.draws = 69;
    const asked = rig.rack.power.request(slots(8), 'cycle', 'ann', () => {});
    await rig.rack.pass(30_000);
    expect(condition(rig.rack.state.get(slotNumber(8)))).toBe('queued');
    rig.boards.get(7)!.draws = 5;
    expect(await rig.rack.outcome(asked, 400_000)).toMatchObject([{ state: 'on' }]);
  });

  it('goes on over a restart of the switch while the port is off', async () => {
    const rig = await powered();
    let restarted = false;
    const { results } = await cycle(rig, [1], ({ state }) => {
      if (state === 'holding' && !restarted) rig.device.reboot();
      restarted ||= state === 'holding';
    });
    expect(restarted).toBe(true);
    expect(results).toMatchObject([{ state: 'on' }]);
  });

  it('does not give up the second write while the switch is silent', async () => {
    const rig = await powered();
    const { results, took } = await cycle(rig, [1], ({ state }) => {
      if (state !== 'holding') return;
      rig.device.faults.silent = true;
      rig.clock.after(seconds(30), () => {
        rig.device.faults.silent = false;
      });
    });
    expect(results).toMatchObject([{ state: 'on' }]);
    expect(took).toBeGreaterThan(30_000);
  });

  it('ends when the switch stays silent, says so, and brings the board back when it answers', async () => {
    const rig = await powered();
    const { results } = await cycle(rig, [1], ({ state }) => {
      if (state === 'holding') rig.device.faults.silent = true;
    });
    expect(results).toMatchObject([
      { state: 'failed', detail: expect.stringContaining('it answered before and is silent now') },
    ]);
    expect(rig.rack.power.troubles()).toEqual([expect.stringMatching(/^switch sw1 cannot be read: /)]);
    rig.device.faults.silent = false;
    await rig.rack.pass(90_000);
    expect(times(rig, 1)).toEqual({ timesOff: 1, on: true });
  });

  it('gives the power back even when the switch took so long that the first write was given up', async () => {
    const rig = await powered();
    // Three varbinds for the port and one for the time, before and after: more than a minute.
    rig.device.faults.slow = seconds(9);
    const [result] = (await cycle(rig, [1])).results;
    expect(result).toMatchObject({ state: 'failed' });
    rig.device.faults.slow = millis(0);
    await rig.rack.pass(90_000);
    expect(rig.boards.get(1)!.powered).toBe(true);
    expect(rig.device.pse.port(1).admin).toBe(true);
  });

  it('goes to its end when who listens fails', async () => {
    const rig = await powered();
    const { results } = await cycle(rig, [1], () => {
      throw new Error('listener');
    });
    expect(results).toMatchObject([{ state: 'on' }]);
    expect(times(rig, 1)).toEqual({ timesOff: 1, on: true });
  });
});
