/** The quotas of the roots by their places: set when one is made or attached, told, and mended as exports are. */
import type { Logger } from 'pino';
import { formatSize } from '../../rack/quantity.ts';
import { type Bytes, bytes } from '../../rack/units.ts';
import { messageOf } from '../errors.ts';
import { type CloneRecord, type PlaceName, placeOf, readCloneRecord } from '../place.ts';
import type { Counted, Quotas, Usage } from './quota.ts';

export interface RootQuotasParts {
  /** Of the roots. */
  readonly directory: string;
  readonly quotas: Quotas;
  /** What the root in a place may write beyond its image; undefined: as much as there is. */
  readonly sizeOf: (place: PlaceName) => Bytes | undefined;
  readonly log: Logger;
}

export interface QuotasMended {
  /** What was not as it should be, and is again: one line each. */
  readonly mended: readonly string[];
  /** What cannot be made so, with the reason. */
  readonly failed: readonly string[];
}

type Record = Pick<CloneRecord, 'imageBytes' | 'project'>;

export class RootQuotas {
  readonly #parts: RootQuotasParts;

  constructor(parts: RootQuotasParts) {
    this.#parts = parts;
  }

  /** Called for the empty directory in which a root is made. */
  begin(making: string): Promise<number | undefined> {
    return this.#parts.quotas.begin(making);
  }

  /** What the record of a fresh clone keeps for its quota. */
  async counted(making: string, project: number | undefined): Promise<Record> {
    const imageBytes = await this.#parts.quotas.counted({ place: making, imageBytes: undefined, project });
    return { imageBytes, ...(project === undefined ? {} : { project }) };
  }

  /** Gives the root that is made for `place`, in the directory `at`, its limit. */
  async limit(place: PlaceName, at: string, record: Record): Promise<void> {
    // While the kernel still counts, a limit would go by numbers that are wrong: `mend` sets it when they are right.
    if ((await this.#parts.quotas.unsettled()) === undefined)
      await this.#parts.quotas.limit(countedOf(at, record), this.#sizeOf(place));
  }

  /** A root is to serve again. One that cannot have its limit boots all the same: `mend` tries again, and says so. */
  async attached(place: PlaceName, record: Record): Promise<void> {
    if (!this.#canHave(record)) return;
    await this.limit(place, placeOf(this.#parts.directory, place), record).catch((error: unknown) =>
      this.#parts.log.warn({ err: error, place }, 'a root has not got its quota'),
    );
  }

  forget(place: PlaceName, record: Record): Promise<void> {
    return this.#parts.quotas.forget(countedOf(placeOf(this.#parts.directory, place), record));
  }

  /** What roots have written beyond their images, and may. Places that are no roots, or have no quota, are left out. */
  async usage(places: readonly PlaceName[]): Promise<ReadonlyMap<PlaceName, Usage>> {
    const roots = await this.#records(places);
    const found = await this.#parts.quotas.usage([...roots].map(([place, record]) => this.#counted(place, record)));
    return new Map(
      [...roots.keys()].flatMap((place) => {
        const usage = found.get(placeOf(this.#parts.directory, place));
        return usage === undefined ? [] : [[place, usage] as const];
      }),
    );
  }

  /** Makes limits as they should be, and lets go of what removed roots left: whatever a crash, or a person, did to them. */
  async mend(places: readonly PlaceName[]): Promise<QuotasMended> {
    const { quotas } = this.#parts;
    await quotas.sweep();
    const unsettled = await quotas.unsettled();
    if (unsettled !== undefined) return { mended: [], failed: [unsettled] };
    const mended: string[] = [];
    const failed: string[] = [];
    const now = await this.usage(places);
    for (const [place, record] of await this.#records(places)) {
      const size = this.#sizeOf(place);
      const limit = now.get(place)?.limit;
      if (limit === size) continue;
      if (!this.#canHave(record)) {
        failed.push(`${place} is from before there were quotas, and can fill the disk until it is reimaged`);
        continue;
      }
      try {
        await quotas.limit(this.#counted(place, record), size);
        mended.push(`${place} had ${said(limit)} instead of ${said(size)}`);
      } catch (error) {
        failed.push(messageOf(error));
      }
    }
    return { mended, failed };
  }

  /** A project is given to an empty place only: files that are there already would not count. */
  #canHave(record: Record): boolean {
    return this.#parts.quotas.kind !== 'project' || record.project !== undefined;
  }

  /** As it reads back. */
  #sizeOf(place: PlaceName): Bytes | undefined {
    const { quotas, sizeOf } = this.#parts;
    const size = sizeOf(place);
    return size && bytes(Math.ceil(size / quotas.grain) * quotas.grain);
  }

  #counted(place: PlaceName, record: Record): Counted {
    return countedOf(placeOf(this.#parts.directory, place), record);
  }

  async #records(places: readonly PlaceName[]): Promise<Map<PlaceName, Record>> {
    const records = new Map<PlaceName, Record>();
    for (const place of places) {
      const record = await readCloneRecord(placeOf(this.#parts.directory, place));
      if (record !== undefined && !('damaged' in record)) records.set(place, record);
    }
    return records;
  }
}

const countedOf = (place: string, { imageBytes, project }: Record): Counted => ({
  place,
  imageBytes: imageBytes === undefined ? undefined : bytes(imageBytes),
  project,
});

const said = (size: Bytes | undefined): string => (size === undefined ? 'no limit' : formatSize(size));
