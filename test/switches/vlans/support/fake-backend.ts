/** A switch in memory behind a VlanBackend: does what it is told, or what real ones do instead. */
import type { Clock } from '../../../../src/rack/clock.ts';
import { sleep } from '../../../../src/rack/clock.ts';
import { millis } from '../../../../src/rack/units.ts';
import type { VlanBackend, VlanRefusal } from '../../../../src/switches/backend.ts';
import { SnmpTimeout } from '../../../../src/switches/snmp/errors.ts';
import type { VlanState, VlanStep } from '../../../../src/switches/vlans/state.ts';
import { afterStep, changesOf } from '../../../../src/switches/vlans/steps.ts';

export interface FakeFaults {
  /** From 0 up to, not including, 1. */
  random: () => number;
  /** Probabilities, for each step: answered and not done, refused, not answered and not done, not answered and done. */
  lie: number;
  refuse: number;
  loseRequest: number;
  loseAnswer: number;
  /** Of a reading. */
  loseReading: number;
  /** Steps that are always refused. */
  never: (step: VlanStep) => boolean;
  /** What the switch does besides. */
  besides: (state: VlanState, step: VlanStep) => VlanState;
  /** Whether it answers at all. */
  silent: boolean;
  saveFails: boolean;
}

export interface FakeSwitch {
  state: VlanState;
  readonly backend: VlanBackend;
  readonly faults: FakeFaults;
  /** Every step that reached it. */
  readonly written: VlanStep[];
  saves: number;
  /** From then on nothing comes of a call of these backends any more, as for a process that was killed. */
  crashAfter: number;
  /** A backend of a new process. */
  reopen(): VlanBackend;
}

const timeout = (operation: 'set' | 'getBulk') => new SnmpTimeout(operation, 'fake', millis(10_000), 1, 'went-silent');

export function fakeSwitch(start: VlanState, clock: Clock): FakeSwitch {
  const faults: FakeFaults = {
    random: () => 0.999,
    lie: 0,
    refuse: 0,
    loseRequest: 0,
    loseAnswer: 0,
    loseReading: 0,
    never: () => false,
    besides: (state) => state,
    silent: false,
    saveFails: false,
  };
  const chance = (probability: number) => probability > 0 && faults.random() < probability;

  const open = (): VlanBackend => {
    const gone = () => new Promise<never>(() => {});
    return {
      numbering: 'bridgePort',
      settleMs: 500,
      edge: undefined,
      async read() {
        if (device.crashAfter <= 0) return gone();
        await sleep(clock, millis(100));
        if (faults.silent || chance(faults.loseReading)) throw timeout('getBulk');
        return device.state;
      },
      async pvids() {
        return new Map([...device.state.ports].map(([port, { pvid }]) => [port, pvid]));
      },
      async write(steps, state, guard) {
        const refusals: VlanRefusal[] = [];
        for (const step of steps) {
          guard.check(changesOf(step, state), state);
          if (device.crashAfter <= 0) return gone();
          await sleep(clock, millis(10));
          if (faults.silent || chance(faults.loseRequest)) throw timeout('set');
          if (faults.never(step) || chance(faults.refuse)) {
            refusals.push({ steps: [step], reason: 'set failed with commitFailed' });
            continue;
          }
          device.written.push(step);
          if (!chance(faults.lie)) device.state = faults.besides(afterStep(device.state, step), step);
          device.crashAfter -= 1;
          if (device.crashAfter <= 0) return gone();
          if (chance(faults.loseAnswer)) throw timeout('set');
        }
        return refusals;
      },
      save: async () => {
        if (device.crashAfter <= 0) return gone();
        if (faults.saveFails) throw timeout('set');
        device.saves += 1;
      },
    };
  };
  const device: FakeSwitch = {
    state: start,
    faults,
    written: [],
    saves: 0,
    crashAfter: Number.POSITIVE_INFINITY,
    backend: open(),
    reopen: open,
  };
  return device;
}
