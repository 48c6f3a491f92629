import type { Clock, Timer } from '../../rack/clock.ts';
import type { SlotPlan } from '../../rack/plan.ts';
import { type Millis, millis, type SlotNumber, seconds } from '../../rack/units.ts';
import type { Awaited, PowerSwitch, Problem } from '../power-switch.ts';

/** A switch may need seconds to notice that a board is gone, or to classify one (research: snmp-poe §7). */
const OFF_LIMIT = seconds(30);
const ON_LIMIT = seconds(15);

export type Outcome =
  /** Off, as it was to be. */
  | { readonly kind: 'off' | 'on'; readonly detail: string }
  /** On, and nothing draws power. */
  | { readonly kind: 'empty'; readonly detail: string }
  /** The hold of a cycle is over. */
  | { readonly kind: 'rested' }
  /** The switch holds the port off, and will switch it on by itself: the work goes on. */
  | { readonly kind: 'dark'; readonly detail: string; readonly comesOn: Millis }
  | { readonly kind: 'failed'; readonly doing: 'off' | 'on'; readonly problem: Problem };

export interface WorkHooks {
  /** What was read of the slot before is no longer to be relied on, but for a hold. */
  began(slot: SlotPlan, what: 'off' | 'hold' | 'on'): void;
  read(slot: SlotPlan, reading: NonNullable<Awaited['reading']>): void;
  /** The work on the slot is over, but for `dark`. */
  ended(slot: SlotPlan, outcome: Outcome): void;
}

interface Work {
  readonly what: 'off' | 'hold' | 'on';
}

/**
 * Does with single ports what the pump has decided: sets them together, then waits for each by itself. Other work on a
 * slot puts an end to what was under way there: whatever that comes to is not listened to any more.
 */
export class PortWork {
  readonly #driver: PowerSwitch;
  readonly #clock: Clock;
  readonly #hooks: WorkHooks;
  readonly #work = new Map<SlotNumber, Work>();
  readonly #rests = new Set<Timer>();
  #stopped = false;

  constructor(driver: PowerSwitch, clock: Clock, hooks: WorkHooks) {
    this.#driver = driver;
    this.#clock = clock;
    this.#hooks = hooks;
  }

