/**
 * What staff say of slots: that they are worked on (no customer gets one, recovery leaves them alone, power goes as staff
 * say), and that one is not to be used (quarantine). On disk and in the log of changes before it is answered.
 */
import type { Clock, Timer } from '../rack/clock.ts';
import type { Actor } from '../rack/tenancy/actor.ts';
import { type Millis, millis, type SlotNumber } from '../rack/units.ts';
import type { Maintenance } from '../store/maintenance.ts';
import type { Store } from '../store/store.ts';
import type { RackState } from './rack-state.ts';
import { TenancyError } from './tenancy-error.ts';

/** The rows whose time is not over, by slot. */
export function inForce(rows: readonly Maintenance[], now: Millis): ReadonlyMap<SlotNumber, Maintenance> {
  return new Map(rows.filter(({ until }) => until === undefined || until > now).map((row) => [row.slot, row]));
}

export interface SlotCareParts {
  readonly store: Pick<Store, 'maintenance' | 'audit' | 'commit'>;
  readonly state: Pick<RackState, 'get' | 'intend' | 'event'>;
  readonly clock: Clock;
}

export class SlotCare {
  readonly #parts: SlotCareParts;
  readonly #rows: Map<SlotNumber, Maintenance>;
  readonly #listeners: ((slot: SlotNumber) => void)[] = [];
  /** Until the next end that comes by itself. */
  #ending: Timer | undefined;

  constructor(parts: SlotCareParts) {
    this.#parts = parts;
    this.#rows = new Map(inForce(parts.store.maintenance.all(), parts.clock.now()));
    this.#waitForEnd();
  }

  stop(): void {
    this.#ending?.cancel();
  }

  /** Calls `listener` with each slot of which staff said something else, or whose maintenance ended by itself. */
  onChange(listener: (slot: SlotNumber) => void): void {
    this.#listeners.push(listener);
  }

  /** Undefined: it is in none, or its time is over. */
  maintenance(slot: SlotNumber): Maintenance | undefined {
    const row = this.#rows.get(slot);
    return row && inForce([row], this.#parts.clock.now()).get(slot);
  }

  /** Throws invalid where that is over already. */
  expectToCome(until: Millis | undefined): void {
    if (until !== undefined && until <= this.#parts.clock.now())
      throw new TenancyError('invalid', 'expected a time in the future for the end of the maintenance');
  }

  /** Begins it, or gives it another reason or end. */
  async begin(slots: readonly SlotNumber[], reason: string, until: Millis | undefined, by: Actor): Promise<void> {
    this.expectToCome(until);
    const now = this.#parts.clock.now();
    await this.#change(slots, 'slot.maintenance', by, (slot, before) => {
      const row = { slot, reason, who: by.who, since: before?.since ?? now, until };
      this.#parts.store.maintenance.put(row);
      this.#rows.set(slot, row);
      return row;
    });
  }

  /** Slots that are in none are left as they are. */
  async end(slots: readonly SlotNumber[], by: Actor): Promise<void> {
    const there = slots.filter((slot) => this.#rows.has(slot));
    await this.#change(there, 'slot.maintenance', by, (slot) => {
      this.#parts.store.maintenance.remove(slot);
      this.#rows.delete(slot);
      return undefined;
    });
  }

  async quarantine(slots: readonly SlotNumber[], cause: string, by: Actor): Promise<void> {
    const { state, clock } = this.#parts;
    const quarantine = { cause, at: clock.now(), by: by.who };
    // All at once: a rack of slots is one commit.
    await Promise.all(slots.map((slot) => this.#intend(slot, { quarantine }, by)));
    for (const slot of slots) state.event(slot, 'quarantined', `slot ${slot} is left alone, says ${by.who}: ${cause}`);
  }

  /** Recovery begins to count anew. Slots that are in none are left as they are. */
  async lift(slots: readonly SlotNumber[], by: Actor): Promise<void> {
    const { state } = this.#parts;
    const left = slots.filter((slot) => state.get(slot).quarantine !== undefined);
    await Promise.all(left.map((slot) => this.#intend(slot, { quarantine: undefined, attempts: 0 }, by)));
    for (const slot of left)
      state.event(slot, 'quarantine_lifted', `slot ${slot} is no longer left alone, says ${by.who}`);
  }

  /** Throws not_live: customers do nothing to a board that staff work on, or have put out of use. Staff may. */
  expectFor(by: Actor, slot: SlotNumber): void {
    const why = by.tenant === undefined ? undefined : this.#kept(slot);
    if (why !== undefined) throw new TenancyError('not_live', `the board is in the hands of staff: ${why}`);
  }

  #kept(slot: SlotNumber): string | undefined {
    const row = this.maintenance(slot);
    if (row !== undefined) return `it is in maintenance: ${row.reason}`;
    const { quarantine } = this.#parts.state.get(slot);
    return quarantine?.by === undefined ? undefined : `it is out of use: ${quarantine.cause}`;
  }

  async #intend(slot: SlotNumber, change: Parameters<RackState['intend']>[1], by: Actor): Promise<void> {
    const { state, store, clock } = this.#parts;
    const before = state.get(slot).quarantine ?? null;
    await Promise.all([
      state.intend(slot, change),
      store.commit.write(() =>
        store.audit.add(clock.now(), by, {
          action: 'slot.quarantine',
          target: `slot ${slot}`,
          before,
          after: change.quarantine ?? null,
        }),
      ),
    ]);
    this.#tell([slot]);
  }

  async #change(
    slots: readonly SlotNumber[],
    action: string,
    by: Actor,
    write: (slot: SlotNumber, before: Maintenance | undefined) => Maintenance | undefined,
  ): Promise<void> {
    const { store, clock } = this.#parts;
    await store.commit.write(() => {
      for (const slot of slots) {
        const before = this.maintenance(slot);
        const after = write(slot, before) ?? null;
        store.audit.add(clock.now(), by, { action, target: `slot ${slot}`, before: before ?? null, after });
      }
    });
    this.#waitForEnd();
    this.#tell(slots);
  }

  /** Whoever mirrors a slot has to hear of its end. */
  #waitForEnd(): void {
    this.#ending?.cancel();
    const { clock } = this.#parts;
    const next = Math.min(...[...this.#rows.values()].map(({ until }) => until ?? Number.POSITIVE_INFINITY));
    if (next === Number.POSITIVE_INFINITY) return;
    this.#ending = clock.after(millis(Math.max(1, next - clock.now())), () => {
      const now = clock.now();
      const over = [...this.#rows.values()].filter(({ until }) => until !== undefined && until <= now);
      for (const { slot } of over) this.#rows.delete(slot);
      this.#waitForEnd();
      this.#tell(over.map(({ slot }) => slot));
    });
  }

  #tell(slots: readonly SlotNumber[]): void {
    for (const slot of slots) for (const listener of this.#listeners) listener(slot);
  }
}
