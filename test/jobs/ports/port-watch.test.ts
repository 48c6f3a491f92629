import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PortWatch } from '../../../src/jobs/ports/port-watch.ts';
import { watchedSwitch } from '../../../src/jobs/ports/watched-switch.ts';
import { RackState } from '../../../src/jobs/rack-state.ts';
import type { Plan } from '../../../src/rack/plan.ts';
import { millis } from '../../../src/rack/units.ts';
import type { VirtualSwitchOptions } from '../../../src/sim/switch/virtual-switch.ts';
import { VirtualClock } from '../../../src/sim/virtual-clock.ts';
import { Store } from '../../../src/store/store.ts';
import { openSwitch } from '../../../src/switches/poe.ts';
import type { Mac } from '../../../src/wire/address.ts';
import { makePlan, makeSlot } from '../../support/plan.ts';
import { TestBoard } from '../../switches/support/board.ts';
import { type DirectOptions, directSession } from '../../switches/support/direct-session.ts';
import { log, makeSwitch, planFor, secrets } from '../../switches/support/rig.ts';

const mac = (slot: number) => `b8:27:eb:00:00:${slot.toString(16).padStart(2, '0')}` as Mac;
const CONTROLLER = '02:00:00:00:00:01' as Mac;

/** A board that is heard all the time. */
class Speaking extends TestBoard {
  readonly mac: Mac;
  errors = 0;
  mbps = 1_000;
  constructor(address: Mac) {
    super();
    this.mac = address;
  }
  traffic = { in: 0, out: 0 };
  override octets() {
    this.traffic = { in: this.traffic.in + 1_000, out: this.traffic.out + 3_000 };
    return { ...this.traffic, inErrors: this.errors };
  }
  linkMbps() {
    return this.mbps;
  }
}

let directory: string;
let rig: ReturnType<typeof makeRig>;

/** Two switches of four boards each, ports 1 to 4; slots 1 to 4 on sw1, 5 to 8 on sw2. */
function makeRig(
  options: {
    readonly ageing?: number;
    readonly sw2?: Partial<VirtualSwitchOptions>;
    readonly session?: Partial<DirectOptions>;
  } = {},
) {
  const clock = new VirtualClock();
  const slots = Array.from({ length: 8 }, (_, place) =>
    makeSlot(place + 1, { switch: place < 4 ? 'sw1' : 'sw2', port: String((place % 4) + 1) }),
  );
  const planOf = (name: string) => ({ ...planFor(161), name, uplinks: ['5'] });
  const plan: Plan = makePlan(8, { slots, switches: [planOf('sw1'), planOf('sw2')] });
  const store = new Store(directory);
  const state = new RackState(plan, store, clock, log, (what, cause) => {
    throw new Error(what, { cause });
  });
  const switches = plan.switches.map((planned) => {
    const device = makeSwitch(clock, {
      name: planned.name,
      ports: 4,
      forwarding: { uplinkStations: [{ port: 5, mac: CONTROLLER }], ageingSeconds: options.ageing ?? 300 },
      ...(planned.name === 'sw2' ? options.sw2 : {}),
    });
    const session = directSession(device, { clock, latency: 1, ...options.session });
    const ports = slots.filter((slot) => slot.switch === planned.name).map((slot) => slot.port);
    const poe = openSwitch(planned, { clock, log, secrets, ports, openSession: () => Promise.resolve(session) });
    return { device, poe, session, planned };
  });
  const boards = slots.map((slot) => {
    const board = new Speaking(mac(slot.slot));
    switches[slot.switch === 'sw1' ? 0 : 1]!.device.attach(Number(slot.port), board);
    state.observe(slot.slot, { mac: board.mac, model: '4B' });
    void state.intend(slot.slot, { wanted: 'on' });
    state.saw(slot.slot, 'ssh_up', '');
    return board;
  });
  const watch = new PortWatch({
    plan,
    switches: switches.map(({ poe, planned }) => watchedSwitch(planned, poe, clock)),
    state,
    store: store.ports,
    clock,
    log,
    controllerMacs: () => new Set([CONTROLLER]),
  });
  const poll = () => {
    for (const { poe } of switches) poe.poll().catch(() => undefined);
    clock.after(plan.power.poll, poll);
  };
  poll();
  const stop = () => {
    watch.stop();
    for (const { poe } of switches) poe.close();
    store.close();
  };
  return { clock, plan, store, state, switches, boards, watch, stop };
}

/** Virtual time passes. */
async function pass(duration: number): Promise<void> {
  await rig.clock.advanceAsync(duration);
}

