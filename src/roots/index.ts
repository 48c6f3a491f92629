/** What a controller uses of this folder: every assigned slot has its root, exported to its board and to nobody else. */
import { randomBytes } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { Logger } from 'pino';
import { run as runProgram } from '../net/run.ts';
import type { Clock } from '../rack/clock.ts';
import type { Plan, SlotPlan } from '../rack/plan.ts';
import type { SlotNumber } from '../rack/units.ts';
import type { Run } from './backends/backend.ts';
import { chooseBackend, type Probe, probeBackends } from './backends/probe.ts';
import { mapBounded } from './bounded.ts';
import { examineRoots, type Finding } from './doctor.ts';
import { chooseServer, detectServers, EXPORTS_DIRECTORY, THREADS_FILE } from './exports/detect.ts';
import { GaneshaServer } from './exports/ganesha.ts';
import { KernelServer } from './exports/kernel.ts';
import type { Applied, ExportServer } from './exports/server.ts';
import { type ExportSpec, exportOf } from './exports/spec.ts';
import { ensureDirectory } from './files.ts';
import { type Image, readImage } from './images.ts';
import { placeOf, rootIn } from './place.ts';
import { type EnsuredRoot, RootStore } from './root-store.ts';

/** Clones at a time: more only wait for the same disk. */
const CLONES = 4;

export interface RootsOptions {
  readonly plan: Plan;
  /** The NFS server's configuration, log and recovery files live below it. */
  readonly stateDirectory: string;
  readonly log: Logger;
  readonly clock: Clock;
  readonly run?: Run;
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

export interface Prepared {
  readonly ready: readonly EnsuredRoot[];
  /** Slots that have no root, and why. The others are served all the same. */
  readonly failed: ReadonlyMap<SlotNumber, Error>;
  readonly exports: Applied;
}

export interface Roots {
  /** Directory that the slot's board mounts: also before it is there. */
  rootPath(slot: SlotNumber): string;
  /**
   * Makes or finds the root of every assigned slot, starts or adopts the NFS server, and exports exactly these roots.
   * Throws NotPossible when no root can be cloned or served here, and ExportsDiffer when the exports read back differently.
   */
  prepare(onProgress?: (progress: RootProgress) => void): Promise<Prepared>;
  /** What is exported since the last `prepare`. */
  exports(): readonly ExportSpec[];
  /** The NFS server, once `prepare` has chosen it. */
  readonly server: ExportServer | undefined;
  readonly store: RootStore | undefined;
  doctor(): Promise<readonly Finding[]>;
  /** Stops looking after the NFS server, which keeps serving the boards: for the end of a controller. */
  stop(): Promise<void>;
}

export function openRoots(options: RootsOptions): Roots {
  return new OpenRoots(options);
}

type Images = ReadonlyMap<string, Image | Error>;

const usable = (images: Images): Image[] =>
  [...images.values()].flatMap((image) => (image instanceof Error ? [] : image));

class OpenRoots implements Roots {
  readonly #options: Required<RootsOptions>;
  readonly #directory: string;
  #server: ExportServer | undefined;
  #store: RootStore | undefined;
  #exports: readonly ExportSpec[] = [];

  constructor(options: RootsOptions) {
    this.#options = { run: runProgram, ...options };
    this.#directory = withoutLinks(options.plan.roots.directory);
  }

  get server(): ExportServer | undefined {
    return this.#server;
  }

  get store(): RootStore | undefined {
    return this.#store;
  }

