import type { Logger } from 'pino';
import { admit } from '../../rack/admission.ts';
import type { Clock, Timer } from '../../rack/clock.ts';
import type { PowerPlan, SlotPlan, SwitchPlan } from '../../rack/plan.ts';
import { nextStep, type PowerStep } from '../../rack/power-step.ts';
import { DELIVERING } from '../../rack/slot-state.ts';
import { millis, type SlotNumber, seconds, watts } from '../../rack/units.ts';
import { isFaulty } from '../../switches/power-state.ts';
import type { PortReading, PowerSwitch, Problem, SwitchPoll } from '../power-switch.ts';
import type { RackState } from '../rack-state.ts';
import { Delays } from './delays.ts';
import { Faults } from './faults.ts';
import { Holds } from './holds.ts';
import { Intake } from './intake.ts';
import { Ledger } from './ledger.ts';
import { type Outcome, PortWork } from './port-work.ts';

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
  /** Why a slot may not be powered on; undefined: it may. */
  readonly mayPower: (slot: SlotNumber) => string | undefined;
}

/** How long a switch that does not answer is tried again before who asked is told so. */
const SILENT_LIMIT = seconds(60);

/**
 * Makes the ports of one switch as wanted: off first, then the hold, then on as admission allows. It never waits inside
 * a set: what takes long is awaited beside it, so that one empty slot does not hold up its neighbours.
 */
export class SwitchPump {
  readonly #parts: PumpParts;
  readonly #ledger: Ledger;
  readonly #delays = new Delays();
  readonly #holds: Holds;
  readonly #faults: Faults;
  readonly #intake: Intake;
  readonly #work: PortWork;
  /** Slots that wait for power by this pump's word. */
  readonly #queued = new Set<SlotNumber>();
  /** Slots that were told something and not read since. */
  readonly #unsure = new Set<SlotNumber>();
  /** The switch has denied power since it last gave any: boards are tried one by one. */
  #cautious = false;
  #cycle: SwitchPoll['cycle'];
  #wake: Timer | undefined;
  #running = false;
  #again = false;
  #stopped = false;