const events = (kind?: string) => {
  rig.store.commit.flush();
  return rig.store.events.after(0, 1_000).filter((event) => kind === undefined || event.kind === kind);
};
const verdicts = () => rig.watch.sightings().map(({ verdict }) => verdict);

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'pirack-port-watch-'));
});
afterEach(() => {
  rig.stop();
  rmSync(directory, { recursive: true });
});

describe('watching the ports of two switches', () => {
  it('finds every board on its port, counts it and keeps it', async () => {
    rig = makeRig();
    rig.watch.start();
    await pass(300_000);
    expect(verdicts()).toEqual(Array(8).fill('here'));
    expect(rig.watch.sightings().every(({ strangerCount }) => strangerCount === 0)).toBe(true);
    expect(rig.watch.troubles()).toEqual([]);
    expect(events().map(({ kind }) => kind)).toEqual([]);
    const now = rig.store.ports.newest();
    expect(now.map(({ switch: name, port }) => `${name} ${port}`)).toEqual([
      ...['1', '2', '3', '4', '5'].map((port) => `sw1 ${port}`),
      ...['1', '2', '3', '4', '5'].map((port) => `sw2 ${port}`),
    ]);
    for (const row of now.filter(({ slot }) => slot !== undefined)) {
      expect(row).toMatchObject({ link: 'up', speed: 1_000, delivering: true, watts: 4 });
      expect(row.inBitsPerSecond).toBeGreaterThan(0);
    }
    const history = rig.store.ports.history({ switch: 'sw1', port: '1' }, millis(0), rig.clock.now());
    expect(history.length).toBeGreaterThan(0);
    expect(history[0]).toMatchObject({ receiveErrors: 0, watts: 4, linkChanges: 0, mpsAbsent: 0 });
  });

  it('says that two boards are swapped, and that they are back', async () => {
    rig = makeRig({ ageing: 20 });
    rig.watch.start();
    await pass(120_000);
    const [first, second] = [rig.switches[0]!.device, rig.switches[1]!.device];
    const swap = async (onFirst: Speaking, onSecond: Speaking) => {
      first.detach(1);
      second.detach(1);
      // Longer than the switches remember.
      await pass(130_000);
      first.attach(1, onFirst);
      second.attach(1, onSecond);
    };
    await swap(rig.boards[4]!, rig.boards[0]!);
    await pass(200_000);
    expect(verdicts()).toMatchObject(['elsewhere', 'here', 'here', 'here', 'elsewhere', 'here', 'here', 'here']);
    expect(events('board_misplaced').map(({ slot, text }) => [slot, text])).toEqual(
      expect.arrayContaining([
        [1, expect.stringMatching(/heard on port 1 of sw2 \(slot 5\) and not on its own port 1 of sw1/)],
        [5, expect.stringMatching(/heard on port 1 of sw1 \(slot 1\) and not on its own port 1 of sw2/)],
      ]),
    );
    await swap(rig.boards[0]!, rig.boards[4]!);
    await pass(200_000);
    expect(
      events('board_placed')
        .map(({ slot }) => slot)
        .sort(),
    ).toEqual([1, 5]);
    expect(verdicts()).toEqual(Array(8).fill('here'));
  });

  it('does not choose between two places while a switch still shows both', async () => {
    rig = makeRig();
    rig.watch.start();
    await pass(120_000);
    const [first, second] = [rig.switches[0]!.device, rig.switches[1]!.device];
    first.detach(1);
    second.detach(1);
    await pass(15_000);
    first.attach(1, rig.boards[4]!);
    await pass(130_000);
    expect(rig.watch.sightings()[4]).toMatchObject({
      verdict: 'ambiguous',
      places: [
        { switch: 'sw1', port: '1', slot: 1 },
        { switch: 'sw2', port: '1', slot: 5 },
      ],
    });
    await pass(330_000);
    expect(rig.watch.sightings()[4]).toMatchObject({ verdict: 'elsewhere', places: [{ switch: 'sw1', slot: 1 }] });
    expect(events().map(({ kind, slot }) => `${kind} ${slot}`)).toEqual(
      expect.arrayContaining(['board_ambiguous 5', 'board_misplaced 5']),
    );
  });

  it('says what a port counts too much of, once, and that it is over', async () => {
    rig = makeRig();
    rig.watch.start();
    await pass(120_000);
    const bad = rig.boards[2]!;
    for (let minute = 0; minute < 5; minute += 1) {
      bad.errors += 50;
      await pass(60_000);
    }
    expect(events('port_errors').map(({ slot }) => slot)).toEqual([3]);
    expect(rig.store.ports.newest().find(({ slot }) => slot === 3)?.findings).toHaveLength(1);
    await pass(480_000);
    expect(events('port_errors').map(({ text }) => text)).toEqual([
      expect.stringMatching(/^port 3 of sw1 \(slot 3\) has \d+ damaged frames received/),
      'port 3 of sw1 (slot 3) has no errors any more',
    ]);
  });

  it('says that a gigabit board has a hundred', async () => {
    rig = makeRig();
    rig.boards[6]!.mbps = 100;
    rig.watch.start();
    await pass(300_000);
    expect(events('port_slow').map(({ slot }) => slot)).toEqual([7]);
  });
});

