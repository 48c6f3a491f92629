import type { Logger } from 'pino';
import { admit, RESERVED_WATTS } from '../rack/admission.ts';
import type { Clock } from '../rack/clock.ts';
import type { PowerPlan, SlotPlan, SwitchPlan } from '../rack/plan.ts';
import { isBooting, isPowered, type SlotState } from '../rack/slot-state.ts';
import { type Millis, type SlotNumber, seconds, watts } from '../rack/units.ts';
import type { RackState } from './rack-state.ts';

/** What a port reads, in the words of RFC 3621. */
export interface PortReading {
  /** The port as the rack file names it. */
  readonly port: string;
  readonly admin: boolean;
  readonly detection: string;
  readonly watts: number | undefined;
}

export interface Awaited {
  /** The last reading; undefined where there was none. */
  readonly reading: Pick<PortReading, 'admin' | 'detection'> | undefined;
  /** Why the state was not reached: what was expected, how long it was waited for, what was read last. */
  readonly problem: string | undefined;
}

/** What this job needs of a switch. */
export interface PowerSwitch {
  /** Reads every port. `restarted`: the switch has started anew since the poll before. */
  poll(): Promise<{ readonly ports: readonly PortReading[]; readonly restarted: boolean }>;
  /** Sets pethPsePortAdminEnable and reads it back; returns the ports that do not read as set, with the reason. */
  set(ports: readonly string[], on: boolean): Promise<ReadonlyMap<string, string>>;
  /** Waits for a port to read so, at most `limit`; never throws. */
  waitFor(port: string, state: 'off' | 'delivering', limit: Millis): Promise<Awaited>;
}

export type Reached = 'off' | 'holding' | 'queued' | 'on' | 'failed';
export type Tell = (slot: SlotNumber, reached: Reached, detail: string) => void;

export interface PumpParts {
  readonly switch: SwitchPlan;
  readonly slots: readonly SlotPlan[];
  readonly power: PowerPlan;
  readonly driver: PowerSwitch;
  readonly state: RackState;
  readonly clock: Clock;
  readonly log: Logger;
  readonly tell: Tell;
}

/** A switch may need seconds to notice that a board is gone, or to classify one (snmp-poe §7). */
const OFF_LIMIT = seconds(30);
const ON_LIMIT = seconds(15);

type Work = 'off' | 'hold' | 'on';

/**
 * Makes the ports of one switch as wanted: off first, then the hold, then on as admission allows. It never waits inside
 * a set: what takes long is awaited beside it, so that one empty slot does not hold up its neighbours.
 */
export class SwitchPump {
  readonly #parts: PumpParts;
  readonly #ports: ReadonlyMap<string, SlotPlan>;
  /** Slots with work under way. */
  readonly #work = new Map<SlotNumber, Work>();
  /** Counts the sets of each slot, so that a reading begun before a set is not believed after it. */
  readonly #sets = new Map<SlotNumber, number>();
  /** Slots whose last set failed: what they read next may be our own doing, late, and nobody's wish. */
  readonly #doubted = new Set<SlotNumber>();
  #running = false;
  #again = false;
  #stopped = false;
  /** Why the switch could not be read at the last poll. */
  problem: string | undefined;

  constructor(parts: PumpParts) {
    this.#parts = parts;
    this.#ports = new Map(parts.slots.map((slot) => [slot.port, slot]));
  }

  stop(): void {
    this.#stopped = true;
  }

