import type { Logger } from 'pino';
import { takeSeen } from '../rack/board-seen.ts';
import type { Clock } from '../rack/clock.ts';
import type { Fact } from '../rack/facts.ts';
import type { LoadPart } from '../rack/load.ts';
import type { Milestone } from '../rack/milestone.ts';
import type { Plan } from '../rack/plan.ts';
import { type BoardSeen, condition, isUp, NO_BOARD, type PowerSeen, type SlotState } from '../rack/slot-state.ts';
import { advance, type Boot, load, resume, stage, type Transfer, touch } from '../rack/timeline.ts';
import { type SlotNumber, seconds } from '../rack/units.ts';
import type { BootKind, BootOutcome } from '../store/boots.ts';
import type { HealthRow } from '../store/health.ts';
import type { PowerRow } from '../store/power.ts';
import type { Store } from '../store/store.ts';
import { BoardEvents } from './board-events.ts';
import { EventLog, type Told } from './event-log.ts';

/** The newest error of the store stops the controller: a state that cannot be written may not be acted on. */
export type Fatal = (what: string, cause: unknown) => void;

/** A boot is over: how, and why if that is known. */
export type BootEnded = (slot: SlotNumber, outcome: BootOutcome, cause: string | undefined) => void;

const NOTE_AGAIN = seconds(3600);
const UNWRITABLE = 'the state database cannot be written';

/**
 * The state of every slot, in memory and on disk. All that is seen of a board comes in here, and nothing else writes
 * boots, boards, power rows and events.
 */
export class RackState {
  readonly #slots = new Map<SlotNumber, SlotState>();
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #fatal: Fatal;
  readonly #boardEvents = new BoardEvents();
  /** What was noted of each slot's board, and when. Bounded by the facts that there are. */
  readonly #noted = new Map<SlotNumber, Map<Fact, { value: string; at: number }>>();
  readonly #beginListeners: ((slot: SlotNumber) => void)[] = [];
  readonly #endListeners: BootEnded[] = [];
  readonly #outcomeListeners: ((outcome: BootOutcome) => void)[] = [];
  readonly #upListeners: ((slot: SlotNumber) => void)[] = [];
  readonly #images: ReadonlyMap<SlotNumber, string | undefined>;
  readonly #changeListeners: ((slot: SlotNumber) => void)[] = [];
  readonly events: EventLog;

