/** The kernel's NFS server: one file per slot in exports.d, re-read and read back with exportfs(8). */
import { readdir, readFile, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { SlotNumber } from '../../rack/units.ts';
import type { Run } from '../backends/backend.ts';
import { Turns } from '../bounded.ts';
import { ExportsDiffer, hasCode, messageOf, NotPossible } from '../errors.ts';
import { writeDurably } from '../files.ts';
import { exportsFileName, exportsSeen, isOwnExportsFile, parseExportfs, renderExportsFile } from './exportfs.ts';
import { identityIn } from './ganesha-config.ts';
import { type Applied, type ExportServer, type ServerStatus, withIdentities } from './server.ts';
import { assertDistinct, type ExportSeen, type ExportSpec, exportDifferences, planExports } from './spec.ts';

export interface KernelOptions {
  /** `/etc/exports.d`; files of others in it are left alone. */
  readonly exportsDirectory: string;
  /** `/proc/fs/nfsd/threads`: how many threads serve; 0 when the server is stopped. */
  readonly threadsFile: string;
  readonly run: Run;
  readonly log: Logger;
}

export class KernelServer implements ExportServer {
  readonly name = 'kernel';
  readonly #options: KernelOptions;
  readonly #turns = new Turns();
  #wanted: readonly ExportSpec[] = [];
  #running = false;

  constructor(options: KernelOptions) {
    this.#options = options;
  }

  /** The machine's own service manager starts it; here it is only checked. */
  async start(): Promise<void> {
    const threads = await readThreads(this.#options.threadsFile);
    if (threads === 0) {
      throw new NotPossible('the kernel’s NFS server cannot be used', [
        'it does not run: `systemctl enable --now nfs-server` starts it',
      ]);
    }
    this.#running = true;
    this.#options.log.info({ threads }, 'the kernel’s NFS server runs');
  }

  apply(exports: readonly ExportSpec[]): Promise<Applied> {
    return this.#turns.take(() => this.#make(exports));
  }

  /** One file is written; reading the others again does not disturb what they export. */
  change(slot: SlotNumber, exports: readonly ExportSpec[]): Promise<Applied> {
    return this.#turns.take(() => this.#make([...this.#wanted.filter((each) => each.slot !== slot), ...exports]));
  }

  mend(): Promise<readonly string[]> {
    return this.#turns.take(async () => {
      // Who looks after the machine's own server is its service manager: here it is only told.
      this.#running = (await readThreads(this.#options.threadsFile)) > 0;
      const differences = exportDifferences(this.#wanted, await this.#seen());
      if (differences.length > 0) await this.#make(this.#wanted);
      return differences;
    });
  }

  async #make(exports: readonly ExportSpec[]): Promise<Applied> {
    assertDistinct(exports);
    const wanted = await withIdentities(exports);
    this.#wanted = exports;
    const { add, remove, update, replace, unchanged } = planExports(wanted, await this.#seen());
    const failures: unknown[] = [];
    const keep = new Set([...update, ...unchanged].map(exportsFileName));
    const removed = await this.#removeFiles((name) => !keep.has(name));
    // Out first: the kernel keeps a directory that is exported again in one go, and its handles go stale.
    if (removed) await this.#reexport(failures);
    for (const each of [...add, ...replace, ...update]) {
      await writeDurably(join(this.#options.exportsDirectory, exportsFileName(each)), renderExportsFile(each), 0o644);
    }
    if (add.length + replace.length + update.length > 0) await this.#reexport(failures);
    const differences = exportDifferences(wanted, await this.#seen());
    if (differences.length > 0 || failures.length > 0) {
      throw new ExportsDiffer('the kernel', [...differences, ...failures.map(messageOf)], failures[0]);
    }
    return {
      added: add.length,
      removed: remove.length,
      replaced: replace.length + update.length,
      unchanged: unchanged.length,
    };
  }

  list(): Promise<readonly ExportSeen[]> {
    return this.#turns.take(() => this.#seen());
  }

  status(): ServerStatus {
    return { name: this.name, running: this.#running, restarts: 0, trouble: undefined };
  }

  release(): void {}

  stop(): Promise<void> {
    return this.#turns.take(async () => {
      const failures: unknown[] = [];
      if (await this.#removeFiles(() => true)) await this.#reexport(failures);
      if (failures.length > 0) throw failures[0];
    });
  }

  async #reexport(failures: unknown[]): Promise<void> {
    await this.#options.run('exportfs', ['-ra']).catch((error: unknown) => failures.push(error));
  }

  /** Removes our files that `goes` says; true if there was one. */
  async #removeFiles(goes: (name: string) => boolean): Promise<boolean> {
    const names = (await this.#ownFiles()).filter(goes);
    for (const name of names) await unlink(join(this.#options.exportsDirectory, name));
    return names.length > 0;
  }

  async #ownFiles(): Promise<string[]> {
    try {
      return (await readdir(this.#options.exportsDirectory)).filter(isOwnExportsFile);
    } catch (error) {
      if (hasCode(error, 'ENOENT')) return [];
      throw error;
    }
  }

  async #seen(): Promise<ExportSeen[]> {
    const identities = new Map<string, string>();
    for (const name of await this.#ownFiles()) {
      const text = await readFile(join(this.#options.exportsDirectory, name), 'utf8');
      const path = /^(\/\S*) /m.exec(text)?.[1];
      if (path !== undefined) identities.set(path, identityIn(text) ?? '');
    }
    const { stdout } = await this.#options.run('exportfs', ['-v']);
    return exportsSeen(parseExportfs(stdout), identities);
  }
}

export async function readThreads(path: string): Promise<number> {
  try {
    return Number(await readFile(path, 'utf8')) || 0;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return 0;
    throw error;
  }
}
