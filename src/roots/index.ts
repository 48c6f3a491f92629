/** What a controller uses of this folder: every assigned slot has its root, exported to its board and to nobody else. */
import { randomBytes } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { Logger } from 'pino';
import { run as runProgram } from '../net/run.ts';
import type { Clock } from '../rack/clock.ts';
import type { NfsVersion, Plan, SlotPlan } from '../rack/plan.ts';
import type { Bytes, SlotNumber } from '../rack/units.ts';
import type { RootRow } from '../store/roots.ts';
import type { Store } from '../store/store.ts';
import type { Run } from './backends/backend.ts';
import { chooseBackend, type Probe, probeBackends } from './backends/probe.ts';
import { mapBounded } from './bounded.ts';
import { examineRoots, type Finding } from './doctor.ts';
import { NotPossible } from './errors.ts';
import { chooseServer, detectServers, EXPORTS_DIRECTORY, THREADS_FILE } from './exports/detect.ts';
import { GaneshaServer } from './exports/ganesha.ts';
import { connectionsFor } from './exports/ganesha-config.ts';
import { KernelServer } from './exports/kernel.ts';
import type { Applied, ExportServer } from './exports/server.ts';
import { ALL_VERSIONS, type ExportSpec, exportOf, rescueExportOf } from './exports/spec.ts';
import { ensureDirectory } from './files.ts';
import { readStoredImages } from './image-store/stored.ts';
import type { Image } from './images.ts';
import { type KnownImage, KnownImages, nfsVersionOf } from './known-images.ts';
import type { Wishes } from './personalise/wishes.ts';
import { type PlaceName, placeName, placeOf, rootIn, slotIn } from './place.ts';
import { openQuotas } from './quotas/detect.ts';
import { RootQuotas } from './quotas/root-quotas.ts';
import { assertRoom } from './room.ts';
import { type EnsuredRoot, RootStore } from './root-store.ts';
import { SlotRoots } from './slot-roots.ts';

/** Clones at a time: more only wait for the same disk. */
const CLONES = 4;

export interface RootsOptions {
  readonly plan: Plan;
  readonly store: Pick<Store, 'roots' | 'commit'>;
  /** The NFS server's configuration, log and recovery files live below it. */
  readonly stateDirectory: string;
  readonly log: Logger;
  readonly clock: Clock;
  readonly run?: Run;
  readonly images?: KnownImages;
  /** Directory of the imported images: boards can be given any of them, and stay with the version that they have. */
  readonly imagesDirectory: string;
  /** The controller's own public key, put into every root that is made; undefined: it has none. */
  readonly controllerKey?: string | undefined;
  /** What the customer of a slot has ordered; undefined: nobody has, and the rack file's size counts. */
  readonly orderedDisk?: (slot: SlotNumber) => Bytes | undefined;
}

/** One root was looked after. */
export interface RootProgress {
  readonly slot: SlotNumber;
  readonly done: number;
  readonly total: number;
  /** False when the root was there already. */
  readonly made: boolean;
  /** Milliseconds. */
  readonly took: number;
  /** Why this slot has no root; undefined when it has. */
  readonly failure: string | undefined;
}

export type ReadyRoot = EnsuredRoot & { readonly slot: SlotNumber };

export interface Prepared {
  readonly ready: readonly ReadyRoot[];
  /** Slots that have no root, and why. The others are served all the same. */
  readonly failed: ReadonlyMap<SlotNumber, Error>;
  readonly exports: Applied;
}

/** What a slot's board is to boot now. */
export interface SlotBoot {
  readonly known: KnownImage;
  /** Directory that it mounts. */
  readonly rootPath: string;
  /** By which version. */
  readonly nfs: NfsVersion;
}

export interface Roots {
  readonly images: KnownImages;
  /** Directory of the slot's current root: also before it is there. */
  rootPath(slot: SlotNumber): string;
  /** Undefined: the slot has no image, or the one of its root is gone. */
  bootOf(slot: SlotPlan): SlotBoot | undefined;
  /** By which version a root of `image` (`name@version`) is mounted in the slot. */
  nfsVersion(slot: SlotPlan, image: string): NfsVersion;
  /**
   * Makes or finds the root of every assigned slot, starts or adopts the NFS server, and exports exactly these roots.
   * Throws NotPossible when no root can be cloned or served here, and ExportsDiffer when the exports read back differently.
   */
  prepare(onProgress?: (progress: RootProgress) => void): Promise<Prepared>;
  /** Makes the exports of one slot follow its rows, and leaves those of other slots alone. */
  serve(slot: SlotPlan): Promise<void>;
  /** The exports that the rows of all slots say, but for those that `prepare` could not make. */
  exports(): readonly ExportSpec[];
  /** The slots' roots. Throws NotPossible before `prepare` has found out how roots can be made here. */
  readonly slots: SlotRoots;
  /** The NFS server, once `prepare` has chosen it. */
  readonly server: ExportServer | undefined;
  readonly store: RootStore | undefined;
  /** What keeps roots to their sizes; the reason why nothing does; undefined before `prepare`. */
  readonly quotas: RootQuotas | { readonly refusal: string } | undefined;
  doctor(): Promise<readonly Finding[]>;
  /** Stops looking after the NFS server, which keeps serving the boards: for the end of a controller. */
  stop(): Promise<void>;
}