  rootPath(slot: SlotNumber): string {
    return rootIn(placeOf(this.#directory, slot));
  }

  exports(): readonly ExportSpec[] {
    return this.#exports;
  }

  async prepare(onProgress: (progress: RootProgress) => void = () => {}): Promise<Prepared> {
    const { plan, log } = this.#options;
    const assigned = plan.slots.filter((slot) => slot.image !== undefined);
    const images = await this.#readImages(assigned);
    const serverName = chooseServer(plan.nfs.server, plan.kind, await detectServers(process.env.PATH ?? ''));
    const probes = await this.#probe(images);
    const backend = chooseBackend(plan.roots.backend, probes, this.#directory);
    log.info({ backend, server: serverName, directory: this.#directory }, 'roots are cloned and served so');
    this.#store ??= this.#openStore(backend);
    const ready: EnsuredRoot[] = [];
    const failed = new Map<SlotNumber, Error>();
    let done = 0;
    await mapBounded(assigned, CLONES, async (slot) => {
      const result = await this.#ensure(slot, images).catch((error: Error) => error);
      if (result instanceof Error) {
        failed.set(slot.slot, result);
        log.error({ slot: slot.slot, err: result }, 'a slot has no root');
      } else ready.push(result);
      const { made, took } = result instanceof Error ? { made: false, took: 0 } : result;
      const failure = result instanceof Error ? result.message : undefined;
      onProgress({ slot: slot.slot, done: ++done, total: assigned.length, made, took, failure });
    });
    const staleHandles =
      ready.some((root) => root.backend === 'overlay') && probes.some((probe) => probe.durableHandles === false);
    const exports = await this.#serve(serverName, assigned, failed, staleHandles);
    return { ready, failed, exports };
  }

  async doctor(): Promise<readonly Finding[]> {
    const [image] = usable(await this.#readImages(this.#options.plan.slots));
    return examineRoots(this.#directory, image?.root, this.#options.run);
  }

  async stop(): Promise<void> {
    this.#server?.release();
  }

  /** By name; an image that cannot be used stands there as the reason why. */
  async #readImages(slots: readonly SlotPlan[]): Promise<Images> {
    const wanted = new Set(slots.flatMap((slot) => slot.image ?? []));
    const read = this.#options.plan.images
      .filter(({ name }) => wanted.has(name))
      .map(async ({ name, directory }) => [name, await readImage(directory).catch((error: Error) => error)] as const);
    return new Map(await Promise.all(read));
  }

  async #probe(images: Images): Promise<Probe[]> {
    const { plan, run } = this.#options;
    await ensureDirectory(this.#directory, 0o711);
    const [image] = usable(images);
    return probeBackends(this.#directory, image?.root, run, plan.roots.backend);
  }

  #openStore(backend: Probe['name']): RootStore {
    const { run, clock, log } = this.#options;
    return new RootStore({ directory: this.#directory, backend, run, clock, log, randomBytes });
  }

  async #ensure(slot: SlotPlan, images: Images): Promise<EnsuredRoot> {
    const image = images.get(slot.image ?? '');
    if (image === undefined)
      throw new Error(`slot ${slot.slot} is to boot image ${slot.image}, and the rack has no image of that name`);
    if (image instanceof Error) throw image;
    return (this.#store as RootStore).ensureRoot(slot.slot, slot.hostName, image);
  }

  async #serve(
    name: ExportServer['name'],
    assigned: readonly SlotPlan[],
    failed: ReadonlyMap<SlotNumber, Error>,
    deviceIds: boolean,
  ): Promise<Applied> {
    const served = assigned.filter((slot) => !failed.has(slot.slot));
    const exports = served.map((slot) => exportOf(slot.slot, this.rootPath(slot.slot), slot.ipv4.board));
    this.#server ??= this.#openServer(name, deviceIds);
    await this.#server.start(exports);
    this.#exports = exports;
    return this.#server.apply(exports);
  }

  #openServer(name: ExportServer['name'], deviceIds: boolean): ExportServer {
    const { plan, stateDirectory, run, clock, log } = this.#options;
    if (name === 'kernel')
      return new KernelServer({ exportsDirectory: EXPORTS_DIRECTORY, threadsFile: THREADS_FILE, run, log });
    return new GaneshaServer({
      directory: join(resolve(stateDirectory), 'nfs'),
      graceless: plan.nfs.version === '3',
      deviceIds,
      clock,
      log,
    });
  }
}

/** Without links, as the table of mounts names it; what does not exist yet is taken as it is written. */
function withoutLinks(path: string): string {
  const whole = resolve(path);
  try {
    return realpathSync(whole);
  } catch {
    return dirname(whole) === whole ? whole : join(withoutLinks(dirname(whole)), basename(whole));
  }
}
