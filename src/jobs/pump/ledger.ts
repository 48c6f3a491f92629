import { type Bucket, type Candidate, refill, type SwitchLimits, type SwitchLoad } from '../../rack/admission.ts';
import type { BudgetBy, PowerPlan, SlotPlan, SwitchPlan } from '../../rack/plan.ts';
import { boardNeed, boardUse, classGrant, RESERVED_WATTS, UNSEEN_GRANT, usableBudget } from '../../rack/power-use.ts';
import { DELIVERING, isBooting, isPowered, type SlotState } from '../../rack/slot-state.ts';
import { type Millis, type SlotNumber, seconds, type Watts, watts } from '../../rack/units.ts';
import type { SwitchPoll } from '../power-switch.ts';

/**
 * How long a port that was switched on counts as one that is about to get power. Detection and classification take one
 * to five seconds (research: snmp-poe §7); a port without a board would take its place for ever.
 */
export const DETECTED_WITHIN = seconds(5);

/** How long a board that may have lost its power with its switch counts as starting: its first DISCOVER comes by then (pi-boot §1.6). */
const HEARD_WITHIN = seconds(30);

/** The accounts of one switch: what it has, what is drawn from it, and by whom. */
export class Ledger {
  readonly #switch: SwitchPlan;
  readonly #power: PowerPlan;
  /** What the switch set aside for the board of a slot when it last had power. */
  readonly #grants = new Map<SlotNumber, Watts>();
  /** Ports that were found or made on without power, and since when; one that will come on by itself, from then on. */
  readonly #searching = new Map<SlotNumber, Millis>();
  /** Slots whose switch has restarted, and since when. */
  readonly #restarted = new Map<SlotNumber, Millis>();
  #budgetBy: BudgetBy = 'measured';
  #capacity: Watts | undefined;
  /** What ports draw that are no slots. */
  #others = watts(0);
  /** What all ports draw, at the last poll. */
  #drawn = watts(0);
  /** What they drew when the switch last denied power to one. */
  #drawnAtDenial: Watts | undefined;

  #bucket: Bucket;

  constructor(plan: SwitchPlan, power: PowerPlan, now: Millis) {
    this.#switch = plan;
    this.#power = power;
    this.#bucket = { tokens: power.startBurst, at: now };
  }

  /** Returns whether there is power now for a board that was denied it. */
  takePoll(poll: SwitchPoll, slots: ReadonlyMap<string, SlotPlan>): boolean {
    const grew = (poll.capacity ?? 0) > (this.#capacity ?? 0);
    this.#budgetBy = this.#switch.budgetBy ?? poll.budgetBy;
    this.#capacity = poll.capacity;
    let ours = 0;
    let others = 0;
    for (const { port, powerClass, watts: drawn } of poll.ports) {
      const slot = slots.get(port);
      const told = poll.wattsKind === 'allocated' && drawn !== undefined && drawn > 0;
      const grant = told ? watts(drawn) : classGrant(powerClass);
      const counted = this.#budgetBy === 'allocated' ? (grant ?? drawn) : drawn;
      if (slot === undefined) others += counted ?? 0;
      else ours += counted ?? 0;
      if (slot !== undefined && grant !== undefined) this.#grants.set(slot.slot, grant);
    }
    this.#others = watts(Math.max(others, (poll.consumption ?? 0) - ours));
    this.#drawn = watts(ours + this.#others);
    const fell = this.#drawnAtDenial !== undefined && this.#drawn <= this.#drawnAtDenial - RESERVED_WATTS;
    if (fell) this.#drawnAtDenial = this.#drawn;
    return grew || fell;
  }

  denied(): void {
    this.#drawnAtDenial = this.#drawn;
  }

  /** Takes note of a port that is on and delivers nothing, or no longer is that. */
  note(slot: SlotNumber, searching: boolean, now: Millis): void {
    if (!searching) this.#searching.delete(slot);
    else if (!this.#searching.has(slot)) this.#searching.set(slot, now);
  }

  /** The switch has restarted, and the slot has power: whether its board starts anew is not known yet. */
  restarted(slot: SlotNumber, now: Millis): void {
    this.#restarted.set(slot, now);
  }

  /** When something ends that may be in the way of the next board: a port that gets power by then or never, a start. */
  ends(now: Millis): number[] {
    const { startBurst, startEvery } = this.#power;
    const detected = [...this.#searching.values()].map((at) => at + DETECTED_WITHIN);
    const token = this.#bucket.tokens < startBurst ? [this.#bucket.at + startEvery] : [];
    return [...detected, ...token].filter((at) => at > now);
  }

  /** Boards that may be started now, as far as it goes by time. */
  starts(now: Millis): number {
    this.#bucket = refill(this.#bucket, this.#power.startBurst, this.#power.startEvery, now);
    return this.#bucket.tokens;
  }

  started(boards: number): void {
    this.#bucket = { ...this.#bucket, tokens: this.#bucket.tokens - boards };
  }

  load(states: readonly SlotState[], now: Millis): SwitchLoad {
    let used: number = this.#others;
    let booting = 0;
    let undetected = 0;
    for (const state of states) {
      const powered = isPowered(state);
      const searching = !powered && this.#undetected(state.slot, now);
      const coming = !powered && (this.#searching.get(state.slot) ?? now) > now;
      const fresh = isBooting(state) || (powered && this.#maybeRestarted(state.slot, now));
      const starting = searching || coming || fresh;
      if (searching) undetected += 1;
      if (starting) booting += 1;
      // One that was switched off draws until it is off.
      const fed = state.power?.detection === DELIVERING;
      if (!starting && !fed) continue;
      const drawn = fed ? state.power?.watts : undefined;
      used += boardUse(this.#budgetBy, { starting, watts: drawn, grant: this.#grant(state.slot) });
    }
    return { booting, undetected, used: watts(used) };
  }

  candidate(slot: SlotNumber): Candidate {
    return { slot, need: boardNeed(this.#budgetBy, this.#grant(slot)) };
  }

  /** `cautious`: the switch has denied power, so the next boards are tried one by one. */
  limits(cautious: boolean): SwitchLimits {
    const { concurrentBoots, headroom, startBurst } = this.#power;
    return {
      concurrentBoots,
      undetected: cautious ? 1 : startBurst,
      budget: usableBudget(this.#switch.budget, this.#capacity, headroom),
    };
  }

  #maybeRestarted(slot: SlotNumber, now: Millis): boolean {
    const since = this.#restarted.get(slot);
    return since !== undefined && now - since < HEARD_WITHIN;
  }

  #undetected(slot: SlotNumber, now: Millis): boolean {
    const since = this.#searching.get(slot);
    return since !== undefined && now >= since && now - since < DETECTED_WITHIN;
  }

  /** As the board was last seen, else as its neighbours are: the boards of a rack are mostly alike. */
  #grant(slot: SlotNumber): Watts {
    const seen = [...this.#grants.values()];
    return this.#grants.get(slot) ?? (seen.length === 0 ? UNSEEN_GRANT : watts(Math.max(...seen)));
  }
}
