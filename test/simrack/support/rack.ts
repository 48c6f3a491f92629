/**
 * A whole rack on a virtual clock: virtual boards on virtual segments, virtual PoE switches, and everything between them
 * real: DHCP, TFTP, router advertisements, the power pumps, the timeline, recovery and the database.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { poeDriver } from '../../../src/jobs/poe-driver.ts';
import { PowerJobs } from '../../../src/jobs/power.ts';
import { RackState } from '../../../src/jobs/rack-state.ts';
import { Recovery } from '../../../src/jobs/recover.ts';
import { BoardWatch } from '../../../src/jobs/watch.ts';
import { sleep } from '../../../src/rack/clock.ts';
import type { Plan } from '../../../src/rack/plan.ts';
import { loadRackFile } from '../../../src/rack/rack-file.ts';
import { condition, type SlotCondition } from '../../../src/rack/slot-state.ts';
import { millis, type SlotNumber } from '../../../src/rack/units.ts';
import type { BoardOptions } from '../../../src/sim/board/options.ts';
import { VirtualClock } from '../../../src/sim/virtual-clock.ts';
import { Store } from '../../../src/store/store.ts';
import { RFC3621_DRIVER } from '../../../src/switches/drivers/rfc3621.ts';
import { openSwitch } from '../../../src/switches/poe.ts';
import type { Ipv4 } from '../../../src/wire/address.ts';
import { directSession } from '../../switches/support/direct-session.ts';
import { makeBoards, makeSwitches } from './boards.ts';
import { FILES } from './files.ts';
import { makeNetwork, type WireFaults } from './network.ts';
import { startServers } from './servers.ts';
import { Trace } from './trace.ts';

export interface SimRackOptions {
  readonly seed: number;
  /** Only these slots; all 108 when left out. */
  readonly slots?: readonly number[];
  readonly faults?: WireFaults;
  readonly board?: Partial<BoardOptions>;
  /** Called at every change of a board's stage. */
  readonly onStage?: (slot: number, text: string) => void;
  /** Changes the plan of the rack file. */
  readonly plan?: (plan: Plan) => Plan;
}

/** Thousands of commits on a virtual clock would wait for a real disk. */
const SCRATCH = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
const STEP_MS = 250;
const PROBE_MS = 2;
const log = pino({ level: 'silent' });

export function loadPlan({ slots, plan: change }: Pick<SimRackOptions, 'slots' | 'plan'>): Plan {
  const path = 'rack-configs/virtual-108.yaml';
  const directories = { path, cacheDirectory: '/nonexistent/cache', stateDirectory: '/nonexistent/state' };
  const { plan, problems } = loadRackFile(readFileSync(path), directories);
  if (plan === undefined) throw new Error(`${path}: ${problems[0]?.message}`);
  const some = slots === undefined ? plan : { ...plan, slots: plan.slots.filter(({ slot }) => slots.includes(slot)) };
  return change === undefined ? some : change(some);
}

export type SimRack = ReturnType<typeof openSimRack>;

export function openSimRack(options: SimRackOptions) {
  const { seed, faults = {} } = options;
  const plan = loadPlan(options);
  const directory = mkdtempSync(join(SCRATCH, 'pirack-simrack-'));
  const clock = new VirtualClock();
  const trace = new Trace(clock);
  const onStage = (slot: number, text: string) => {
    trace.say(slot, text);
    options.onStage?.(slot, text);
  };
  const network = makeNetwork(plan, clock, seed, trace, faults);
  const boards = makeBoards(plan, { clock, seed, network, onStage }, options.board ?? {});
  const devices = makeSwitches(plan, { clock, seed }, boards);
  const store = new Store(directory);
  const state = new RackState(plan, store, clock, log, (what, cause) => {
    throw new Error(what, { cause });
  });
  const drivers = new Map(
    plan.switches.map((planned) => {
      const ports = plan.slots.filter((slot) => slot.switch === planned.name).map(({ port }) => port);
      const poe = openSwitch(planned, {
        clock,
        log,
        ports,
        secrets: () => Promise.resolve('unused'),
        chooseDriver: () => Promise.resolve(RFC3621_DRIVER),
        openSession: () => Promise.resolve(directSession(devices.get(planned.name)!, { clock })),
      });
      return [planned.name, poeDriver(poe)] as const;
    }),
  );
  const power = new PowerJobs(plan, drivers, state, clock, log);
  state.onUp(() => power.kick());
  const recovery = new Recovery(plan, state, power, clock);
  const servers = startServers({ plan, clock, seed, network, trace, state, store, files: FILES });
  const watch = new BoardWatch(plan, state, async () => mounts(), probe, clock);

  const addressed = new Map(plan.slots.map((slot) => [slot.ipv6.board, slot.slot]));
  const sim = (slot: SlotNumber) => boards.get(slot)!;

  /** A root that is mounted holds a connection, another one after every boot. */
  function mounts(): ReadonlyMap<Ipv4, readonly number[]> {
    const mounted = plan.slots.filter(({ slot }) => sim(slot).os.running?.mounted);
    return new Map(mounted.map(({ slot, ipv4 }) => [ipv4.board, [600 + (sim(slot).powered % 400)]]));
  }

  async function probe(address: (typeof plan.slots)[number]['ipv6']['board']) {
    await sleep(clock, millis(PROBE_MS));
    const slot = addressed.get(address);
    const running = slot === undefined ? undefined : sim(slot).os.running;
    return running?.address === address
      ? ({ up: true, banner: 'SSH-2.0-sim' } as const)
      : ({ up: false, reason: 'no answer', taken: false } as const);
  }

  const rack = {
    plan,
    clock,
    trace,
    network,
    boards,
    devices,
    store,
    state,
    power,
    servers,
    /** As the controller starts, and a person asking for power on every slot. */
    async start(): Promise<void> {
      watch.start();
      power.start();
      recovery.start();
      await power.intend(
        plan.slots.map(({ slot }) => slot),
        'on',
        'ann',
      );
    },
    /** Lets time pass until `done`; throws with where every slot stands after `limit` of virtual time. */
    async until(done: () => boolean, limit: number): Promise<void> {
      const end = clock.monotonic() + limit;
      while (!done()) {
        if (clock.monotonic() >= end)
          throw new Error(`not done after ${limit} ms: ${JSON.stringify(rack.conditions())}`);
        await clock.advanceAsync(STEP_MS);
      }
    },
    conditions(): Readonly<Partial<Record<SlotCondition, number>>> {
      const counts: Partial<Record<SlotCondition, number>> = {};
      for (const slot of state.all()) {
        const now = condition(slot);
        counts[now] = (counts[now] ?? 0) + 1;
      }
      return counts;
    },
    /** Every slot is up, or was given up. */
    settled: () => state.all().every((slot) => ['up', 'quarantined'].includes(condition(slot))),
    close(): void {
      recovery.stop();
      watch.stop();
      power.stop();
      servers.stop();
      store.close();
      rmSync(directory, { recursive: true });
    },
  };
  return rack;
}