  constructor(plan: Plan, store: Store, clock: Clock, log: Logger, fatal: Fatal) {
    this.#store = store;
    this.events = new EventLog(store, clock);
    this.#clock = clock;
    this.#log = log;
    this.#fatal = fatal;
    this.#images = new Map(plan.slots.map(({ slot, image }) => [slot, image]));
    store.slots.sync(plan.slots, clock.now());
    const boards = store.slots.boards();
    const boots = store.boots.newest();
    const power = new Map(store.power.all().map((row) => [row.slot, row]));
    for (const slot of plan.slots) {
      const row = power.get(slot.slot) as PowerRow;
      const last = boots.get(slot.slot);
      const current =
        last !== undefined && last.outcome !== 'powered off' && last.outcome !== 'stuck' ? last : undefined;
      this.#slots.set(slot.slot, {
        slot: slot.slot,
        assigned: slot.image !== undefined,
        wanted: row.wanted,
        cycling: row.cycling,
        phase: 'settled',
        waiting: undefined,
        power: undefined,
        board: boards.get(slot.slot) ?? NO_BOARD,
        boot: current && resume(current.startedAt, current.steps, current.loads),
        bootId: current?.id,
        attempts: row.attempts,
        reachable6: undefined,
        quarantine: row.quarantine,
        lastCause: last?.cause,
        since: clock.now(),
      });
    }
  }

  get(slot: SlotNumber): SlotState {
    const state = this.#slots.get(slot);
    if (state === undefined) throw new RangeError(`expected a slot of this rack, got ${slot}`);
    return state;
  }

  all(): readonly SlotState[] {
    return [...this.#slots.values()];
  }

  /** Calls `listener` whenever a boot begins, before the sighting that began it is seen by anybody else. */
  onBegin(listener: (slot: SlotNumber) => void): void {
    this.#beginListeners.push(listener);
  }

  /** Calls `listener` whenever a boot is over because it stood still or its power was cut. */
  onEnd(listener: BootEnded): void {
    this.#endListeners.push(listener);
  }

  /** Calls `listener` whenever a board has come up: there is room for the next one to boot. */
  onUp(listener: (slot: SlotNumber) => void): void {
    this.#upListeners.push(listener);
  }

  /** Calls `listener` with how each boot ended: once a boot, for one that came up with that. */
  onOutcome(listener: (outcome: BootOutcome) => void): void {
    this.#outcomeListeners.push(listener);
  }

  /** Calls `listener` whenever anything is known anew of a slot. */
  onChange(listener: (slot: SlotNumber) => void): void {
    this.#changeListeners.push(listener);
  }

  /** Takes one sighting into the slot's boot and stores what is new about it. */
  saw(slot: SlotNumber, milestone: Milestone, detail: string): void {
    const state = this.get(slot);
    const at = this.#clock.now();
    const next = advance(state.boot, { milestone, at, detail });
    if (next.began) {
      if (state.bootId !== undefined)
        this.#endBoot(state, milestone === 'power_on' ? 'powered off' : 'restarted', undefined);
      this.#beginBoot(slot, next.boot);
      return;
    }
    const up = next.reached && milestone === 'ssh_up';
    this.#set(slot, { boot: next.boot, ...(up ? { attempts: 0, reachable6: true } : {}) });
    if (!next.reached) return;
    const step = next.boot.steps.at(-1);
    const id = this.get(slot).bootId;
    if (step === undefined || id === undefined) return;
    this.#write(() => {
      this.#store.boots.addStep(id, step);
      this.#store.boots.saveLoads(id, next.boot.loads);
    });
    if (up) {
      const kind = this.#kind(slot);
      this.#write(() => this.#store.boots.end(id, 'up', undefined, at, kind));
      this.#savePower(slot);
      for (const listener of this.#upListeners) listener(slot);
      for (const listener of this.#outcomeListeners) listener('up');
    }
  }

  /** A sign of life that is no milestone. */
  touch(slot: SlotNumber, activity: string, transfer?: Transfer): void {
    const { boot } = this.get(slot);
    if (boot !== undefined) this.#set(slot, { boot: touch(boot, this.#clock.now(), activity, transfer) });
  }

  /** What TFTP sent, or was asked for; on disk with the next milestone, or the end of the boot. */
  sent(slot: SlotNumber, part: LoadPart): void {
    const { boot } = this.get(slot);
    if (boot !== undefined) this.#set(slot, { boot: load(boot, part) });
  }

  /** Takes what a board said of itself. Another board in the slot is an event and never a silent change. */
  observe(slot: SlotNumber, seen: Partial<BoardSeen>): void {
    const before = this.get(slot).board;
    const { board, contradiction } = takeSeen(before, seen);
    const same = (['mac', 'serial', 'revision', 'model'] as const).every((field) => board[field] === before[field]);
    if (same) return;
    this.#set(slot, { board });
    this.#write(() => this.#store.slots.saveBoard(slot, board, this.#clock.now()));
    if (contradiction === undefined) return;
    this.#noted.delete(slot);
    this.#write(() => this.#store.observations.forget(slot));
    const from = this.all().find((other) => other.slot !== slot && other.board.mac === board.mac);
    const moved = from === undefined || board.mac === undefined ? '' : `, which was seen in slot ${from.slot}`;
    this.boardEvent(slot, 'board_changed', `different board in slot ${slot}: ${contradiction}${moved}`);
  }

  /** Keeps what the board let be seen besides; true where it is new. Written again only when an hour has passed. */
  note(slot: SlotNumber, fact: Fact, value: string): boolean {
    const noted = this.#noted.get(slot) ?? new Map<Fact, { value: string; at: number }>();
    const known = noted.get(fact);
    const now = this.#clock.monotonic();
    if (known?.value === value && now - known.at < NOTE_AGAIN) return false;
    noted.set(fact, { value, at: now });
    this.#noted.set(slot, noted);
    this.#write(() => this.#store.observations.save(slot, fact, value, this.#clock.now()));
    return known?.value !== value;
  }

  setPower(slot: SlotNumber, power: PowerSeen): void {
    this.#set(slot, { power });
  }

  /** Changes what is wanted of a slot; resolves when that is on disk, and only then may it be acted on. */
  async intend(
    slot: SlotNumber,
    intent: Partial<Pick<SlotState, 'wanted' | 'cycling' | 'attempts' | 'quarantine'>>,
  ): Promise<void> {
    this.#set(slot, intent);
    await this.#savePower(slot);
  }

  setPhase(slot: SlotNumber, phase: SlotState['phase'], waiting?: string): void {
    this.#set(slot, { phase, waiting });
  }

  setReachable(slot: SlotNumber, reachable6: boolean, cause: string | undefined): void {
    const before = this.get(slot).reachable6;
    this.#set(slot, { reachable6, ...(cause === undefined ? {} : { lastCause: cause }) });
    if (before === true && !reachable6)
      this.event(slot, 'unreachable', `slot ${slot} no longer answers over IPv6: ${cause}`);
    if (before === false && reachable6) this.event(slot, 'reachable', `slot ${slot} answers over IPv6 again`);
  }

  /** Whether the board still runs is not known any more: it is asked anew, as one that was found when this began. */
  doubtReachable(slot: SlotNumber): void {
    this.#set(slot, { reachable6: undefined });
  }

  /** The boot is over: it stood still, or its power was cut. */
  endBoot(slot: SlotNumber, outcome: BootOutcome, cause: string | undefined): void {
    const state = this.get(slot);
    this.#endBoot(state, outcome, cause);
    this.#set(slot, {
      boot: undefined,
      bootId: undefined,
      reachable6: undefined,
      ...(cause === undefined ? {} : { lastCause: cause }),
    });
    for (const listener of this.#endListeners) listener(slot, outcome, cause);
  }

  event(slot: SlotNumber | undefined, kind: string, text: string): void {
    this.#log.info({ slot, kind }, text);
    this.tell({ slot, kind, text });
  }

  /** As `event`, for what is for programs, and for no log. */
  tell(told: Told): void {
    const done = this.events.write(told);
    done.catch((cause: unknown) => this.#fatal(UNWRITABLE, cause));
  }

  /**
   * As `event`, for what a board can cause at will: a hostile one may cause it thousands of times a second, and gets a
   * few lines of each kind, and fewer the longer it goes on.
   */
  boardEvent(slot: SlotNumber, kind: string, text: string): void {
    const verdict = this.#boardEvents.judge(slot, kind, this.#clock.monotonic());
    if (verdict === 'quiet') return;
    const minutes = verdict === 'tell' ? 0 : Math.max(1, Math.round(verdict.lastFor / 60_000));
    const more = minutes === 0 ? '' : `; more of this kind are not recorded for ${minutes} min`;
    this.event(slot, kind, `${text}${more}`);
  }

  /** Writes the health of every slot to the health database. */
  saveHealth(): void {
    const checkedAt = this.#clock.now();
    const rows = this.all().map(
      (state): HealthRow => ({
        slot: state.slot,
        stage: condition(state) === 'booting' && state.boot !== undefined ? stage(state.boot) : condition(state),
        power: state.power,
        reachable6: state.reachable6,
        since: state.since,
        lastCause: state.lastCause,
        checkedAt,
      }),
    );
    this.#store.health.saveAll(rows);
  }

  #beginBoot(slot: SlotNumber, boot: Boot): void {
    for (const listener of this.#beginListeners) listener(slot);
    this.#set(slot, { boot, bootId: undefined, reachable6: undefined });
    this.#write(() => {
      const id = this.#store.boots.begin(slot, boot);
      const now = this.get(slot);
      // Steps seen while the row was on its way.
      if (now.boot?.startedAt !== boot.startedAt) return;
      for (const step of now.boot.steps) this.#store.boots.addStep(id, step);
      this.#set(slot, { bootId: id });
    });
  }

  #endBoot(state: SlotState, outcome: BootOutcome, cause: string | undefined): void {
    const { bootId, boot } = state;
    if (bootId === undefined) return;
    if (!isUp(state)) for (const listener of this.#outcomeListeners) listener(outcome);
    const kind = this.#kind(state.slot);
    this.#write(() => {
      this.#store.boots.saveLoads(bootId, boot?.loads ?? []);
      this.#store.boots.end(bootId, outcome, cause, this.#clock.now(), kind);
    });
  }

  #kind(slot: SlotNumber): BootKind {
    return { model: this.get(slot).board.model, image: this.#images.get(slot) };
  }

  #savePower(slot: SlotNumber): Promise<void> {
    const { wanted, cycling, attempts, quarantine } = this.get(slot);
    return this.#write(() =>
      this.#store.power.save({ slot, wanted, cycling, attempts, quarantine }, this.#clock.now()),
    );
  }

  #set(slot: SlotNumber, change: Partial<SlotState>): void {
    const before = this.get(slot);
    const after = { ...before, ...change };
    const same =
      condition(before) === condition(after) &&
      (before.boot && stage(before.boot)) === (after.boot && stage(after.boot));
    this.#slots.set(slot, same ? after : { ...after, since: this.#clock.now() });
    for (const listener of this.#changeListeners) listener(slot);
  }

  #write(write: () => void): Promise<void> {
    const done = this.#store.commit.write(write);
    done.catch((cause: unknown) => this.#fatal(UNWRITABLE, cause));
    return done;
  }
}