  /** Looks for work now; may be called at any time. */
  kick(): void {
    this.#again = true;
    if (!this.#running && !this.#stopped) void this.#run();
  }

  /** Reads the whole switch and takes in what changed behind our back. */
  async poll(): Promise<void> {
    const { driver, switch: plan, state } = this.#parts;
    const before = new Map(this.#sets);
    try {
      const { ports: readings, restarted } = await driver.poll();
      if (this.problem !== undefined) state.event(undefined, 'switch_back', `switch ${plan.name} answers again`);
      this.problem = undefined;
      if (restarted)
        state.event(
          undefined,
          'switch_restarted',
          `switch ${plan.name} has restarted: its ports are made as wanted again`,
        );
      for (const reading of readings) {
        const slot = this.#ports.get(reading.port);
        if (slot === undefined || this.#work.has(slot.slot) || this.#sets.get(slot.slot) !== before.get(slot.slot))
          continue;
        this.#takeIn(slot, reading, restarted);
      }
    } catch (cause) {
      const problem = (cause as Error).message;
      if (this.problem === undefined)
        state.event(undefined, 'switch_silent', `switch ${plan.name} cannot be read: ${problem}`);
      this.problem = problem;
    }
  }

  #takeIn(slot: SlotPlan, reading: PortReading, restarted: boolean): void {
    const { state, tell } = this.#parts;
    const before = state.get(slot.slot);
    const ours = this.#doubted.delete(slot.slot) || restarted;
    const changed = !ours && before.power !== undefined && before.power.admin !== reading.admin;
    this.#setPower(slot, reading);
    if (changed && before.phase === 'settled' && (before.wanted === 'on') !== reading.admin) {
      const wanted = reading.admin ? 'on' : 'off';
      state.event(
        slot.slot,
        'power_changed',
        `port ${slot.port} of ${slot.switch} was switched ${wanted} at the switch: taken as wanted`,
      );
      void state.intend(slot.slot, { wanted });
    }
    const after = state.get(slot.slot);
    if (!isPowered(after) && after.boot !== undefined) state.endBoot(slot.slot, 'powered off', undefined);
    if (isPowered(after) && after.boot === undefined && after.phase === 'settled' && after.quarantine === undefined) {
      state.saw(slot.slot, 'power_on', `port ${slot.port} of ${slot.switch} found delivering`);
    }
    // A request that asked for what already is has nothing to wait for.
    if (after.phase === 'settled' && !after.cycling && (after.wanted === 'on') === reading.admin) {
      tell(slot.slot, reading.admin ? 'on' : 'off', `already ${reading.admin ? 'on' : 'off'} (${reading.detection})`);
    }
  }

  async #run(): Promise<void> {
    this.#running = true;
    while (this.#again && !this.#stopped) {
      this.#again = false;
      try {
        await this.#switchOff();
        await this.#switchOn();
      } catch (cause) {
        this.#parts.log.error({ err: cause, switch: this.#parts.switch.name }, 'the power pump failed and goes on');
      }
    }
    this.#running = false;
  }

  async #switchOff(): Promise<void> {
    const { state } = this.#parts;
    const free = this.#parts.slots.filter(
      (slot) => !this.#work.has(slot.slot) && state.get(slot.slot).power !== undefined,
    );
    for (const slot of free) {
      const now = state.get(slot.slot);
      if (now.wanted === 'off' && now.power?.admin === false && !now.cycling) this.#settle(slot, 'off', 'already off');
    }
    const slots = free.filter((slot) => {
      const now = state.get(slot.slot);
      return now.cycling || (now.wanted === 'off' && now.power?.admin === true);
    });
    const dark = slots.filter((slot) => state.get(slot.slot).power?.admin === false);
    for (const slot of dark) this.#hold(slot, 'was off');
    const lit = slots.filter((slot) => !dark.includes(slot));
    for (const slot of await this.#set(lit, 'off')) void this.#awaitOff(slot);
  }

  async #awaitOff(slot: SlotPlan): Promise<void> {
    const { state, clock, driver } = this.#parts;
    const began = clock.monotonic();
    const { reading, problem } = await driver.waitFor(slot.port, 'off', OFF_LIMIT);
    if (this.#stopped) return;
    if (reading !== undefined) this.#setPower(slot, { port: slot.port, watts: undefined, ...reading });
    if (problem !== undefined) this.#fail(slot, problem);
    else {
      const after = `off after ${Math.round(clock.monotonic() - began)} ms`;
      state.endBoot(slot.slot, 'powered off', undefined);
      if (state.get(slot.slot).cycling) this.#hold(slot, after);
      else this.#settle(slot, 'off', after);
    }
    this.kick();
  }

  #hold(slot: SlotPlan, detail: string): void {
    const { clock, power, state, tell } = this.#parts;
    this.#work.set(slot.slot, 'hold');
    state.setPhase(slot.slot, 'switching', undefined);
    tell(slot.slot, 'holding', `${detail}; held off for ${power.hold / 1000} s`);
    clock.after(power.hold, () => {
      if (this.#stopped) return;
      this.#work.delete(slot.slot);
      // The off half of the cycle is done: what is left is to make it on, which `wanted` says already.
      void state.intend(slot.slot, { cycling: false }).then(() => this.kick());
    });
  }

