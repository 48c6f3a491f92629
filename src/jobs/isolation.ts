/**
 * Keeps every slot of one switch alone on its VLAN, as far as the rack file lets it (`isolation:`): verified before a
 * board gets power, again after every restart of the switch and now and then, and put right where that is pirack's to do.
 */
import type { Logger } from 'pino';
import type { Clock, Timer } from '../rack/clock.ts';
import type { SwitchPlan } from '../rack/plan.ts';
import { type Millis, millis, minutes, type SlotNumber, seconds } from '../rack/units.ts';
import type { SwitchIsolation } from '../switches/isolation.ts';
import type { Violation } from '../switches/vlans/invariant.ts';
import type { IsolationOutcome, VlanProgress } from '../switches/vlans/outcome.ts';
import type { RackState } from './rack-state.ts';

export type IsolationState =
  /** `isolation: manual`. */
  | { readonly kind: 'trusted' }
  | { readonly kind: 'unknown'; readonly why: string }
  | { readonly kind: 'isolated'; readonly at: Millis }
  | { readonly kind: 'breached'; readonly at: Millis; readonly violations: readonly Violation[] }
  | { readonly kind: 'changing'; readonly since: Millis; readonly text: string };

/** What this job needs of power. */
export interface DarkSlots {
  /** Takes the power from the slots and keeps it away; resolves when their ports read off, rejects where one does not. */
  hold(slots: readonly SlotNumber[], reason: string): Promise<void>;
  /** Gives back what is wanted of them. */
  release(slots: readonly SlotNumber[]): void;
}

export interface IsolationKeeperParts {
  readonly plan: SwitchPlan;
  readonly isolation: SwitchIsolation;
  readonly dark: DarkSlots;
  readonly state: Pick<RackState, 'event'>;
  readonly clock: Clock;
  readonly log: Logger;
  /** Called when slots may have power that could not before. */
  readonly changed: () => void;
}

/** Every VLAN is read again this often, whatever the PVIDs say. */
const FULL_EVERY = minutes(10);
const BREACH_EVERY = minutes(1);
/** A switch that could not be read, or not be put right, is left alone for a while, longer each time. */
const FIRST_PAUSE = seconds(10);
const LONGEST_PAUSE = minutes(30);

/** What weakens isolation without breaking it: no reason to leave a board dark. */
const WEAKNESSES: ReadonlySet<Violation['rule']> = new Set(['ingress-filtering', 'mode']);

export class IsolationKeeper {
  readonly #parts: IsolationKeeperParts;
  #state: IsolationState;
  /** The last thing that went wrong and will not mend itself, in a sentence. */
  #trouble: string | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #queued = false;
  #told = new Set<string>();
  #fullAt = Number.NEGATIVE_INFINITY;
  #pause = FIRST_PAUSE;
  #retryAt = Number.NEGATIVE_INFINITY;
  #retry: Timer | undefined;
  #stopped = false;

  constructor(parts: IsolationKeeperParts) {
    this.#parts = parts;
    this.#state = parts.plan.isolation === 'manual' ? { kind: 'trusted' } : { kind: 'unknown', why: 'not read yet' };
  }

  get name(): string {
    return this.#parts.plan.name;
  }

  get state(): IsolationState {
    return this.#state;
  }

