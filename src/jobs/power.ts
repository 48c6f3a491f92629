import type { Logger } from 'pino';
import { type Clock, sleep } from '../rack/clock.ts';
import type { Plan } from '../rack/plan.ts';
import { type Millis, millis, type SlotNumber } from '../rack/units.ts';
import type { RackState } from './rack-state.ts';
import { type PowerSwitch, type Reached, SwitchPump } from './switch-pump.ts';

export type PowerAction = 'on' | 'off' | 'cycle';

/** A step of a power request, told as it happens. */
export interface PowerProgress {
  readonly slot: SlotNumber;
  readonly state: Reached;
  /** Since the request was taken, in milliseconds. */
  readonly after: Millis;
  readonly detail: string;
}

interface Waiter {
  readonly slot: SlotNumber;
  readonly action: PowerAction;
  readonly since: Millis;
  readonly tell: (progress: PowerProgress) => void;
  readonly done: (outcome: PowerProgress) => void;
  /** The off half of a cycle has been seen: an `on` now is its end, and not a reading from before. */
  wasOff: boolean;
}

/** How long a request may wait for admission and for the switch before its caller is told so. */
const REQUEST_LIMIT = millis(15 * 60_000);

/**
 * Power as it was asked for. What is wanted is on disk before a switch is told, so that a restart finishes what was
 * begun; who asked hears of every step and of the outcome that was read back.
 */
export class PowerJobs {
  readonly #plan: Plan;
  readonly #state: RackState;
  readonly #clock: Clock;
  readonly #pumps = new Map<string, SwitchPump>();
  readonly #pumpOfSlot = new Map<SlotNumber, SwitchPump>();
  readonly #waiters = new Set<Waiter>();
  #stopped = false;

  constructor(plan: Plan, drivers: ReadonlyMap<string, PowerSwitch>, state: RackState, clock: Clock, log: Logger) {
    this.#plan = plan;
    this.#state = state;
    this.#clock = clock;
    for (const planned of plan.switches) {
      const driver = drivers.get(planned.name);
      if (driver === undefined) throw new Error(`no driver for switch ${planned.name}`);
      const slots = plan.slots.filter((slot) => slot.switch === planned.name);
      const tell = this.#tell.bind(this);
      const pump = new SwitchPump({ switch: planned, slots, power: plan.power, driver, state, clock, log, tell });
      this.#pumps.set(planned.name, pump);
      for (const slot of slots) this.#pumpOfSlot.set(slot.slot, pump);
    }
  }

  /** Reads every switch and goes on reading it; what is wanted and not so is then made so. */
  start(): void {
    for (const pump of this.#pumps.values()) void this.#pollForEver(pump);
  }

  stop(): void {
    this.#stopped = true;
    for (const pump of this.#pumps.values()) pump.stop();
  }

  /**
   * Asks for power and waits until the switch reads as asked, or says why it does not.
   *
   * @param who for the record: a user name, `recovery`, an API key
   * @param tell hears of every step but the last, which is in the result
   */
  async request(
    slots: readonly SlotNumber[],
    action: PowerAction,
    who: string,
    tell: (progress: PowerProgress) => void,
  ): Promise<readonly PowerProgress[]> {
    const since = this.#clock.monotonic();
    const unique = [...new Set(slots)];
    const outcomes = unique.map(
      (slot) =>
        new Promise<PowerProgress>((done) => this.#waiters.add({ slot, action, since, tell, done, wasOff: false })),
    );
    const limit = this.#clock.after(REQUEST_LIMIT, () => {
      const late = `not done after ${REQUEST_LIMIT / 60_000} minutes; it goes on in the background`;
      for (const slot of unique) this.#tell(slot, 'failed', late);
    });
    await this.intend(unique, action, who);
    const all = await Promise.all(outcomes);
    limit.cancel();
    return all;
  }

  /** Records what is wanted and sets the pumps to work, without waiting for the switches. */
  async intend(slots: readonly SlotNumber[], action: PowerAction, who: string): Promise<void> {
    const byPerson = who !== 'recovery';
    await Promise.all(
      slots.map((slot) => {
        this.#state.event(slot, 'power', `power ${action} of slot ${slot} asked for by ${who}`);
        return this.#state.intend(slot, {
          wanted: action === 'off' ? 'off' : 'on',
          cycling: action === 'cycle',
          quarantine: undefined,
          ...(byPerson ? { attempts: 0 } : {}),
        });
      }),
    );
    for (const slot of slots) {
      const now = this.#state.get(slot);
      if (action === 'on' && now.power?.admin === true && now.phase === 'settled') {
        this.#tell(slot, 'on', `already on (${now.power.detection})`);
      }
    }
    for (const pump of new Set(slots.map((slot) => this.#pump(slot)))) pump.kick();
  }

  /** Looks again at what waits for admission: call when a board is up, or has been given up. */
  kick(): void {
    for (const pump of this.#pumps.values()) pump.kick();
  }

  /** Reads every switch now. */
  async refresh(): Promise<void> {
    await Promise.all([...this.#pumps.values()].map((pump) => pump.poll()));
  }

  /** Switches that did not answer their last poll, one sentence each. */
  troubles(): readonly string[] {
    return [...this.#pumps].flatMap(([name, pump]) =>
      pump.problem === undefined ? [] : [`switch ${name} cannot be read: ${pump.problem}`],
    );
  }

  #pump(slot: SlotNumber): SwitchPump {
    const pump = this.#pumpOfSlot.get(slot);
    if (pump === undefined) throw new RangeError(`expected a slot of this rack, got ${slot}`);
    return pump;
  }

  #tell(slot: SlotNumber, state: Reached, detail: string): void {
    for (const waiter of [...this.#waiters]) {
      if (waiter.slot !== slot) continue;
      if (state === 'off' || state === 'holding') waiter.wasOff = true;
      const ends =
        state === 'failed' ||
        (state === 'off' && waiter.action === 'off') ||
        (state === 'on' && (waiter.action === 'on' || (waiter.action === 'cycle' && waiter.wasOff)));
      const progress = { slot, state, after: millis(this.#clock.monotonic() - waiter.since), detail };
      if (ends) {
        this.#waiters.delete(waiter);
        waiter.done(progress);
      } else {
        waiter.tell(progress);
      }
    }
  }

  async #pollForEver(pump: SwitchPump): Promise<void> {
    while (!this.#stopped) {
      await pump.poll();
      pump.kick();
      await sleep(this.#clock, this.#plan.power.poll);
    }
  }
}