describe('a switch that fails', () => {
  it('is said to once, costs the other nothing, and is said to be back', async () => {
    rig = makeRig();
    rig.watch.start();
    await pass(120_000);
    const { faults } = rig.switches[1]!.device;
    faults.silent = true;
    await pass(1_200_000);
    expect(events('ports_unread').map(({ text }) => text)).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^switch sw2: which MAC is on which port cannot be read: .*did not answer/),
        expect.stringMatching(/^switch sw2: the counters of its ports cannot be read/),
      ]),
    );
    expect(verdicts()).toEqual([...Array(4).fill('here'), ...Array(4).fill('unread')]);
    const readAt = (slot: number) => rig.store.ports.newest().find((row) => row.slot === slot)!.readAt!;
    expect(rig.clock.now() - readAt(1)).toBeLessThan(65_000);
    expect(rig.clock.now() - readAt(5)).toBeGreaterThan(1_000_000);
    const told = events('ports_unread').length;
    faults.silent = false;
    await pass(1_600_000);
    expect(events('ports_unread')).toHaveLength(told);
    expect(events('ports_read').length).toBe(told);
    expect(rig.watch.troubles()).toEqual([]);
    expect(verdicts()).toEqual(Array(8).fill('here'));
  });

  it('is followed through a restart that gives its ports other numbers', async () => {
    rig = makeRig({ sw2: { renumbering: 'shuffled' } });
    rig.watch.start();
    await pass(150_000);
    rig.switches[1]!.device.reboot();
    await pass(400_000);
    expect(verdicts()).toEqual(Array(8).fill('here'));
    expect(events('board_misplaced')).toEqual([]);
    const rows = rig.store.ports.history({ switch: 'sw2', port: '1' }, millis(0), rig.clock.now());
    for (const row of rows) expect(row.inOctets ?? 0).toBeLessThan(1_000_000);
  });

  it('spends no more than a twentieth of its time, however slow it is', async () => {
    rig = makeRig();
    rig.switches[1]!.device.faults.slow = millis(350);
    const began = rig.clock.monotonic();
    rig.watch.start();
    await pass(3_600_000);
    const spent = rig.watch.spent().get('sw2')!;
    expect(spent).toBeGreaterThan(10_000);
    expect(spent / (rig.clock.monotonic() - began)).toBeLessThan(0.05);
    expect(verdicts().slice(4)).toEqual(Array(4).fill('here'));
  });
});

describe('a port watch', () => {
  it('stops for good', async () => {
    rig = makeRig();
    rig.watch.start();
    await pass(120_000);
    rig.watch.stop();
    await pass(1_000);
    const { requests } = rig.switches[0]!.session.counts;
    const spent = rig.watch.spent().get('sw1');
    await pass(600_000);
    expect(rig.watch.spent().get('sw1')).toBe(spent);
    // The polls for power go on.
    expect(rig.switches[0]!.session.counts.requests).toBeGreaterThan(requests);
  });

  it('says what it found though the store takes nothing', async () => {
    rig = makeRig();
    const { ports } = rig.store;
    const full = {
      sync: ports.sync.bind(ports),
      save: () => {
        throw new Error('database or disk is full');
      },
    };
    const watch = new PortWatch({
      plan: rig.plan,
      switches: rig.switches.map(({ poe, planned }) => watchedSwitch(planned, poe, rig.clock)),
      state: rig.state,
      store: full,
      clock: rig.clock,
      log,
      controllerMacs: () => new Set(),
    });
    watch.start();
    rig.boards[0]!.mbps = 100;
    await pass(1_500_000);
    watch.stop();
    expect(events('port_slow').map(({ slot }) => slot)).toEqual([1]);
    expect(watch.troubles()).toContainEqual(expect.stringMatching(/disk is full/));
  });
});
