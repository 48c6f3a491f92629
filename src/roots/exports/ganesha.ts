/** nfs-ganesha as the NFS server: exports are added and removed one at a time while it serves, and it is kept running. */
import { readFile, unlink, writeFile } from 'node:fs/promises';
import type { Timer } from '../../rack/clock.ts';
import { type Millis, millis, type SlotNumber, seconds } from '../../rack/units.ts';
import { mapBounded, Turns } from '../bounded.ts';
import { ExportsDiffer, hasCode, messageOf, NotPossible } from '../errors.ts';
import type { ExportDetail } from './ganesha-bus.ts';
import * as config from './ganesha-config.ts';
import { GaneshaProcess, type ProcessOptions } from './ganesha-process.ts';
import { missingPrivileges, readPrivilegeFacts } from './privileges.ts';
import { type Applied, type ExportServer, type ServerStatus, withIdentities } from './server.ts';
import {
  assertDistinct,
  type ExportSeen,
  type ExportSpec,
  type ExportWanted,
  exportDifferences,
  exportIdsOf,
  planExports,
} from './spec.ts';

const LOOK_EVERY = millis(500);
/** Everything besides the life of the server itself: log size, rpcbind. */
const LOOK_AROUND_EVERY = 20;
/** A server that ran this long before it died starts with a clean slate. */
const STAYED_UP = seconds(60);
const LONGEST_PAUSE = seconds(30);
/** Calls at once: the server takes them one by one. */
const CALLS = 4;

/** How long to wait before the server is started again that has died `before` times in quick succession. */
export function restartDelay(before: number): Millis {
  return before === 0 ? millis(0) : millis(Math.min(LONGEST_PAUSE, 250 * 2 ** before));
}

export class GaneshaServer implements ExportServer {
  readonly name = 'ganesha';
  readonly #options: ProcessOptions;
  readonly #process: GaneshaProcess;
  readonly #turns = new Turns();
  /** What the server said of each export since it started; it does not change without us. */
  readonly #details = new Map<number, ExportDetail>();
  /** Which directory is exported under each number (`rootIdentity`), as the export's file says. */
  readonly #identities = new Map<number, string | undefined>();
  #wanted: readonly ExportWanted[] = [];
  #timer: Timer | undefined;
  #watching = false;
  /** It has answered since it was started or adopted. */
  #serving = false;
  #looks = 0;
  #restarts = 0;
  /** Deaths and failed starts in quick succession. */
  #failures = 0;
  #startedAt: Millis = millis(0);
  #trouble: string | undefined;

  constructor(options: ProcessOptions) {
    this.#options = options;
    this.#process = new GaneshaProcess(options);
  }