  stop(): void {
    this.#stopped = true;
    for (const rest of this.#rests) rest.cancel();
  }

  /** What is under way; undefined: nothing. */
  of(slot: SlotNumber): Work['what'] | undefined {
    return this.#work.get(slot)?.what;
  }

  async off(slots: readonly SlotPlan[]): Promise<void> {
    for (const [slot, work] of await this.#set(slots, 'off')) void this.#awaitOff(slot, work);
  }

  async on(slots: readonly SlotPlan[]): Promise<void> {
    for (const [slot, work] of await this.#set(slots, 'on')) void this.#awaitOn(slot, work, ON_LIMIT);
  }

  /** Lets a port that is off stay so for a while. */
  rest(slot: SlotPlan, hold: Millis): void {
    const work = this.#begin(slot, 'hold');
    const timer = this.#clock.after(hold, () => {
      this.#rests.delete(timer);
      this.#end(slot, work, { kind: 'rested' });
    });
    this.#rests.add(timer);
  }

  /** A power cycle in one write, after which the switch goes on without us. */
  async cycle(slots: readonly SlotPlan[], hold: number): Promise<void> {
    if (slots.length === 0) return;
    const under = new Map(slots.map((slot) => [slot, this.#begin(slot, 'off')]));
    const ports = slots.map(({ port }) => port);
    const problems = await this.#driver.cycle(ports, hold);
    for (const [slot, work] of under) {
      const problem = problems.get(slot.port);
      if (problem !== undefined) this.#end(slot, work, { kind: 'failed', doing: 'off', problem });
      else void this.#awaitCycle(slot, work, hold);
    }
  }

  async #set(slots: readonly SlotPlan[], to: 'on' | 'off'): Promise<ReadonlyMap<SlotPlan, Work>> {
    const under = new Map(slots.map((slot) => [slot, this.#begin(slot, to)]));
    if (slots.length === 0) return under;
    const ports = slots.map(({ port }) => port);
    const results = await this.#driver.set(ports, to === 'on');
    for (const [slot, work] of [...under]) {
      const { reading, problem } = results.get(slot.port) ?? MISSING;
      if (reading !== undefined && this.#still(slot, work)) this.#hooks.read(slot, reading);
      if (problem === undefined) continue;
      under.delete(slot);
      this.#end(slot, work, { kind: 'failed', doing: to, problem });
    }
    return under;
  }

  async #awaitOff(slot: SlotPlan, work: Work): Promise<void> {
    const { reading, problem, took } = await this.#wait(slot, 'off', OFF_LIMIT);
    if (!this.#still(slot, work)) return;
    if (reading !== undefined) this.#hooks.read(slot, reading);
    if (problem !== undefined) this.#end(slot, work, { kind: 'failed', doing: 'off', problem });
    else this.#end(slot, work, { kind: 'off', detail: `off after ${took} ms` });
  }

  async #awaitOn(slot: SlotPlan, work: Work, limit: Millis): Promise<void> {
    const { reading, problem, took } = await this.#wait(slot, 'delivering', limit);
    if (!this.#still(slot, work)) return;
    if (reading !== undefined) this.#hooks.read(slot, reading);
    if (problem === undefined) this.#end(slot, work, { kind: 'on', detail: `delivering after ${took} ms` });
    else if (problem.kind === 'refused' && reading?.admin === true && reading.detection === 'searching')
      this.#end(slot, work, { kind: 'empty', detail: `on, but nothing draws power: ${problem.text}` });
    else this.#end(slot, work, { kind: 'failed', doing: 'on', problem });
  }

  async #awaitCycle(slot: SlotPlan, work: Work, hold: number): Promise<void> {
    const { reading, problem, took } = await this.#wait(slot, 'dark', OFF_LIMIT);
    if (!this.#still(slot, work)) return;
    // What it is set to says nothing while the switch holds it off.
    if (reading !== undefined) this.#hooks.read(slot, { ...reading, admin: true });
    if (problem !== undefined) return this.#end(slot, work, { kind: 'failed', doing: 'off', problem });
    const next = this.#replace(slot, 'on');
    const comesOn = millis(this.#clock.monotonic() + seconds(hold));
    const detail = `off after ${took} ms; held off by the switch for ${hold} s`;
    this.#hooks.ended(slot, { kind: 'dark', detail, comesOn });
    await this.#awaitOn(slot, next, millis(seconds(hold) + ON_LIMIT));
  }

  async #wait(slot: SlotPlan, state: 'off' | 'dark' | 'delivering', limit: Millis) {
    const began = this.#clock.monotonic();
    const awaited = await this.#driver.waitFor(slot.port, state, limit);
    return { ...awaited, took: Math.round(this.#clock.monotonic() - began) };
  }

  #begin(slot: SlotPlan, what: Work['what']): Work {
    const work = this.#replace(slot, what);
    this.#hooks.began(slot, what);
    return work;
  }

  #replace(slot: SlotPlan, what: Work['what']): Work {
    const work = { what };
    this.#work.set(slot.slot, work);
    return work;
  }

  #still(slot: SlotPlan, work: Work): boolean {
    return !this.#stopped && this.#work.get(slot.slot) === work;
  }

  #end(slot: SlotPlan, work: Work, outcome: Outcome): void {
    if (!this.#still(slot, work)) return;
    this.#work.delete(slot.slot);
    this.#hooks.ended(slot, outcome);
  }
}

const MISSING: Awaited = { reading: undefined, problem: { kind: 'silent', text: 'the switch said nothing of it' } };