  async #switchOn(): Promise<void> {
    const { state, tell, switch: plan } = this.#parts;
    const queue = this.#parts.slots.filter((slot) => {
      const now = state.get(slot.slot);
      return (
        now.wanted === 'on' &&
        now.power?.admin === false &&
        !now.cycling &&
        !this.#work.has(slot.slot) &&
        now.quarantine === undefined
      );
    });
    const numbers = queue.map((slot) => slot.slot);
    const { admitted, waiting } = admit(numbers, this.#load(plan));
    for (const slot of queue.slice(admitted.length)) {
      if (state.get(slot.slot).phase === 'queued' && state.get(slot.slot).waiting === waiting) continue;
      state.setPhase(slot.slot, 'queued', waiting);
      tell(slot.slot, 'queued', waiting ?? '');
    }
    for (const slot of await this.#set(queue.slice(0, admitted.length), 'on')) void this.#awaitOn(slot);
  }

  async #awaitOn(slot: SlotPlan): Promise<void> {
    const { state, clock, driver } = this.#parts;
    const began = clock.monotonic();
    const { reading, problem } = await driver.waitFor(slot.port, 'delivering', ON_LIMIT);
    if (this.#stopped) return;
    if (reading !== undefined) this.#setPower(slot, { port: slot.port, watts: undefined, ...reading });
    const port = `port ${slot.port} of ${slot.switch}`;
    if (problem === undefined) {
      this.#settle(slot, 'on', `delivering after ${Math.round(clock.monotonic() - began)} ms`);
      state.saw(slot.slot, 'power_on', `${port} delivering`);
    } else if (reading?.admin === true && reading.detection === 'searching') {
      this.#settle(slot, 'on', `on, but nothing draws power: ${problem}`);
    } else {
      this.#fail(slot, problem);
    }
    this.kick();
  }

  /** Sets ports and drops those that the switch would not set; the rest is on its way. */
  async #set(slots: readonly SlotPlan[], to: 'on' | 'off'): Promise<readonly SlotPlan[]> {
    if (slots.length === 0) return slots;
    const { driver, state } = this.#parts;
    for (const slot of slots) {
      this.#work.set(slot.slot, to);
      this.#sets.set(slot.slot, (this.#sets.get(slot.slot) ?? 0) + 1);
      state.setPhase(slot.slot, 'switching', undefined);
    }
    try {
      const refused = await driver.set(
        slots.map((slot) => slot.port),
        to === 'on',
      );
      return slots.filter((slot) => {
        const problem = refused.get(slot.port);
        if (problem !== undefined) this.#fail(slot, problem);
        return problem === undefined;
      });
    } catch (cause) {
      for (const slot of slots) this.#fail(slot, (cause as Error).message);
      return [];
    }
  }

  #settle(slot: SlotPlan, reached: 'on' | 'off', detail: string): void {
    this.#work.delete(slot.slot);
    this.#parts.state.setPhase(slot.slot, 'settled');
    this.#parts.tell(slot.slot, reached, detail);
  }

  #fail(slot: SlotPlan, problem: string): void {
    const { state, tell } = this.#parts;
    this.#work.delete(slot.slot);
    this.#doubted.add(slot.slot);
    state.setPhase(slot.slot, 'settled');
    if (state.get(slot.slot).cycling) void state.intend(slot.slot, { cycling: false });
    state.event(slot.slot, 'power_failed', `slot ${slot.slot}: ${problem}`);
    tell(slot.slot, 'failed', problem);
  }

  #setPower(slot: SlotPlan, reading: PortReading): void {
    const { state, clock } = this.#parts;
    // A look at a few ports has no watts: those of the last poll stay, unless the port is off.
    const drawn = reading.watts ?? (reading.admin ? state.get(slot.slot).power?.watts : 0);
    const seen = drawn === undefined ? undefined : watts(drawn);
    state.setPower(slot.slot, { admin: reading.admin, detection: reading.detection, watts: seen, readAt: clock.now() });
  }

  #load(plan: SwitchPlan) {
    const states: SlotState[] = this.#parts.slots.map((slot) => this.#parts.state.get(slot.slot));
    const starting = states.filter((state) => this.#work.get(state.slot) === 'on').length;
    const drawn = states.filter(isPowered).reduce((sum, state) => {
      // A board that boots draws less than it will: count what it may come to.
      return sum + (isBooting(state) ? RESERVED_WATTS : (state.power?.watts ?? RESERVED_WATTS));
    }, 0);
    return {
      booting: states.filter(isBooting).length + starting,
      concurrentBoots: this.#parts.power.concurrentBoots,
      watts: watts(drawn + starting * RESERVED_WATTS),
      budget: plan.budget,
    };
  }
}
