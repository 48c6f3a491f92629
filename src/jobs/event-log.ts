import type { Clock } from '../rack/clock.ts';
import type { EventRow, NewEvent } from '../store/events.ts';
import type { Store } from '../store/store.ts';

/** An event as it is told: when that is, the log knows. */
export type Told = Omit<NewEvent, 'at'>;

/** Where all events of the rack are written, and told to whoever listens once they are on disk. */
export class EventLog {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #listeners: ((event: EventRow) => void)[] = [];

  constructor(store: Store, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** Calls `listener` with every event that is on disk, in the order of their numbers. */
  onEvent(listener: (event: EventRow) => void): void {
    this.#listeners.push(listener);
  }

  /** To be called within a write: the event is in the commit of what it tells of. */
  record(told: Told): void {
    this.#record({ ...told, at: this.#clock.now() });
  }

  /** Resolves when it is on disk. */
  write(told: Told): Promise<void> {
    const at = this.#clock.now();
    return this.#store.commit.write(() => this.#record({ ...told, at }));
  }

  #record(event: NewEvent): void {
    const row = this.#store.events.add(event);
    this.#store.commit.afterwards(() => {
      for (const listener of this.#listeners) listener(row);
    });
  }
}
