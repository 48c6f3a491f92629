/** The writable roots of the slots: made once from an image, found again after any crash or restart, removed when told to. */
import { mkdir, readdir, rename } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Logger } from 'pino';
import type { Clock } from '../rack/clock.ts';
import { type Millis, millis } from '../rack/units.ts';
import { BACKEND_NAMES, type BackendName, type CloneBackend, type Run } from './backends/backend.ts';
import { makeBackend } from './backends/probe.ts';
import { assertPlainPath, discardPlace, unmountRoot } from './backends/tree.ts';
import { RootDamaged, RootHasOtherImage } from './errors.ts';
import { ensureDirectory, syncDirectory } from './files.ts';
import type { Image } from './images.ts';
import { readMounts } from './mounts.ts';
import { makeHostKey } from './personalise/host-keys.ts';
import { personalise } from './personalise/index.ts';
import type { Wishes } from './personalise/wishes.ts';
import {
  type CloneRecord,
  makingPlace,
  type PlaceName,
  placeOf,
  readCloneRecord,
  removingPlace,
  rootIn,
  writeCloneRecord,
} from './place.ts';
import type { RootQuotas } from './quotas/root-quotas.ts';

export interface RootStoreOptions {
  readonly directory: string;
  /** How new roots are made. Roots that are there keep the back-end that made them. */
  readonly backend: BackendName;
  readonly run: Run;
  readonly clock: Clock;
  readonly log: Logger;
  /** 16 random bytes, for a machine id. */
  readonly randomBytes: (count: number) => Uint8Array;
  /** The controller's own public key, for what it may do on a board; undefined: it has none. */
  readonly controllerKey?: string | undefined;
  /** Left out: roots have no limits. */
  readonly quotas?: RootQuotas;
  /** Throws when there is no room for another clone of the image. */
  readonly assertRoom?: (image: Image) => void;
}

export interface EnsuredRoot {
  readonly place: PlaceName;
  /** Directory to export. */
  readonly path: string;
  readonly record: CloneRecord;
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

  rootPath(place: PlaceName): string {
    return rootIn(placeOf(this.#options.directory, place));
  }

  /** What the root in a place was cloned from; undefined when there is no place, a reason when it is no finished root. */
  record(place: PlaceName): Promise<CloneRecord | { readonly damaged: string } | undefined> {
    return readCloneRecord(placeOf(this.#options.directory, place));
  }

  /**
   * Sees to it that the place has a root cloned from `image`, attached and ready to export; `wishes` matter where it has
   * to be made. Idempotent; one call a place at a time. Throws RootHasOtherImage or RootDamaged rather than take away what
   * a tenant may have written.
   */
  async ensureRoot(place: PlaceName, wishes: Wishes, image: Image): Promise<EnsuredRoot> {
    const began = this.#options.clock.monotonic();
    const { directory } = this.#options;
    await ensureDirectory(directory, 0o711);
    await this.#removeRubbish(place);
    const path = placeOf(directory, place);
    const found = await readCloneRecord(path);
    if (found !== undefined && 'damaged' in found) throw new RootDamaged(path, found.damaged);
    const record = found ?? (await this.#make(place, wishes, image));
    if (found !== undefined) {
      if (found.image !== image.id) throw new RootHasOtherImage(path, found.image, image.id);
      await this.#backend(found.backend).attach(image, path, await readMounts());
      await this.#options.quotas?.attached(place, found);
    }
    const took = millis(this.#options.clock.monotonic() - began);
    return { place, path: rootIn(path), record, made: found === undefined, took };
  }

  /** Takes a root away, with all that was written to it. Its export must be gone before. Nothing there is fine. */
  async removeRoot(place: PlaceName): Promise<void> {
    const { directory } = this.#options;
    const path = placeOf(directory, place);
    const record = await readCloneRecord(path);
    if (record !== undefined && 'damaged' in record) throw new RootDamaged(path, record.damaged);
    if (record !== undefined) {
      // Fails while it is exported, and then nothing has changed.
      await unmountRoot(path);
      // From here on it is rubbish, whenever this stops.
      await rename(path, removingPlace(directory, place));
    }
    await this.#removeRubbish(place);
    if (record !== undefined) await this.#options.quotas?.forget(place, record);
  }

  async #make(place: PlaceName, wishes: Wishes, image: Image): Promise<CloneRecord> {
    const { directory, clock, randomBytes, quotas, assertRoom, controllerKey } = this.#options;
    assertRoom?.(image);
    const backend = this.#backend(this.#options.backend);
    const making = makingPlace(directory, place);
    // A tenant's setuid programs are in there: no other user of this machine may reach them.
    await mkdir(making, { mode: 0o700 });
    const project = await quotas?.begin(making);
    await backend.clone(image, making);
    const counted = await quotas?.counted(making, project);
    const machineId = Buffer.from(randomBytes(16)).toString('hex');
    const hostKey = makeHostKey();
    await personalise(rootIn(making), { ...wishes, machineId, hostKey, controllerKey });
    const { type, fingerprint, publicKey } = hostKey;
    const record: CloneRecord = {
      image: image.id,
      backend: backend.name,
      created: new Date(clock.now()).toISOString(),
      machineId,
      hostKey: { type, fingerprint, publicKey },
      ...counted,
    };
    // Before the place has its name: what is exported has its limit.
    await quotas?.limit(place, making, record);
    await writeCloneRecord(making, record);
    // A mount inside moves along with its directory.
    await rename(making, placeOf(directory, place));
    await syncDirectory(directory);
    return record;
  }

  /** Takes away what a crash left of making or removing this root. */
  async #removeRubbish(place: PlaceName): Promise<void> {
    const { directory, log, run } = this.#options;
    const names = await readdir(directory).catch(() => [] as string[]);
    for (const path of [makingPlace(directory, place), removingPlace(directory, place)]) {
      if (!names.includes(basename(path))) continue;
      if (path === makingPlace(directory, place))
        log.warn({ path }, 'a root was only half made when its maker stopped: it is made again');
      await discardPlace(run, path);
    }
  }

  #backend(name: BackendName): CloneBackend {
    return this.#backends.get(name) as CloneBackend;
  }
}