  start(exports: readonly ExportSpec[]): Promise<void> {
    return this.#turns.take(async () => {
      const missing = missingPrivileges(readPrivilegeFacts());
      if (missing.length > 0) throw new NotPossible('nfs-ganesha cannot serve here', missing);
      assertDistinct(exports);
      this.#wanted = await withIdentities(exports);
      if (await this.#process.adopt()) this.#serving = true;
      else await this.#launch();
      this.#startedAt = this.#options.clock.monotonic();
      this.#watching = true;
      this.#lookAfter(LOOK_EVERY);
    });
  }

  apply(exports: readonly ExportSpec[]): Promise<Applied> {
    return this.#turns.take(async () => {
      assertDistinct(exports);
      const wanted = await withIdentities(exports);
      return this.#make(wanted, wanted, () => true);
    });
  }

  change(slot: SlotNumber, exports: readonly ExportSpec[]): Promise<Applied> {
    return this.#turns.take(async () => {
      const wanted = await withIdentities(exports);
      const all = [...this.#wanted.filter((each) => each.slot !== slot), ...wanted];
      assertDistinct(all);
      const ids = exportIdsOf(slot);
      return this.#make(all, wanted, (id) => ids.has(id));
    });
  }

  mend(): Promise<readonly string[]> {
    return this.#turns.take(async () => {
      // Who looks after the process starts it again, with its exports.
      if (!this.#process.isRunning()) return [];
      this.#details.clear();
      const differences = exportDifferences(this.#wanted, await this.#seen());
      if (differences.length > 0) await this.#make(this.#wanted, this.#wanted, () => true);
      return differences;
    });
  }

  /** Has `all` served from now on, and makes `wanted` of it so among the numbers that `concerns` says. */
  async #make(
    all: readonly ExportWanted[],
    wanted: readonly ExportWanted[],
    concerns: (id: number) => boolean,
  ): Promise<Applied> {
    this.#wanted = all;
    if (!this.#process.isRunning()) await this.#restart('was not running when exports were changed');
    const { add, remove, replace, update, unchanged } = planExports(wanted, await this.#seen(concerns));
    const failures: unknown[] = [];
    const each = <T extends { readonly id: number }>(items: readonly T[], act: (item: T) => Promise<void>) =>
      mapBounded(items, CALLS, async (item) => {
        this.#details.delete(item.id);
        await act(item).catch((error: unknown) => failures.push(error));
      });
    // What goes away goes first: a path or address may have moved from one slot to another.
    await each([...remove, ...replace], (item) => this.#remove(item.id));
    await each(update, (item) => this.#update(item));
    await each([...add, ...replace], (item) => this.#add(item));
    const differences = exportDifferences(wanted, await this.#seen(concerns));
    if (differences.length > 0 || failures.length > 0) {
      throw new ExportsDiffer('nfs-ganesha', [...differences, ...failures.map(messageOf)], failures[0]);
    }
    return {
      added: add.length,
      removed: remove.length,
      replaced: replace.length + update.length,
      unchanged: unchanged.length,
    };
  }

  list(): Promise<readonly ExportSeen[]> {
    return this.#turns.take(() => {
      this.#details.clear();
      return this.#seen();
    });
  }

  status(): ServerStatus {
    return {
      name: this.name,
      running: this.#serving && this.#process.isRunning(),
      restarts: this.#restarts,
      trouble: this.#trouble,
    };
  }

  /** Number of the server's process; undefined before it was started. */
  get pid(): number | undefined {
    return this.#process.pid;
  }

  release(): void {
    this.#watching = false;
    this.#timer?.cancel();
    this.#process.bus.close();
  }

  stop(): Promise<void> {
    this.release();
    return this.#turns.take(() => this.#process.stop());
  }

  async #launch(): Promise<void> {
    this.#details.clear();
    this.#identities.clear();
    this.#serving = false;
    await this.#process.launch(this.#wanted);
    this.#serving = true;
    this.#startedAt = this.#options.clock.monotonic();
    const differences = exportDifferences(this.#wanted, await this.#seen());
    // It serves what it can: the others' boards must not wait for one bad root.
    if (differences.length > 0) this.#options.log.error({ differences }, 'nfs-ganesha started without all its exports');
  }

  async #seen(concerns: (id: number) => boolean = () => true): Promise<ExportSeen[]> {
    const ids = (await this.#process.bus.show()).filter(concerns);
    return mapBounded(ids, CALLS, async (id) => {
      let detail = this.#details.get(id);
      if (detail === undefined) {
        detail = await this.#process.bus.display(id);
        this.#details.set(id, detail);
      }
      if (!this.#identities.has(id)) this.#identities.set(id, await this.#readIdentity(id));
      return { ...detail, identity: this.#identities.get(id) };
    });
  }

  async #readIdentity(id: number): Promise<string | undefined> {
    try {
      return config.identityIn(await readFile(config.exportPath(this.#options.directory, id), 'utf8'));
    } catch (error) {
      if (hasCode(error, 'ENOENT')) return undefined;
      throw error;
    }
  }

  async #add(wanted: ExportWanted): Promise<void> {
    const file = await this.#write(wanted);
    await this.#process.bus.add(file, wanted.id);
  }

  async #update(wanted: ExportWanted): Promise<void> {
    const file = await this.#write(wanted);
    await this.#process.bus.update(file, wanted.id);
  }

  async #remove(id: number): Promise<void> {
    await this.#process.bus.remove(id);
    this.#identities.delete(id);
    await unlink(config.exportPath(this.#options.directory, id)).catch((error: unknown) => {
      if (!hasCode(error, 'ENOENT')) throw error;
    });
  }

  async #write(wanted: ExportWanted): Promise<string> {
    const file = config.exportPath(this.#options.directory, wanted.id);
    this.#identities.set(wanted.id, wanted.identity);
    await writeFile(file, config.renderExport(wanted), { mode: 0o600 });
    return file;
  }

  #lookAfter(delay: Millis): void {
    if (!this.#watching) return;
    this.#timer = this.#options.clock.after(delay, () => {
      this.#turns
        .take(() => this.#look())
        .catch((error: unknown) => {
          this.#trouble = messageOf(error);
          this.#options.log.error({ err: error }, 'nfs-ganesha could not be started again');
          return restartDelay(++this.#failures);
        })
        .then((next) => this.#lookAfter(next ?? LOOK_EVERY));
    });
  }

  /** Resolves with the time to wait before the next look. */
  async #look(): Promise<Millis> {
    if (!this.#watching) return LOOK_EVERY;
    if (!this.#process.isRunning()) {
      if (this.#options.clock.monotonic() - this.#startedAt >= STAYED_UP) this.#failures = 0;
      const delay = restartDelay(this.#failures++);
      // The first restart is at once: 108 boards wait for their files.
      if (delay > 0) await new Promise<void>((resolve) => this.#options.clock.after(delay, resolve));
      await this.#restart('had died');
    } else if (++this.#looks % LOOK_AROUND_EVERY === 0) {
      await this.#process.rotateLog();
      if (await this.#process.ensureRpcbind()) {
        // A new rpcbind knows nobody: a server registers with it only when it starts.
        await this.#process.stop();
        await this.#restart('was stopped to register with a new rpcbind');
      }
    }
    return LOOK_EVERY;
  }

  async #restart(why: string): Promise<void> {
    this.#restarts++;
    this.#trouble = `${why} (${this.#restarts} restarts)`;
    this.#options.log.error({ restarts: this.#restarts }, `nfs-ganesha ${why}: starting it again`);
    await this.#launch();
  }
}
