import type { Logger } from 'pino';
import type { Clock } from '../rack/clock.ts';
import type { Plan } from '../rack/plan.ts';
import { type Millis, millis, type SlotNumber } from '../rack/units.ts';
import type { PowerSwitch } from './power-switch.ts';
import { type Reached, SwitchPump } from './pump/switch-pump.ts';
import type { RackState } from './rack-state.ts';
import { Repeat } from './repeat.ts';

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

/** Who holds slots for what is done to their switch. */
const SWITCH_WORK = 'switch';
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
  readonly #log: Logger;
  readonly #pumps = new Map<string, SwitchPump>();
  readonly #pumpOfSlot = new Map<SlotNumber, SwitchPump>();
  readonly #waiters = new Set<Waiter>();
  #polls: readonly Repeat[] = [];

  /** @param mayPower why a slot may not be powered on, for as long as it says so; a board that has power keeps it */
  constructor(
    plan: Plan,
    drivers: ReadonlyMap<string, PowerSwitch>,
    state: RackState,
    clock: Clock,
    log: Logger,
    mayPower: (slot: SlotNumber) => string | undefined = () => undefined,
  ) {
    this.#plan = plan;
    this.#state = state;
    this.#clock = clock;
    this.#log = log;
    for (const planned of plan.switches) {
      const driver = drivers.get(planned.name);
      if (driver === undefined) throw new Error(`no driver for switch ${planned.name}`);
      const slots = plan.slots.filter((slot) => slot.switch === planned.name);
      const tell = this.#tell.bind(this);
      const { power } = plan;
      const pump = new SwitchPump({ switch: planned, slots, power, driver, state, clock, log, tell, mayPower });
      this.#pumps.set(planned.name, pump);
      for (const slot of slots) this.#pumpOfSlot.set(slot.slot, pump);
    }
  }

  /** Reads every switch and goes on reading it; what is wanted and not so is then made so. */
  start(): void {
    this.#polls = [...this.#pumps.values()].map((pump) => {
      const poll = async () => {
        await pump.poll();
        pump.kick();
      };
      return new Repeat(this.#clock, this.#plan.power.poll, poll);
    });
    for (const poll of this.#polls) poll.start();
  }

  /** Nothing waits any more: whoever asked is told, and what was wanted goes on with the next controller. */
  stop(): void {
    for (const poll of this.#polls) poll.stop();
    for (const pump of this.#pumps.values()) pump.stop();
    const slots = new Set([...this.#waiters].map(({ slot }) => slot));
    for (const slot of slots) this.#tell(slot, 'failed', 'the controller stops; it goes on when that is back');
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
    if (byPerson) for (const slot of slots) this.#pump(slot).forgive(slot);
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

  /**
   * Keeps slots dark until they are released, whatever is wanted of them, which stays recorded. Resolves when each is
   * without power, with those that are not and the reason; they are held all the same. Not kept over a restart of this
   * process: who holds a slot holds it again before `start`.
   *
   * @param owner who holds it: a slot that several hold stays dark until each has released it
   */
  async hold(
    slots: readonly SlotNumber[],
    reason: string,
    owner = SWITCH_WORK,
  ): Promise<ReadonlyMap<SlotNumber, string>> {
    const outcomes = await Promise.all(
      slots.map(async (slot) => [slot, await this.#pump(slot).hold(slot, owner, reason)] as const),
    );
    return new Map(outcomes.flatMap(([slot, problem]) => (problem === undefined ? [] : [[slot, problem] as const])));
  }

  /** Slots that are wanted on come up again, in their turn. */
  release(slots: readonly SlotNumber[], owner = SWITCH_WORK): void {
    for (const slot of slots) this.#pump(slot).release(slot, owner);
  }

  /** What is wrong with the switches, one sentence each. */
  troubles(): readonly string[] {
    return [...this.#pumps.values()].flatMap((pump) => pump.troubles());
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
        this.#hear(waiter, progress);
      }
    }
  }

  /** Ports are off in the middle of this: it goes on, whatever becomes of who listens. */
  #hear(waiter: Waiter, progress: PowerProgress): void {
    try {
      waiter.tell(progress);
    } catch (cause) {
      this.#log.warn({ err: cause, slot: waiter.slot }, 'who asked for power cannot be told how it goes');
    }
  }
}
