/** The writable roots of the slots: made once from an image, found again after any crash or restart, removed when told to. */
import { mkdir, readdir, rename } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Logger } from 'pino';
import type { Clock } from '../rack/clock.ts';
import type { Millis, SlotNumber } from '../rack/units.ts';
import { millis } from '../rack/units.ts';
import { BACKEND_NAMES, type BackendName, type CloneBackend, type Run } from './backends/backend.ts';
import { makeBackend } from './backends/probe.ts';
import { assertPlainPath, discardPlace, unmountRoot } from './backends/tree.ts';
import { RootDamaged, RootHasOtherImage } from './errors.ts';
import { ensureDirectory, syncDirectory } from './files.ts';
import type { Image } from './images.ts';
import { readMounts } from './mounts.ts';
import { personalise } from './personalise.ts';
import { makingPlace, placeOf, readCloneRecord, removingPlace, rootIn, writeCloneRecord } from './place.ts';

export interface RootStoreOptions {
  readonly directory: string;
  /** How new roots are made. Roots that are there keep the back-end that made them. */
  readonly backend: BackendName;
  readonly run: Run;
  readonly clock: Clock;
  readonly log: Logger;
  /** 16 random bytes, for a machine id. */
  readonly randomBytes: (count: number) => Uint8Array;
}

export interface EnsuredRoot {
  readonly slot: SlotNumber;
  /** Directory to export. */
  readonly path: string;
  readonly backend: BackendName;
  /** False when it was there already. */
  readonly made: boolean;
  readonly took: Millis;
}

export class RootStore {
  readonly #options: RootStoreOptions;
  readonly #backends: ReadonlyMap<BackendName, CloneBackend>;

  constructor(options: RootStoreOptions) {
    assertPlainPath(options.directory);
    this.#options = options;
    this.#backends = new Map(BACKEND_NAMES.map((name) => [name, makeBackend(name, options.directory, options.run)]));
  }

  rootPath(slot: SlotNumber): string {
    return rootIn(placeOf(this.#options.directory, slot));
  }

  /**
   * Sees to it that the slot has a root cloned from `image`, attached and ready to export. Idempotent; one call a slot at a
   * time. Throws RootHasOtherImage or RootDamaged rather than take away what a tenant may have written.
   */
  async ensureRoot(slot: SlotNumber, hostName: string, image: Image): Promise<EnsuredRoot> {
    const began = this.#options.clock.monotonic();
    const { directory } = this.#options;
    await ensureDirectory(directory, 0o711);
    await this.#removeRubbish(slot);
    const place = placeOf(directory, slot);
    const record = await readCloneRecord(place);
    let made = false;
    let backend = this.#backend(this.#options.backend);
    if (record === undefined) {
      await this.#make(slot, hostName, image, backend);
      made = true;
    } else {
      if ('damaged' in record) throw new RootDamaged(slot, place, record.damaged);
      if (record.image !== image.id) throw new RootHasOtherImage(slot, record.image, image.id);
      backend = this.#backend(record.backend);
      await backend.attach(image, place, await readMounts());
    }
    const took = millis(this.#options.clock.monotonic() - began);
    return { slot, path: rootIn(place), backend: backend.name, made, took };
  }

  /** Takes a slot's root away, with all that was written to it. Its export must be gone before. Nothing there is fine. */
  async removeRoot(slot: SlotNumber): Promise<void> {
    const { directory } = this.#options;
    const record = await readCloneRecord(placeOf(directory, slot));
    if (record !== undefined && 'damaged' in record)
      throw new RootDamaged(slot, placeOf(directory, slot), record.damaged);
    if (record !== undefined) {
      // Fails while it is exported, and then nothing has changed.
      await unmountRoot(this.#options.run, placeOf(directory, slot));
      // From here on it is rubbish, whenever this stops.
      await rename(placeOf(directory, slot), removingPlace(directory, slot));
    }
    await this.#removeRubbish(slot);
  }

  async #make(slot: SlotNumber, hostName: string, image: Image, backend: CloneBackend): Promise<void> {
    const { directory, clock, randomBytes } = this.#options;
    const making = makingPlace(directory, slot);
    // A tenant's setuid programs are in there: no other user of this machine may reach them.
    await mkdir(making, { mode: 0o700 });
    await backend.clone(image, making);
    await personalise(rootIn(making), { hostName, machineId: Buffer.from(randomBytes(16)).toString('hex') });
    const created = new Date(clock.now()).toISOString();
    await writeCloneRecord(making, { image: image.id, backend: backend.name, created });
    // A mount inside moves along with its directory.
    await rename(making, placeOf(directory, slot));
    await syncDirectory(directory);
  }

  /** Takes away what a crash left of making or removing this slot's root. */
  async #removeRubbish(slot: SlotNumber): Promise<void> {
    const { directory, log, run } = this.#options;
    const names = await readdir(directory).catch(() => [] as string[]);
    for (const path of [makingPlace(directory, slot), removingPlace(directory, slot)]) {
      if (!names.includes(basename(path))) continue;
      if (path === makingPlace(directory, slot))
        log.warn({ slot, path }, 'a root was only half made when its maker stopped: it is made again');
      await discardPlace(run, path);
    }
  }

  #backend(name: BackendName): CloneBackend {
    return this.#backends.get(name) as CloneBackend;
  }
}