  /** What does not work as it should, in a sentence. */
  get trouble(): string | undefined {
    const { name } = this.#parts.plan;
    if (this.#trouble !== undefined) return this.#trouble;
    if (this.#state.kind !== 'breached') return undefined;
    const [first, ...more] = this.#state.violations;
    return `switch ${name} does not isolate its slots: ${first?.text}${more.length > 0 ? `, and ${more.length} more` : ''}`;
  }

  /** Ends what an earlier process began, looks, and puts right what is pirack's to put right. */
  start(): void {
    if (this.#parts.plan.isolation === 'manual') return;
    this.#later(() => this.#begin());
  }

  stop(): void {
    this.#stopped = true;
    this.#retry?.cancel();
  }

  /** To be called after every poll of the switch, before anything is switched on. */
  polled(restarted: boolean): void {
    if (this.#state.kind === 'trusted' || this.#stopped) return;
    if (restarted) this.#forget('the switch has started anew');
    this.#look();
  }

  /** Why the slot may not be switched on; undefined: it may. */
  mayPower(slot: SlotNumber): string | undefined {
    const { name } = this.#parts.plan;
    switch (this.#state.kind) {
      case 'trusted':
      case 'isolated':
        return undefined;
      case 'unknown':
        return `whether switch ${name} isolates its port is not known: ${this.#state.why}`;
      case 'changing':
        return `the VLANs of switch ${name} are being changed: ${this.#state.text}`;
      case 'breached':
        return this.#state.violations.find((one) => one.slot === slot && !WEAKNESSES.has(one.rule))?.text;
    }
  }

  plan(): ReturnType<SwitchIsolation['plan']> {
    this.#refuseManual();
    return this.#parts.isolation.plan();
  }

  /** Reads every VLAN now. @throws where the switch cannot be read */
  verify(): Promise<readonly Violation[]> {
    this.#refuseManual();
    return this.#inTurn(() => this.#verify());
  }

  /** Puts the switch right now, whoever keeps it otherwise. */
  apply(progress?: (progress: VlanProgress) => void): Promise<IsolationOutcome> {
    this.#refuseManual();
    return this.#inTurn(() => this.#apply(progress));
  }

  #refuseManual(): void {
    if (this.#state.kind !== 'trusted') return;
    const { name } = this.#parts.plan;
    throw new Error(
      `the rack file says that the VLANs of switch ${name} are kept by hand (isolation: manual); say checked or managed`,
    );
  }

  /** One thing at a time. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#turn.then(work);
    this.#turn = mine.catch(() => undefined);
    return mine;
  }

  /** As `#inTurn`, at most one waiting, for what is done by itself. */
  #later(work: () => Promise<void>): void {
    if (this.#queued || this.#stopped) return;
    this.#queued = true;
    void this.#inTurn(async () => {
      this.#queued = false;
      if (this.#stopped) return;
      try {
        await work();
      } catch (cause) {
        this.#unreadable(cause);
      }
    });
  }

  async #begin(): Promise<void> {
    const ended = await this.#parts.isolation.recover(this.#hooks());
    if (ended !== undefined) await this.#took(ended);
    await this.#verify();
    await this.#mend();
  }

  #look(): void {
    const now = this.#parts.clock.monotonic();
    if (now < this.#retryAt) return;
    const { kind } = this.#state;
    const full = kind === 'unknown' || now - this.#fullAt >= (kind === 'isolated' ? FULL_EVERY : BREACH_EVERY);
    this.#later(async () => {
      if (!full && !(await this.#moved())) return;
      await this.#verify();
      await this.#mend();
    });
  }

  /** Whether the PVIDs read otherwise than when every VLAN was last read. */
  async #moved(): Promise<boolean> {
    const now = (await this.#parts.isolation.peek()).map(({ text }) => text);
    const known = this.#state.kind === 'breached' ? this.#state.violations : [];
    const before = new Set(known.filter(({ rule }) => rule === 'pvid').map(({ text }) => text));
    return now.length !== before.size || now.some((text) => !before.has(text));
  }

  async #verify(): Promise<readonly Violation[]> {
    const { clock, isolation } = this.#parts;
    const violations = await isolation.verify();
    this.#fullAt = clock.monotonic();
    const at = clock.now();
    this.#tell(violations);
    this.#set(violations.length === 0 ? { kind: 'isolated', at } : { kind: 'breached', at, violations });
    if (violations.length === 0) this.#well();
    return violations;
  }

  async #mend(): Promise<void> {
    if (this.#parts.plan.isolation !== 'managed' || this.#state.kind !== 'breached') return;
    if (this.#state.violations.every((one) => one.byHand)) return;
    await this.#apply();
  }

  async #apply(progress?: (progress: VlanProgress) => void): Promise<IsolationOutcome> {
    const { clock, isolation, state, plan } = this.#parts;
    this.#set({ kind: 'changing', since: clock.now(), text: 'what is to be changed is worked out' });
    const outcome = await isolation.apply(this.#hooks(progress));
    if (outcome.kind === 'isolated' && outcome.steps > 0) {
      const { steps, took, unsaved } = outcome;
      const saved = unsaved === undefined ? '' : `; not saved: ${unsaved}`;
      state.event(
        undefined,
        'vlans_applied',
        `switch ${plan.name} isolates its slots: ${steps} steps, ${took} ms${saved}`,
      );
    }
    await this.#took(outcome);
    return outcome;
  }

  /** What became of a change; the power that it took is given back when what it left is known. */
  async #took(outcome: IsolationOutcome): Promise<void> {
    const { plan, state } = this.#parts;
    const why = whyNot(outcome);
    const trouble = why && `the VLANs of switch ${plan.name} were not put right: ${why}`;
    if (trouble !== undefined && trouble !== this.#trouble) state.event(undefined, 'vlans_failed', trouble);
    this.#trouble = trouble;
    if (why !== undefined) this.#wait();
    try {
      await this.#verify();
    } catch (cause) {
      this.#unreadable(cause);
    }
    // Whoever is not isolated now stays dark by `mayPower`, not by this hold.
    this.#parts.dark.release(outcome.darkened.map(({ slot }) => slot));
  }

  #hooks(progress?: (progress: VlanProgress) => void) {
    const { dark, clock, plan } = this.#parts;
    return {
      dark: (slots: readonly { readonly slot: SlotNumber }[]) =>
        dark.hold(
          slots.map(({ slot }) => slot),
          `the VLANs of switch ${plan.name} are being changed`,
        ),
      progress: (step: VlanProgress) => {
        this.#set({ kind: 'changing', since: clock.now(), text: step.text });
        progress?.(step);
      },
    };
  }

  #unreadable(cause: unknown): void {
    const why = cause instanceof Error ? cause.message : String(cause);
    this.#parts.log.warn({ err: cause, switch: this.name }, 'VLANs could not be read');
    // What was isolated when it was last seen is taken to be so still; what was not seen is not.
    if (this.#state.kind !== 'isolated') this.#set({ kind: 'unknown', why });
    this.#wait();
  }

  #forget(why: string): void {
    this.#fullAt = Number.NEGATIVE_INFINITY;
    this.#retryAt = Number.NEGATIVE_INFINITY;
    if (this.#state.kind !== 'changing') this.#set({ kind: 'unknown', why });
  }

  #wait(): void {
    const { clock } = this.#parts;
    this.#retryAt = clock.monotonic() + this.#pause;
    this.#retry?.cancel();
    this.#retry = clock.after(this.#pause, () => this.#look());
    this.#pause = millis(Math.min(this.#pause * 2, LONGEST_PAUSE));
  }