  constructor(parts: PumpParts) {
    const { state, clock, power, driver } = parts;
    this.#parts = parts;
    this.#ledger = new Ledger(parts.switch, power, clock.monotonic());
    this.#faults = new Faults(state);
    this.#holds = new Holds(clock);
    this.#work = new PortWork(driver, clock, {
      began: ({ slot }, what) => {
        if (what !== 'hold') this.#unsure.add(slot);
        this.#queued.delete(slot);
        this.#intake.touched(slot);
        this.#ledger.note(slot, false, clock.monotonic());
        state.setPhase(slot, 'switching', undefined);
      },
      read: (slot, reading) => this.#setPower(slot, reading),
      ended: (slot, outcome) => this.#ended(slot, outcome),
    });
    this.#intake = new Intake(parts, {
      busy: (slot) => this.#work.of(slot) !== undefined,
      read: (slot, reading) => this.#setPower(slot, reading),
      found: ({ slot }) => {
        if (this.#queued.delete(slot)) state.setPhase(slot, 'settled');
      },
      restarted: ({ slot }) => {
        state.doubtReachable(slot);
        this.#ledger.restarted(slot, clock.monotonic());
      },
      denied: (slot, text) => this.#deny(slot, text),
      fault: (slot, text) => this.#fault(slot, text),
    });
  }

  stop(): void {
    this.#stopped = true;
    this.#wake?.cancel();
    this.#work.stop();
    this.#holds.stop();
  }

  /** Looks for work now; may be called at any time. */
  kick(): void {
    this.#again = true;
    if (!this.#running && !this.#stopped) void this.#run();
  }

  /** Reads the whole switch and takes in what changed behind our back. */
  async poll(): Promise<void> {
    const poll = await this.#intake.poll();
    if (poll === undefined || this.#stopped) return;
    this.#cycle = poll.cycle;
    if (this.#ledger.takePoll(poll, this.#intake.ports)) this.#delays.freed(this.#parts.clock.monotonic());
  }

  /** What a person should know of the switch, one sentence each. */
  troubles(): readonly string[] {
    const { driver, switch: plan } = this.#parts;
    const { problem } = this.#intake;
    const silent = problem === undefined ? [] : [`switch ${plan.name} cannot be read: ${problem}`];
    return [...silent, ...driver.troubles()];
  }

  /**
   * Keeps a slot dark until it is released, whatever is wanted of it. Resolves when it reads without power, or with the
   * reason why it does not; it is held all the same.
   */
  hold(slot: SlotNumber, owner: string, reason: string): Promise<string | undefined> {
    const dark = this.#holds.hold(slot, owner, reason, () => this.troubles());
    this.kick();
    return dark;
  }

  release(slot: SlotNumber, owner: string): void {
    this.#holds.release(slot, owner);
    this.kick();
  }

  /** A person asks for the slot anew: what went wrong before does not count. */
  forgive(slot: SlotNumber): void {
    this.#delays.clear(slot);
    this.#faults.forget(slot);
  }

  async #run(): Promise<void> {
    this.#running = true;
    while (this.#again && !this.#stopped) {
      this.#again = false;
      try {
        await this.#pass();
      } catch (cause) {
        this.#parts.log.error({ err: cause, switch: this.#parts.switch.name }, 'the power pump failed and goes on');
      }
    }
    this.#running = false;
    if (!this.#stopped) this.#sleep();
  }

  /** Wakes up when something ends by the clock alone. */
  #sleep(): void {
    const { clock } = this.#parts;
    const now = clock.monotonic();
    const ends = [...this.#delays.ends(now), ...this.#ledger.ends(now)];
    this.#wake?.cancel();
    this.#wake = undefined;
    if (this.#queued.size === 0 || ends.length === 0) return;
    this.#wake = clock.after(millis(Math.min(...ends) - now), () => this.kick());
  }

  async #pass(): Promise<void> {
    const steps = this.#steps();
    const these = only(steps);
    for (const slot of these('settled-off')) this.#settle(slot, 'off', 'already off');
    for (const slot of these('hold')) this.#hold(slot, 'it was off');
    for (const { slot, step } of steps) if (step.kind === 'wait') this.#queue(slot, step.reason);
    for (const slot of these('nothing')) this.#notice(slot);
    this.#holds.look((slot) => this.#isDark(slot));
    await this.#work.off(these('off'));
    if (this.#stopped) return;
    // A set takes its time, in which something else may have come to be wanted.
    await this.#admit(this.#steps().filter(({ step }) => step.kind === 'on' || step.kind === 'cycle'));
  }

  #steps(): readonly SlotStep[] {
    return this.#parts.slots.map((slot) => ({ slot, step: this.#step(slot) }));
  }

  #step(slot: SlotPlan): PowerStep {
    const { state, clock, mayPower } = this.#parts;
    const step = nextStep({
      state: state.get(slot.slot),
      held: this.#holds.reason(slot.slot),
      barred: mayPower(slot.slot),
      delayed: this.#delays.now(slot.slot, clock.monotonic()),
      unsure: this.#unsure.has(slot.slot),
      cycles: this.#cycle !== undefined,
    });
    const work = this.#work.of(slot.slot);
    // Nothing waits for a port to deliver that is not to deliver any more.
    return work === undefined || (work === 'on' && step.kind === 'off') ? step : { kind: 'nothing' };
  }

  async #admit(steps: readonly SlotStep[]): Promise<void> {
    const { clock, power } = this.#parts;
    const starts = this.#ledger.starts(clock.monotonic());
    const candidates = steps.map(({ slot }) => this.#ledger.candidate(slot.slot));
    const limits = this.#ledger.limits(this.#cautious);
    const { admitted, waiting } = admit(candidates, this.#load(), limits, starts);
    for (const { slot } of steps.slice(admitted.length)) this.#queue(slot, waiting ?? '');
    if (admitted.length === 0) return;
    this.#ledger.started(admitted.length);
    const these = only(steps.slice(0, admitted.length));
    const { minSeconds, maxSeconds } = this.#cycle ?? { minSeconds: 1, maxSeconds: 1 };
    const hold = Math.min(Math.max(Math.ceil(power.hold / 1000), minSeconds), maxSeconds);
    await Promise.all([this.#work.on(these('on')), this.#work.cycle(these('cycle'), hold)]);
  }

  #ended(slot: SlotPlan, outcome: Outcome): void {
    const { state, tell } = this.#parts;
    const number = slot.slot;
    switch (outcome.kind) {
      case 'off':
        this.#wentOff(slot, outcome.detail);
        break;
      case 'rested':
        // The off half of the cycle is done: what is left is to make it on, which `wanted` says already.
        void state.intend(number, { cycling: false }).then(() => this.kick());
        return;
      case 'dark': {
        state.endBoot(number, 'powered off', undefined);
        void state.intend(number, { cycling: false });
        // It is about to get power when the switch gives it back.
        this.#ledger.note(number, false, outcome.comesOn);
        this.#ledger.note(number, true, outcome.comesOn);
        tell(number, 'holding', outcome.detail);
        break;
      }
      case 'on':
      case 'empty':
        this.#delays.clear(number);
        if (outcome.kind === 'on') this.#cautious = false;
        this.#settle(slot, 'on', outcome.detail);
        if (outcome.kind === 'on') state.saw(number, 'power_on', `port ${slot.port} of ${slot.switch} delivering`);
        break;
      case 'failed':
        this.#went(slot, outcome.doing, outcome.problem);
    }
    this.kick();
  }

  #wentOff(slot: SlotPlan, detail: string): void {
    const { state } = this.#parts;
    state.endBoot(slot.slot, 'powered off', undefined);
    const { cycling, wanted } = state.get(slot.slot);
    if (cycling && this.#holds.reason(slot.slot) === undefined) {
      this.#hold(slot, detail);
    } else if (wanted === 'off') this.#settle(slot, 'off', detail);
    // What it waits for is for the next look to say.
    else this.#rest(slot);
  }

  /** A port that came to be as wanted behind our back, while it was being switched, has nothing left to wait for. */
  #notice(slot: SlotPlan): void {
    const { phase, power } = this.#parts.state.get(slot.slot);
    if (phase !== 'switching' || power === undefined || this.#work.of(slot.slot) !== undefined) return;
    this.#settle(slot, power.admin ? 'on' : 'off', `found ${power.admin ? 'on' : 'off'} (${power.detection})`);
  }

  /** The time between the two halves of a cycle. */
  #hold(slot: SlotPlan, detail: string): void {
    const { power, tell } = this.#parts;
    this.#work.rest(slot, power.hold);
    tell(slot.slot, 'holding', `${detail}; held off for ${power.hold / 1000} s`);
  }

  #went(slot: SlotPlan, doing: 'off' | 'on', problem: Problem): void {
    if (doing === 'off') this.#failOff(slot, problem);
    else if (problem.kind === 'denied') this.#deny(slot, problem.text);
    else if (problem.kind === 'fault') this.#fault(slot, problem.text);
    else if (problem.kind === 'off-again') this.#postpone(slot, problem.kind, problem);
    else if (problem.kind === 'silent' && this.#parts.state.get(slot.slot).power?.admin !== true) {
      // It may come on yet, and counts as if it did.
      this.#ledger.note(slot.slot, true, this.#parts.clock.monotonic());
      this.#postpone(slot, problem.kind, problem);
    } else this.#fail(slot, problem);
  }

  #rest(slot: SlotPlan): void {
    this.#queued.delete(slot.slot);
    this.#parts.state.setPhase(slot.slot, 'settled');
  }

  #settle(slot: SlotPlan, reached: 'on' | 'off', detail: string): void {
    this.#rest(slot);
    this.#parts.tell(slot.slot, reached, detail);
  }

  #queue(slot: SlotPlan, reason: string): void {
    const { state, tell } = this.#parts;
    const { phase, waiting } = state.get(slot.slot);
    this.#queued.add(slot.slot);
    if (phase === 'queued' && waiting === reason) return;
    state.setPhase(slot.slot, 'queued', reason);
    tell(slot.slot, 'queued', reason);
  }

  #fail(slot: SlotPlan, problem: Problem): void {
    const { state, tell, clock } = this.#parts;
    this.#rest(slot);
    this.#intake.doubt(slot.slot);
    this.#delays.add(slot.slot, 'failed', problem.text, clock.monotonic());
    if (state.get(slot.slot).cycling) void state.intend(slot.slot, { cycling: false });
    state.event(slot.slot, 'power_failed', `slot ${slot.slot}: ${problem.text}`);
    this.#holds.tell(slot.slot, problem.text);
    tell(slot.slot, 'failed', problem.text);
  }

  /** A cycle that fails in its first half leaves a board that is wanted on: nothing delays that it comes back. */
  #failOff(slot: SlotPlan, problem: Problem): void {
    const { wanted } = this.#parts.state.get(slot.slot);
    this.#fail(slot, problem);
    if (wanted === 'on' && this.#holds.reason(slot.slot) === undefined) this.#delays.clear(slot.slot);
  }

  /** Back to the queue for a moment: nothing is wrong with the port. */
  #postpone(slot: SlotPlan, kind: 'silent' | 'off-again', problem: Problem): void {
    const now = this.#parts.clock.monotonic();
    const { since, reason } = this.#delays.add(slot.slot, kind, problem.text, now);
    if (now - since >= SILENT_LIMIT) this.#fail(slot, problem);
    else {
      this.#intake.doubt(slot.slot);
      this.#queue(slot, reason);
    }
  }

  /** Want of power delays a board and fails none: it waits until others free some, or for a while. */
  #deny(slot: SlotPlan, text: string): void {
    const { state, clock } = this.#parts;
    this.#cautious = true;
    this.#ledger.denied();
    const { count, reason } = this.#delays.add(slot.slot, 'denied', text, clock.monotonic());
    if (count === 1) state.event(slot.slot, 'power_denied', `slot ${slot.slot}: ${text}`);
    this.#queue(slot, reason);
    this.kick();
  }

  /** A port that gave up is switched off and on a few times; then the slot is left alone until a person asks for it. */
  #fault(slot: SlotPlan, text: string): void {
    const { state, tell, clock } = this.#parts;
    this.#rest(slot);
    const cause = this.#faults.rearm(slot, text);
    if (cause === undefined) {
      void state.intend(slot.slot, { cycling: true }).then(() => this.kick());
      return;
    }
    state.event(slot.slot, 'quarantined', `slot ${slot.slot} is left alone: ${cause}`);
    state.endBoot(slot.slot, 'stuck', cause);
    void state.intend(slot.slot, { quarantine: { cause, at: clock.now() } });
    tell(slot.slot, 'failed', cause);
  }

  #isDark(slot: SlotNumber): boolean {
    const { power } = this.#parts.state.get(slot);
    const work = this.#work.of(slot);
    const sure = power !== undefined && !this.#unsure.has(slot) && work !== 'off' && work !== 'on';
    return sure && !power.admin && power.detection !== DELIVERING;
  }

  #setPower(slot: SlotPlan, reading: Pick<PortReading, 'admin' | 'detection'> & Partial<PortReading>): void {
    const { state, clock } = this.#parts;
    const { admin, detection } = reading;
    this.#unsure.delete(slot.slot);
    const before = state.get(slot.slot).power;
    // A look at a few ports has no watts: those of the last poll stay while the port delivers.
    const last = before?.detection === detection ? before.watts : undefined;
    const drawn = reading.watts ?? (detection === DELIVERING ? last : 0);
    const seen = drawn === undefined ? undefined : watts(drawn);
    state.setPower(slot.slot, { admin, detection, watts: seen, readAt: clock.now() });
    const searching = admin && detection !== DELIVERING && !isFaulty(detection);
    this.#ledger.note(slot.slot, searching, clock.monotonic());
    if (detection === DELIVERING) this.#faults.fed(slot.slot);
    else if (before?.detection === DELIVERING) this.#delays.freed(clock.monotonic());
  }

  #load() {
    const { state, slots, clock } = this.#parts;
    return this.#ledger.load(
      slots.map((slot) => state.get(slot.slot)),
      clock.monotonic(),
    );
  }
}

interface SlotStep {
  readonly slot: SlotPlan;
  readonly step: PowerStep;
}

/** The slots whose next step is of a kind. */
function only(steps: readonly SlotStep[]): (kind: PowerStep['kind']) => SlotPlan[] {
  return (kind) => steps.flatMap(({ slot, step }) => (step.kind === kind ? [slot] : []));
}
