import type { Logger } from 'pino';
import type { PassingEvent } from '../../../jobs/client-events.ts';
import type { Clock } from '../../../rack/clock.ts';
import { seconds } from '../../../rack/units.ts';
import type { EventRow } from '../../../store/events.ts';
import type { ControlClient } from '../../control/client.ts';
import { MOST_EVENTS } from '../../control/event-routes.ts';
import type { Mirror } from '../../http/mirror.ts';
import { frameOf, framesOf } from './shape.ts';

export interface HistoryParts {
  readonly control: Pick<ControlClient, 'events'>;
  readonly mirror: Pick<Mirror, 'onChange' | 'present'>;
  readonly clock: Clock;
  readonly log: Logger;
}

/** An event with the bytes that streams send of it, made once for all of them. */
export interface Entry {
  readonly row: EventRow;
  readonly frame: (staff: boolean) => Buffer;
}

/** In memory: a few minutes of a rack that boots as a whole. Who asks for older ones is given them by the controller. */
export const KEPT_ENTRIES = 4_096;
const AGAIN = seconds(1);

/**
 * The newest events, in their order and without a gap, whatever restarts: what the feed brings, and behind every new
 * connection to the controller what happened before it.
 */
export class EventHistory {
  readonly #parts: HistoryParts;
  readonly #newsListeners: (() => void)[] = [];
  readonly #passingListeners: ((events: readonly PassingEvent[]) => void)[] = [];
  readonly #anewListeners: (() => void)[] = [];
  #entries: Entry[] = [];
  #floor = 0;
  #newest: number | undefined;
  /** What the feed brings while the controller is asked for what was before; undefined: it is not. */
  #early: EventRow[] | undefined;
  /** Counts connections: what was asked over an old one is of no use. */
  #connection = 0;

  constructor(parts: HistoryParts) {
    this.#parts = parts;
    parts.mirror.onChange(({ began, events, passing }) => {
      if (began) void this.#catchUp(++this.#connection);
      else if (this.#early !== undefined) this.#early.push(...events);
      else if (this.#newest !== undefined) this.#add(events);
      if (passing.length > 0) for (const listener of this.#passingListeners) listener(passing);
    });
  }

  /** Calls `listener` when there are events that were not there before. */
  onNews(listener: () => void): void {
    this.#newsListeners.push(listener);
  }

  onPassing(listener: (events: readonly PassingEvent[]) => void): void {
    this.#passingListeners.push(listener);
  }

  /** Calls `listener` when the numbers began anew: the controller's database is another one. */
  onAnew(listener: () => void): void {
    this.#anewListeners.push(listener);
  }

  /** The number of the newest event; undefined: the controller has not been asked yet. */
  get newest(): number | undefined {
    return this.#newest;
  }

  /** Every event with a number above this is here. */
  get floor(): number {
    return this.#floor;
  }

  /** Events after `id`, which is not below the floor, oldest first. */
  *after(id: number): Generator<Entry> {
    let [low, high] = [0, this.#entries.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#entries[middle] as Entry).row.id > id) high = middle;
      else low = middle + 1;
    }
    for (let at = low; at < this.#entries.length; at++) yield this.#entries[at] as Entry;
  }

  async #catchUp(connection: number): Promise<void> {
    const { control, mirror, clock, log } = this.#parts;
    this.#early = [];
    try {
      const { newest, swept } = await control.events({ limit: 0 });
      if (connection !== this.#connection) return;
      if (this.#newest !== undefined && newest < this.#newest) {
        this.#newest = undefined;
        this.#entries = [];
        for (const listener of this.#anewListeners) listener();
      }
      if (this.#newest === undefined || newest - this.#newest > KEPT_ENTRIES) {
        this.#entries = [];
        this.#floor = Math.max(0, newest - KEPT_ENTRIES, swept);
        this.#newest = this.#floor;
      }
      for (;;) {
        const { events } = await control.events({ after: this.#newest, limit: MOST_EVENTS });
        if (connection !== this.#connection) return;
        this.#add(events);
        if (events.length < MOST_EVENTS) break;
      }
      const early = this.#early;
      this.#early = undefined;
      this.#add(early);
    } catch (cause) {
      if (connection !== this.#connection) return;
      log.warn({ err: cause }, 'the controller does not tell what happened');
      // Without it, there is a next connection.
      clock.after(AGAIN, () => {
        if (connection === this.#connection && mirror.present) void this.#catchUp(connection);
      });
    }
  }

  #add(rows: readonly EventRow[]): void {
    const before = this.#newest ?? 0;
    for (const row of rows) {
      if (row.id <= (this.#newest ?? 0)) continue;
      this.#entries.push(entryOf(row));
      this.#newest = row.id;
    }
    // In lumps, because taking from the front moves all.
    if (this.#entries.length > 2 * KEPT_ENTRIES) {
      const gone = this.#entries.splice(0, this.#entries.length - KEPT_ENTRIES);
      this.#floor = (gone.at(-1) as Entry).row.id;
    }
    if (this.#newest !== before) for (const listener of this.#newsListeners) listener();
  }
}

function entryOf(row: EventRow): Entry {
  return { row, frame: framesOf((staff) => frameOf(row, staff)) };
}
