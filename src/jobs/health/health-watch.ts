import type { Logger } from 'pino';
import type { BoardReport } from '../../health/board-report.ts';
import type { Clock, Timer } from '../../rack/clock.ts';
import { isPowered } from '../../rack/slot-state.ts';
import { type Bytes, type Millis, millis, minutes, type SlotNumber } from '../../rack/units.ts';
import type { GroupCommit } from '../../store/group-commit.ts';
import type { HealthHistoryTable, HealthLook } from '../../store/health-history.ts';
import { RowBatch } from '../../store/row-batch.ts';
import type { RackState } from '../rack-state.ts';
import { type Account, booked, type Known, knownOf, opened } from './accounts.ts';
import type { BoardReports } from './board-reports.ts';

export interface HealthWatchParts {
  readonly slots: readonly SlotNumber[];
  readonly state: Pick<RackState, 'get' | 'onChange'>;
  readonly table: HealthHistoryTable;
  readonly commit: GroupCommit;
  readonly reports: Pick<BoardReports, 'look'>;
  /** The root of the slot's board; undefined: there is none that is whoever's has the slot. */
  readonly root: (slot: SlotNumber) => { readonly place: string; readonly used: Bytes | undefined } | undefined;
  /** How often switches are asked for the power of their ports. */
  readonly poll: Millis;
  readonly clock: Clock;
  readonly log: Logger;
}

const LOOK_EVERY = minutes(1);
/** Answers that a switch may leave out before it is not known whether its boards have power. */
const POLLS_MISSED = 6;

/** Writes the history of every slot: exact in its durations, once a minute in everything else, one commit a minute. */
export class HealthWatch {
  readonly #parts: HealthWatchParts;
  readonly #rows: RowBatch<HealthLook>;
  readonly #accounts = new Map<SlotNumber, Account>();
  #began: Millis;
  #timer: Timer | undefined;
  #stopped = false;

  constructor(parts: HealthWatchParts) {
    this.#parts = parts;
    this.#rows = new RowBatch(parts.commit, (look) => parts.table.add(look));
    this.#began = parts.clock.now();
    parts.state.onChange((slot) => this.#changed(slot));
  }

  start(): void {
    const { table, commit, slots, clock } = this.#parts;
    commit.write(() => table.keep(slots)).catch((cause: unknown) => this.#failed(cause));
    this.#began = clock.now();
    for (const slot of slots) this.#accounts.set(slot, opened(this.#known(slot), clock.monotonic()));
    this.#wait();
  }

  /** What was seen since the last look is written when the store is closed. */
  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
    void this.#record(new Map());
  }

  /** Never throws. */
  async look(): Promise<void> {
    const { slots, state, reports, root } = this.#parts;
    try {
      const powered = slots.filter((slot) => isPowered(state.get(slot)));
      const roots = powered.flatMap((slot) => {
        const found = root(slot);
        return found === undefined ? [] : [{ slot, place: found.place }];
      });
      const found = await reports.look(roots);
      if (!this.#stopped) await this.#record(found);
    } catch (cause) {
      this.#failed(cause);
    }
  }

  #record(reports: ReadonlyMap<SlotNumber, BoardReport>): Promise<void> {
    const { clock, commit, table, root } = this.#parts;
    const at = this.#began;
    this.#began = clock.now();
    for (const [slot, account] of this.#accounts) {
      const known = this.#known(slot);
      const { powerKnown, powered, asked, answered } = booked(account, known, clock.monotonic());
      this.#accounts.set(slot, opened(known, clock.monotonic()));
      const { condition } = known;
      const diskUsed = root(slot)?.used;
      const report = reports.get(slot);
      this.#rows.record({ slot, at, powerKnown, powered, asked, answered, condition, diskUsed, report });
    }
    const written = this.#rows.committed();
    const pruned = commit.write(() => table.prune(clock.now()));
    return Promise.all([written, pruned]).then(
      () => undefined,
      (cause: unknown) => this.#failed(cause),
    );
  }

  /** Looks fall on whole minutes, so that what one covers is of one row. */
  #wait(): void {
    const { clock } = this.#parts;
    const rest = millis(LOOK_EVERY - (clock.now() % LOOK_EVERY));
    this.#timer = clock.after(rest, () => {
      void this.look().then(() => {
        if (!this.#stopped) this.#wait();
      });
    });
  }

  #changed(slot: SlotNumber): void {
    const account = this.#accounts.get(slot);
    if (account === undefined) return;
    const known = this.#known(slot);
    if (known.powered === account.known.powered && known.answers === account.known.answers) return;
    this.#accounts.set(slot, booked(account, known, this.#parts.clock.monotonic()));
  }

  #known(slot: SlotNumber): Known {
    const { state, clock, poll } = this.#parts;
    return knownOf(state.get(slot), clock.now(), millis(POLLS_MISSED * poll));
  }

  #failed(cause: unknown): void {
    this.#parts.log.warn({ err: cause }, 'the history of health could not be written');
  }
}