export function openRoots(options: RootsOptions): Roots {
  return new OpenRoots(options);
}

class OpenRoots implements Roots {
  readonly #options: RootsOptions;
  readonly #run: Run;
  readonly #directory: string;
  readonly images: KnownImages;
  #server: ExportServer | undefined;
  #store: RootStore | undefined;
  #slots: SlotRoots | undefined;
  #quotas: Roots['quotas'];
  #failed: ReadonlySet<SlotNumber> = new Set();

  constructor(options: RootsOptions) {
    this.#options = options;
    this.#run = options.run ?? runProgram;
    this.images =
      options.images ?? new KnownImages(options.plan.images, () => readStoredImages(options.imagesDirectory));
    this.#directory = withoutLinks(options.plan.roots.directory);
  }

  get server(): ExportServer | undefined {
    return this.#server;
  }

  get store(): RootStore | undefined {
    return this.#store;
  }

  get quotas(): Roots['quotas'] {
    return this.#quotas;
  }

  get slots(): SlotRoots {
    if (this.#slots === undefined)
      throw new NotPossible('no root can be made here', ['the controller could not prepare any when it started']);
    return this.#slots;
  }

  rootPath(slot: SlotNumber): string {
    return this.#pathOf(this.#options.store.roots.of(slot, 'current')?.place ?? placeName(slot));
  }

  bootOf(slot: SlotPlan): SlotBoot | undefined {
    if (slot.image === undefined) return undefined;
    const { roots } = this.#options.store;
    const row = roots.of(slot.slot, 'rescue') ?? roots.of(slot.slot, 'current');
    if (row === undefined) {
      const known = this.images.named(slot.image);
      return known && this.#bootFrom(known, placeName(slot.slot));
    }
    const known = this.images.get(row.image, slot.image);
    return known && this.#bootFrom(known, row.place);
  }

  nfsVersion(slot: SlotPlan, image: string): NfsVersion {
    const { nfs } = this.#options.plan;
    const known = this.images.get(image, slot.image);
    return known === undefined ? nfs.version : nfsVersionOf(known, nfs);
  }

  exports(): readonly ExportSpec[] {
    return this.#options.plan.slots.flatMap((slot) => (this.#failed.has(slot.slot) ? [] : this.#exportsOf(slot)));
  }

  async prepare(onProgress: (progress: RootProgress) => void = () => {}): Promise<Prepared> {
    const { plan, log } = this.#options;
    const assigned = plan.slots.filter((slot) => slot.image !== undefined);
    await this.images.load();
    const serverName = chooseServer(plan.nfs, plan.kind, await detectServers(process.env.PATH ?? ''));
    const probes = await this.#probe();
    const backend = chooseBackend(plan.roots.backend, probes, this.#directory);
    log.info({ backend, server: serverName, directory: this.#directory }, 'roots are cloned and served so');
    await this.#open(backend);
    const ready: ReadyRoot[] = [];
    const failed = new Map<SlotNumber, Error>();
    let done = 0;
    await mapBounded(assigned, CLONES, async (slot) => {
      const result = await this.#ensure(slot).catch((error: Error) => error);
      if (result instanceof Error) {
        failed.set(slot.slot, result);
        log.error({ slot: slot.slot, err: result }, 'a slot has no root');
      } else ready.push({ ...result, slot: slot.slot });
      const { made, took } = result instanceof Error ? { made: false, took: 0 } : result;
      const failure = result instanceof Error ? result.message : undefined;
      onProgress({ slot: slot.slot, done: ++done, total: assigned.length, made, took, failure });
    });
    this.#failed = new Set(failed.keys());
    const staleHandles =
      ready.some((root) => root.record.backend === 'overlay') && probes.some((probe) => probe.durableHandles === false);
    const exports = this.exports();
    this.#server ??= this.#openServer(serverName, staleHandles);
    await this.#server.start(exports);
    return { ready, failed, exports: await this.#server.apply(exports) };
  }

  async serve(slot: SlotPlan): Promise<void> {
    if (this.#server === undefined)
      throw new NotPossible('roots are not served', ['the NFS server could not be started when the controller was']);
    await this.#server.change(slot.slot, this.#exportsOf(slot));
    this.#failed = new Set([...this.#failed].filter((each) => each !== slot.slot));
  }

  async doctor(): Promise<readonly Finding[]> {
    await this.images.load();
    return examineRoots(this.#directory, this.images.all()[0]?.image.root, this.#run);
  }

  async stop(): Promise<void> {
    this.#server?.release();
  }

  async #probe(): Promise<Probe[]> {
    const { plan } = this.#options;
    await ensureDirectory(this.#directory, 0o711);
    return probeBackends(this.#directory, this.images.all()[0]?.image.root, this.#run, plan.roots.backend);
  }

  async #open(backend: Probe['name']): Promise<void> {
    const { clock, log, store, controllerKey } = this.#options;
    const directory = this.#directory;
    this.#quotas ??= await this.#openQuotas(backend);
    const quotas = this.#quotas instanceof RootQuotas ? { quotas: this.#quotas } : {};
    const { reserve } = this.#options.plan.storage;
    const room = (image: Image) => assertRoom(directory, image, backend, reserve);
    const how = { directory, backend, run: this.#run, clock, log, randomBytes, controllerKey, ...quotas };
    this.#store ??= new RootStore({ ...how, assertRoom: room });
    const { images } = this;
    this.#slots ??= new SlotRoots({ table: store.roots, commit: store.commit, store: this.#store, images, clock });
  }

  /** Without a size in the rack file, and with no customers, nothing is switched on that nobody asked for. */
  async #openQuotas(backend: Probe['name']): Promise<NonNullable<Roots['quotas']>> {
    const { log, plan, orderedDisk } = this.#options;
    const directory = this.#directory;
    if (plan.roots.diskSize === undefined && plan.api === undefined)
      return { refusal: 'the rack file asks for none (roots: disk_size: none)' };
    const opened = await openQuotas({ directory, backend, run: this.#run, randomBytes });
    if ('refusal' in opened) log.warn(opened, 'nothing keeps a board from filling the disk of all');
    if ('refusal' in opened) return opened;
    log.info({ kind: opened.quotas.kind }, 'roots have quotas');
    const sizeOf = (place: PlaceName) => {
      const slot = slotIn(place);
      return (slot === undefined ? undefined : orderedDisk?.(slot)) ?? plan.roots.diskSize;
    };
    return new RootQuotas({ directory, quotas: opened.quotas, sizeOf, log });
  }

  /** The current root, and the one that it is to boot once, if there is one. */
  async #ensure(slot: SlotPlan): Promise<EnsuredRoot> {
    const ensured = await this.slots.ensureCurrent(slot, wishesOf(this.#options.plan, slot));
    const rescue = this.#options.store.roots.of(slot.slot, 'rescue');
    if (rescue !== undefined) await this.slots.attach(rescue);
    return ensured;
  }

  #exportsOf(slot: SlotPlan): ExportSpec[] {
    const { roots } = this.#options.store;
    const { otherVersions } = this.#options.plan.nfs;
    const path = (row: RootRow) => this.#pathOf(row.place);
    const versions = (row: RootRow) => (otherVersions === 'served' ? ALL_VERSIONS : [this.nfsVersion(slot, row.image)]);
    const current = roots.of(slot.slot, 'current');
    const rescue = roots.of(slot.slot, 'rescue');
    if (slot.image === undefined) return [];
    return [
      ...(current === undefined ? [] : [exportOf(slot.slot, path(current), slot.ipv4.board, versions(current))]),
      ...(rescue === undefined ? [] : [rescueExportOf(slot.slot, path(rescue), slot.ipv4.board, versions(rescue))]),
    ];
  }

  #bootFrom(known: KnownImage, place: string): SlotBoot {
    return { known, rootPath: this.#pathOf(place), nfs: nfsVersionOf(known, this.#options.plan.nfs) };
  }

  #pathOf(place: string): string {
    return rootIn(placeOf(this.#directory, place as PlaceName));
  }

  #openServer(name: ExportServer['name'], deviceIds: boolean): ExportServer {
    const { plan, stateDirectory, clock, log } = this.#options;
    const { images } = this;
    if (name === 'kernel')
      return new KernelServer({ exportsDirectory: EXPORTS_DIRECTORY, threadsFile: THREADS_FILE, run: this.#run, log });
    return new GaneshaServer({
      directory: join(resolve(stateDirectory), 'nfs'),
      // Asked at each start: images come and go.
      get graceless() {
        return images.all().every((known) => nfsVersionOf(known, plan.nfs) === '3');
      },
      deviceIds,
      connections: connectionsFor(plan.slots.length),
      clock,
      log,
    });
  }
}

/** What follows from the plan for any root of the slot. */
export function wishesOf(plan: Plan, slot: SlotPlan): Wishes {
  return {
    hostName: slot.hostName,
    zone: plan.zone,
    network: {
      slot: slot.slot,
      ipv4: { address: slot.ipv4.board, gateway: slot.ipv4.controller },
      ipv6: { address: slot.ipv6.board, gateway: slot.ipv6.controller },
      dns: plan.ipv6.dns,
    },
  };
}

/** Without links, as the table of mounts names it; what does not exist yet is taken as it is written. */
export function withoutLinks(path: string): string {
  const whole = resolve(path);
  try {
    return realpathSync(whole);
  } catch {
    return dirname(whole) === whole ? whole : join(withoutLinks(dirname(whole)), basename(whole));
  }
}
