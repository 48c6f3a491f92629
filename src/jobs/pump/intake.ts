import type { Clock } from '../../rack/clock.ts';
import type { SlotPlan, SwitchPlan } from '../../rack/plan.ts';
import { isPowered } from '../../rack/slot-state.ts';
import { type Millis, type SlotNumber, seconds } from '../../rack/units.ts';
import { isFaulty } from '../../switches/power-state.ts';
import type { PortReading, PowerSwitch, SwitchPoll } from '../power-switch.ts';
import type { RackState } from '../rack-state.ts';
import type { Tell } from './switch-pump.ts';

export interface IntakeParts {
  readonly switch: SwitchPlan;
  readonly slots: readonly SlotPlan[];
  readonly driver: PowerSwitch;
  readonly state: RackState;
  readonly clock: Clock;
  readonly tell: Tell;
}

/** What the pump does with what is found. */
export interface IntakeHooks {
  busy(slot: SlotNumber): boolean;
  read(slot: SlotPlan, reading: PortReading): void;
  /** A port reads on that was not switched on by the pump. */
  found(slot: SlotPlan): void;
  denied(slot: SlotPlan, text: string): void;
  fault(slot: SlotPlan, text: string): void;
  /** The switch has restarted, and the port delivers: its board may have lost power in between. */
  restarted(slot: SlotPlan): void;
}

/** A switch takes so long to apply its saved configuration, port by port: what changes then is nobody's wish. */
const RESTART_SETTLES = seconds(60);

/** Takes in what a poll of a switch says: what changed behind our back becomes state, events and wishes. */
export class Intake {
  readonly #parts: IntakeParts;
  readonly #hooks: IntakeHooks;
  readonly ports: ReadonlyMap<string, SlotPlan>;
  /** Counts the sets of each slot, so that a reading begun before a set is not believed after it. */
  readonly #sets = new Map<SlotNumber, number>();
  /** Slots whose last set failed: what they read next may be our own doing, late, and nobody's wish. */
  readonly #doubted = new Set<SlotNumber>();
  /** How often each was denied power, at the last poll. */
  readonly #denied = new Map<SlotNumber, number>();
  /** Slots that read a fault at the last poll: once may be the middle of a detection. */
  readonly #faulty = new Set<SlotNumber>();
  #restartedAt: Millis | undefined;
  /** Why the switch could not be read at the last poll. */
  problem: string | undefined;

  constructor(parts: IntakeParts, hooks: IntakeHooks) {
    this.#parts = parts;
    this.#hooks = hooks;
    this.ports = new Map(parts.slots.map((slot) => [slot.port, slot]));
  }

  /** Work on the slot has begun. */
  touched(slot: SlotNumber): void {
    this.#sets.set(slot, (this.#sets.get(slot) ?? 0) + 1);
  }

  doubt(slot: SlotNumber): void {
    this.#doubted.add(slot);
  }

  /** Undefined where the switch could not be read. */
  async poll(): Promise<SwitchPoll | undefined> {
    const { driver, switch: plan, state, clock } = this.#parts;
    const before = new Map(this.#sets);
    try {
      const poll = await driver.poll();
      if (this.problem !== undefined) state.event(undefined, 'switch_back', `switch ${plan.name} answers again`);
      this.problem = undefined;
      if (poll.restarted) {
        this.#restartedAt = clock.monotonic();
        this.#denied.clear();
        const text = `switch ${plan.name} has restarted: its ports are made as wanted again`;
        state.event(undefined, 'switch_restarted', text);
      }
      for (const reading of poll.ports) {
        const slot = this.ports.get(reading.port);
        if (slot === undefined || this.#hooks.busy(slot.slot)) continue;
        if (this.#sets.get(slot.slot) === before.get(slot.slot)) this.#takeIn(slot, reading, poll.restarted);
      }
      return poll;
    } catch (cause) {
      const problem = (cause as Error).message;
      if (this.problem === undefined)
        state.event(undefined, 'switch_silent', `switch ${plan.name} cannot be read: ${problem}`);
      this.problem = problem;
      return undefined;
    }
  }

  #takeIn(slot: SlotPlan, reading: PortReading, restarted: boolean): void {
    const { state, tell } = this.#parts;
    const before = state.get(slot.slot);
    this.#hooks.read(slot, reading);
    if (this.#isWish(slot, reading, before.power?.admin) && before.phase === 'settled') this.#wish(slot, reading.admin);
    if (reading.admin && !before.cycling) this.#hooks.found(slot);
    const after = state.get(slot.slot);
    if (!isPowered(after) && after.boot !== undefined) state.endBoot(slot.slot, 'powered off', undefined);
    if (isPowered(after) && restarted) this.#hooks.restarted(slot);
    if (isPowered(after) && after.boot === undefined && after.phase === 'settled' && after.quarantine === undefined) {
      state.saw(slot.slot, 'power_on', `port ${slot.port} of ${slot.switch} found delivering`);
    }
    if (this.#isTroubled(slot, reading)) return;
    // A request that asked for what already is has nothing to wait for.
    if (after.phase === 'settled' && !after.cycling && (after.wanted === 'on') === reading.admin) {
      tell(slot.slot, reading.admin ? 'on' : 'off', `already ${reading.admin ? 'on' : 'off'} (${reading.detection})`);
    }
  }

  /** Whether the port was switched by somebody at the switch, and not by us or by a restart. */
  #isWish(slot: SlotPlan, reading: PortReading, before: boolean | undefined): boolean {
    const { state, clock } = this.#parts;
    const late = this.#doubted.delete(slot.slot);
    const since = this.#restartedAt;
    if (late || (since !== undefined && clock.monotonic() - since < RESTART_SETTLES)) return false;
    const changed = before !== undefined && before !== reading.admin;
    return changed && (state.get(slot.slot).wanted === 'on') !== reading.admin;
  }

  #wish(slot: SlotPlan, on: boolean): void {
    const { state } = this.#parts;
    const wanted = on ? 'on' : 'off';
    const text = `port ${slot.port} of ${slot.switch} was switched ${wanted} at the switch: taken as wanted`;
    state.event(slot.slot, 'power_changed', text);
    void state.intend(slot.slot, { wanted });
  }

  /** Whether a port that is to have power is refused it, or gave up. */
  #isTroubled(slot: SlotPlan, { admin, detection, denied }: PortReading): boolean {
    const { wanted, quarantine } = this.#parts.state.get(slot.slot);
    const counted = this.#denied.get(slot.slot);
    if (denied !== undefined) this.#denied.set(slot.slot, denied);
    const wants = wanted === 'on' && admin && quarantine === undefined;
    const faulty = wants && isFaulty(detection);
    const lasts = faulty && this.#faulty.has(slot.slot);
    if (faulty) this.#faulty.add(slot.slot);
    else this.#faulty.delete(slot.slot);
    const port = `port ${slot.port} of ${slot.switch}`;
    if (lasts) {
      this.#faulty.delete(slot.slot);
      this.#hooks.fault(slot, `${port} reads ${detection}`);
      return true;
    }
    const rose = counted !== undefined && denied !== undefined && denied > counted;
    if (!wants || detection === 'deliveringPower' || !(detection === 'denied' || rose)) return faulty;
    this.#hooks.denied(slot, `the switch denies ${port} power (its budget is used up), it reads ${detection}`);
    return true;
  }
}
