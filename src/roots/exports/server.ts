import { stat } from 'node:fs/promises';
import type { SlotNumber } from '../../rack/units.ts';
import { hasCode } from '../errors.ts';
import { ALL_VERSIONS, type ExportSeen, type ExportSpec, type ExportWanted } from './spec.ts';

export interface Applied {
  readonly added: number;
  readonly removed: number;
  /** With the same number, another directory or client than before. */
  readonly replaced: number;
  readonly unchanged: number;
}

export interface ServerStatus {
  readonly name: 'ganesha' | 'kernel';
  readonly running: boolean;
  /** How often it was started again because it had died, since this process looks after it. */
  readonly restarts: number;
  /** Why it is not running, or was last started again. */
  readonly trouble: string | undefined;
}

/** An NFS server that serves one export per slot, each to one address. */
export interface ExportServer {
  readonly name: 'ganesha' | 'kernel';
  /**
   * Sees to it that it runs: one that runs already is adopted as it is, and keeps serving what it serves.
   *
   * @param exports what to serve from the first moment, if it has to be started
   */
  start(exports: readonly ExportSpec[]): Promise<void>;
  /**
   * Makes these the exports, and no others; the ones that do not change are not disturbed. Read back before it returns:
   * throws ExportsDiffer when the server has other exports than these.
   */
  apply(exports: readonly ExportSpec[]): Promise<Applied>;
  /**
   * Makes these the exports of one slot, and no others of it; those of other slots are not looked at. Read back before it
   * returns, as in `apply`.
   */
  change(slot: SlotNumber, exports: readonly ExportSpec[]): Promise<Applied>;
  /**
   * Reads back everything, and makes again what differs from what it was last told. Resolves with the differences that
   * were found, one line each; throws when they could not be mended.
   */
  mend(): Promise<readonly string[]>;
  /** What is exported, as the server says. */
  list(): Promise<readonly ExportSeen[]>;
  status(): ServerStatus;
  /** Stops looking after the server, which keeps serving: for the end of a controller. */
  release(): void;
  /** Stops serving. */
  stop(): Promise<void>;
}

/** Which directory is at `path` now: another one, or another mount, has another identity. Undefined when there is none. */
export async function rootIdentity(path: string): Promise<string | undefined> {
  try {
    const { dev, ino } = await stat(path);
    return `${dev}:${ino}`;
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  }
}

/** Throws when a directory that is to be exported is not there: both servers would go on without it. */
export async function withIdentities(exports: readonly ExportSpec[]): Promise<ExportWanted[]> {
  return Promise.all(
    exports.map(async (spec) => {
      const identity = await rootIdentity(spec.path);
      if (identity === undefined)
        throw new Error(`the root of slot ${spec.slot} is not there: ${spec.path} cannot be exported`);
      return { ...spec, identity: identityOf(identity, spec.versions) };
    }),
  );
}

/** What is exported by other versions is another export: no server tells by which ones it serves an export. */
const identityOf = (root: string, versions: ExportSpec['versions']): string =>
  versions.length === ALL_VERSIONS.length ? root : `${root} by ${versions.join(' and ')}`;
