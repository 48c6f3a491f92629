import type { Clock } from '../rack/clock.ts';
import type { BootTimings, Plan, SlotPlan, TimingModel } from '../rack/plan.ts';
import { backOff, judge } from '../rack/recovery.ts';
import { isPowered, type SlotState } from '../rack/slot-state.ts';
import { type Millis, type SlotNumber, seconds } from '../rack/units.ts';
import type { RackState } from './rack-state.ts';

const TICK = seconds(1);

/** What recovery needs of power: a cycle that is recorded before it is done, and a look at the queue. */
export interface RecoveryPower {
  intend(slots: readonly SlotNumber[], action: 'cycle', who: 'recovery'): Promise<void>;
  kick(): void;
}

/** Cycles boards whose boot stands still, with back-off and a limit; then quarantines the slot and says why. */
export class Recovery {
  readonly #plan: Plan;
  readonly #state: RackState;
  readonly #power: RecoveryPower;
  readonly #clock: Clock;
  readonly #since: Millis;
  readonly #pending = new Set<SlotNumber>();
  readonly #leaveAlone: (slot: SlotNumber) => boolean;
  #stopped = false;

  /** @param leaveAlone slots that are in the hands of people */
  constructor(
    plan: Plan,
    state: RackState,
    power: RecoveryPower,
    clock: Clock,
    leaveAlone: (slot: SlotNumber) => boolean = () => false,
  ) {
    this.#leaveAlone = leaveAlone;
    this.#plan = plan;
    this.#state = state;
    this.#power = power;
    this.#clock = clock;
    this.#since = clock.now();
  }

  start(): void {
    this.#clock.after(TICK, () => this.#tick());
  }

  stop(): void {
    this.#stopped = true;
  }

  #tick(): void {
    if (this.#stopped) return;
    for (const slot of this.#plan.slots) this.#consider(slot);
    this.#clock.after(TICK, () => this.#tick());
  }

  #consider(slot: SlotPlan): void {
    const state = this.#state.get(slot.slot);
    const left = state.boot === undefined || !isPowered(state) || state.phase !== 'settled' || state.cycling;
    if (left || slot.image === undefined || state.quarantine !== undefined || this.#pending.has(slot.slot)) return;
    if (this.#leaveAlone(slot.slot)) return;
    const verdict = judge(state.boot, this.#timings(state), state.attempts, this.#since, this.#clock.now());
    if (verdict.kind === 'cycle') this.#cycle(state, verdict.cause);
    else if (verdict.kind === 'give_up') this.#giveUp(state, verdict.cause);
  }

  #cycle(state: SlotState, cause: string): void {
    const { slot } = state;
    const wait = backOff(state.attempts);
    this.#pending.add(slot);
    this.#state.event(slot, 'stuck', `slot ${slot}: ${cause}; power cycle ${state.attempts + 1} in ${wait / 1000} s`);
    this.#state.endBoot(slot, 'stuck', cause);
    this.#state.setPhase(slot, 'queued', `power cycle ${state.attempts + 1} in ${wait / 1000} s: ${cause}`);
    this.#clock.after(wait, () => {
      this.#pending.delete(slot);
      // Somebody may have asked for something else, or the board may have begun again by itself.
      const now = this.#state.get(slot);
      if (this.#stopped || now.phase !== 'queued') return;
      const left = now.wanted === 'off' || now.boot !== undefined || this.#leaveAlone(slot);
      if (left) return this.#state.setPhase(slot, 'settled');
      void this.#state
        .intend(slot, { attempts: state.attempts + 1 })
        .then(() => this.#power.intend([slot], 'cycle', 'recovery'));
    });
  }

  #giveUp(state: SlotState, cause: string): void {
    const { slot } = state;
    const tried = state.attempts === 0 ? '' : ` after ${state.attempts} power cycles`;
    this.#state.event(slot, 'quarantined', `slot ${slot} is left alone${tried}: ${cause}`);
    this.#state.endBoot(slot, 'stuck', cause);
    void this.#state.intend(slot, { quarantine: { cause, at: this.#clock.now() } }).then(() => this.#power.kick());
  }

  #timings(state: SlotState): BootTimings {
    const model = state.board.model ?? 'default';
    return this.#plan.timings[model in this.#plan.timings ? (model as TimingModel) : 'default'];
  }
}
