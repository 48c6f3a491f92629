/**
 * Which root of a slot is which, as durable rows and as files: what is exported and shown follows the rows, and they change
 * in one commit. A root that is not current is never served, whatever was left undone.
 */
import type { Clock } from '../rack/clock.ts';
import type { SlotPlan } from '../rack/plan.ts';
import { type Millis, millis, type SlotNumber } from '../rack/units.ts';
import type { GroupCommit } from '../store/group-commit.ts';
import type { RootRow, RootTable } from '../store/roots.ts';
import { NotPossible } from './errors.ts';
import type { KnownImage, KnownImages } from './known-images.ts';
import type { Wishes } from './personalise/wishes.ts';
import { numberedPlace, type PlaceName, placeName } from './place.ts';
import type { EnsuredRoot, RootStore } from './root-store.ts';

export interface SlotRootsParts {
  readonly table: RootTable;
  readonly commit: Pick<GroupCommit, 'write'>;
  readonly store: RootStore;
  readonly images: KnownImages;
  readonly clock: Clock;
}

const placeIn = (row: RootRow): PlaceName => row.place as PlaceName;

export class SlotRoots {
  readonly #parts: SlotRootsParts;

  constructor(parts: SlotRootsParts) {
    this.#parts = parts;
  }

  /** Finds or makes the root that the slot begins with: one from before there were rows is taken as it is. */
  async ensureCurrent(slot: SlotPlan, wishes: Wishes): Promise<EnsuredRoot> {
    const { table, store, commit, clock, images } = this.#parts;
    const current = table.of(slot.slot, 'current');
    if (current !== undefined) return store.ensureRoot(placeIn(current), wishes, this.#imageOf(current).image);
    const place = placeName(slot.slot);
    const found = await store.record(place);
    const known =
      found !== undefined && !('damaged' in found) ? this.#image(found.image, place) : planned(images, slot);
    const ensured = await store.ensureRoot(place, wishes, known.image);
    await commit.write(() => {
      const id = table.add(slot.slot, known.image.id, 'current', () => place, clock.now());
      table.setHostKey(id, ensured.record.hostKey);
    });
    return ensured;
  }

  /** Makes a new root beside the slot's others; one that an earlier try has begun, from the same image, is finished. */
  async make(slot: SlotNumber, known: KnownImage, wishes: Wishes): Promise<RootRow> {
    const { table, store, commit, clock } = this.#parts;
    const begun = table.of(slot, 'making');
    let id = begun?.image === known.image.id ? begun.id : undefined;
    if (id === undefined) {
      await commit.write(() => {
        if (begun !== undefined) table.setRoles([{ id: begun.id, role: 'doomed' }]);
        id = table.add(slot, known.image.id, 'making', (number) => numberedPlace(slot, number), clock.now());
      });
    }
    const row = table.get(id as unknown as number) as RootRow;
    const { record } = await store.ensureRoot(placeIn(row), wishes, known.image);
    await commit.write(() => table.setHostKey(row.id, record.hostKey));
    return table.get(row.id) as RootRow;
  }

  /** Makes sure that a root which is not served now can be. Throws NotPossible when its image is gone. */
  async attach(row: RootRow): Promise<void> {
    await this.#parts.store.ensureRoot(placeIn(row), { hostName: '' }, this.#imageOf(row).image);
  }

  /** In one commit: `to` is current, what was is kept for `keep`, and no other is booted first. Done already: nothing changes. */
  async swap(slot: SlotNumber, to: number, keep: Millis): Promise<void> {
    const { table, commit, clock } = this.#parts;
    await commit.write(() => {
      const current = table.of(slot, 'current');
      if (current?.id === to) return;
      const keepUntil = millis(clock.now() + keep);
      const rescue = table.of(slot, 'rescue');
      if (rescue !== undefined) table.setRoles([{ id: rescue.id, role: 'doomed' }]);
      const kept = current === undefined ? [] : [{ id: current.id, role: 'kept', keepUntil } as const];
      table.setRoles([...kept, { id: to, role: 'current' }]);
    });
  }

  /** Takes a swap back: `to` is current again, and `from` what it was before, or to be removed. */
  async swapBack(slot: SlotNumber, to: number, from: RootRow, was: 'kept' | 'doomed'): Promise<void> {
    const { table, commit } = this.#parts;
    await commit.write(() => {
      if (table.of(slot, 'current')?.id === to) return;
      table.setRoles([
        { id: from.id, role: was, ...(was === 'kept' ? { keepUntil: from.keepUntil } : {}) },
        { id: to, role: 'current' },
      ]);
    });
  }

  async setRole(id: number, role: 'rescue' | 'doomed'): Promise<void> {
    const { table, commit } = this.#parts;
    await commit.write(() => table.setRoles([{ id, role }]));
  }

  /** Removes roots that are to go, and kept ones whose time is over: not of slots that have a job, which may need them. */
  async sweep(
    busy: (slot: SlotNumber) => boolean,
  ): Promise<{ readonly removed: RootRow[]; readonly failed: Map<RootRow, Error> }> {
    const { table, store, commit, clock } = this.#parts;
    let due: RootRow[] = [];
    // Decided in the commit: a job that is recorded before it keeps its root, one after it finds none.
    await commit.write(() => {
      due = table.all().filter((row) => this.#isDue(row, clock.now(), busy));
      table.setRoles(due.map(({ id }) => ({ id, role: 'doomed' })));
    });
    const removed: RootRow[] = [];
    const failed = new Map<RootRow, Error>();
    for (const row of due) {
      try {
        await store.removeRoot(placeIn(row));
        await commit.write(() => table.remove(row.id));
        removed.push(row);
      } catch (error) {
        failed.set(row, error as Error);
      }
    }
    return { removed, failed };
  }

  /** A root in the making whose job is gone is nobody's. */
  #isDue(row: RootRow, now: Millis, busy: (slot: SlotNumber) => boolean): boolean {
    if (row.role === 'doomed') return true;
    if (busy(row.slot)) return false;
    if (row.role === 'making') return true;
    return row.role === 'kept' && (row.keepUntil === undefined || row.keepUntil <= now);
  }

  #imageOf(row: RootRow): KnownImage {
    return this.#image(row.image, row.place);
  }

  #image(id: string, place: string): KnownImage {
    const known = this.#parts.images.get(id);
    if (known !== undefined) return known;
    throw new NotPossible(`the root ${place} cannot be served`, [
      `its image ${id} is needed, and is no longer where the rack file or the image store has it`,
    ]);
  }
}

function planned(images: KnownImages, slot: SlotPlan): KnownImage {
  if (slot.image === undefined) throw new Error(`slot ${slot.slot} has no image in the rack file`);
  return images.ofRackFile(slot.image);
}
