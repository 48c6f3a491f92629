/** How the storage of a rack stands at one moment: what was measured, without judgement. */
import type { Bytes, SlotNumber } from '../../rack/units.ts';

export interface FileSystemSample {
  /** Where it is looked at: the directory of the roots, of the images, or of the state. */
  readonly path: string;
  readonly size: Bytes;
  readonly free: Bytes;
  /** 0: the file system makes inodes as it needs them. */
  readonly files: number;
  readonly filesFree: number;
  /** Why nothing can be written, as the code of the error (EROFS, EIO); undefined: it can. */
  readonly refusesWrites: string | undefined;
  /** Errors that the kernel counts, by device; none where it counts none. */
  readonly errors: readonly { readonly device: string; readonly count: number }[];
}

export interface RootSample {
  readonly slot: SlotNumber;
  /** What the slot's board has now, or one that is only kept. */
  readonly kept: boolean;
  readonly used: Bytes;
  readonly limit: Bytes | undefined;
}

export interface StorageSample {
  readonly fileSystems: readonly FileSystemSample[];
  readonly roots: readonly RootSample[];
  /** Files of the databases with what is not yet in them. */
  readonly databases: readonly { readonly name: string; readonly bytes: number }[];
  /** What an interrupted clone or import left an hour ago or longer. */
  readonly leftOvers: readonly string[];
  /** Undefined: there is no server yet. */
  readonly nfs: { readonly running: boolean; readonly trouble: string | undefined } | undefined;
  /** Images that are not what was imported, and what differs. */
  readonly damaged: ReadonlyMap<string, string>;
}