  #well(): void {
    this.#trouble = undefined;
    this.#pause = FIRST_PAUSE;
    this.#retryAt = Number.NEGATIVE_INFINITY;
    this.#retry?.cancel();
  }

  #set(next: IsolationState): void {
    const before = this.#state;
    this.#state = next;
    if (next.kind !== before.kind && (next.kind === 'isolated' || next.kind === 'breached')) this.#parts.changed();
  }

  /** Each violation is an event once, and its end is one too. */
  #tell(violations: readonly Violation[]): void {
    const { state, plan } = this.#parts;
    const now = new Set(violations.map(({ text }) => text));
    for (const { text, slot } of violations) if (!this.#told.has(text)) state.event(slot, 'not_isolated', text);
    if (this.#told.size > 0 && now.size === 0) {
      state.event(undefined, 'isolated', `switch ${plan.name} isolates all its slots again`);
    }
    this.#told = now;
  }
}

function whyNot(outcome: IsolationOutcome): string | undefined {
  switch (outcome.kind) {
    case 'isolated':
      return outcome.unsaved === undefined ? undefined : `the configuration is not saved: ${outcome.unsaved}`;
    case 'refused':
      return outcome.reasons.join('; ');
    case 'rolled-back':
      return `${outcome.reason}; it is as it was before`;
    case 'stale':
      return undefined;
    case 'degraded':
      return outcome.reason;
  }
}
