import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { PowerJobs } from '../../../src/jobs/power.ts';
import type { PowerSwitch } from '../../../src/jobs/power-switch.ts';
import { RackState } from '../../../src/jobs/rack-state.ts';
import { Recovery } from '../../../src/jobs/recover.ts';
import type { Plan } from '../../../src/rack/plan.ts';
import { type SlotNumber, seconds, slotNumber } from '../../../src/rack/units.ts';
import { VirtualClock } from '../../../src/sim/virtual-clock.ts';
import { Store } from '../../../src/store/store.ts';
import { FakeSwitch } from './fake-switch.ts';

/** Thousands of commits on a virtual clock would wait for a real disk. */
const SCRATCH = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

export const log = pino({ level: 'silent' });
export const slots = (...numbers: number[]): SlotNumber[] => numbers.map(slotNumber);

export interface TestRackOptions {
  readonly clock?: VirtualClock;
  /** In place of the fake one; the plan has one switch. */
  readonly driver?: PowerSwitch;
  readonly mayPower?: (slot: SlotNumber) => string | undefined;
}

export type TestRack = ReturnType<typeof openTestRack>;

/** The power jobs over a switch in memory and a real store, on a virtual clock. */
export function openTestRack(first: Plan, options: TestRackOptions = {}) {
  const directory = mkdtempSync(join(SCRATCH, 'pirack-power-'));
  const clock = options.clock ?? new VirtualClock();
  const ports = first.slots.map(({ port }) => port);
  const fake = new FakeSwitch(clock, ports, seconds(1));
  const begin = (plan: Plan) => {
    const store = new Store(directory);
    const state = new RackState(plan, store, clock, log, (what, cause) => {
      throw new Error(what, { cause });
    });
    const drivers = new Map([['sw1', options.driver ?? fake]]);
    const power = new PowerJobs(plan, drivers, state, clock, log, options.mayPower);
    return { plan, store, state, power, recovery: new Recovery(plan, state, power, clock) };
  };
  let now = begin(first);
  const stop = () => {
    now.power.stop();
    now.recovery.stop();
    now.store.close();
  };

  /** Virtual time passes; between its steps the store commits, which needs a turn of the real event loop. */
  const pass = async (duration: number, step = 50): Promise<void> => {
    for (let passed = 0; passed < duration; passed += step) {
      await clock.advanceAsync(step);
      await new Promise((resolve) => setImmediate(resolve));
    }
  };

  return {
    clock,
    fake,
    get plan() {
      return now.plan;
    },
    get store() {
      return now.store;
    },
    get state() {
      return now.state;
    },
    get power() {
      return now.power;
    },
    get recovery() {
      return now.recovery;
    },
    pass,
    async outcome<T>(promise: Promise<T>, limit = 120_000, step = 50): Promise<T> {
      let result: { value: T } | undefined;
      void promise.then((value) => {
        result = { value };
      });
      for (let passed = 0; passed < limit && result === undefined; passed += step) await pass(step, step);
      if (result === undefined) throw new Error(`not done after ${limit} ms of virtual time`);
      return result.value;
    },
    /** As after kill -9: nothing in memory is left. */
    restart(plan: Plan = now.plan) {
      stop();
      now = begin(plan);
    },
    close() {
      stop();
      rmSync(directory, { recursive: true });
    },
  };
}
