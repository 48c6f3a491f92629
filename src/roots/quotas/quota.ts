/**
 * Limits on what a board may write. Three ways, by what the file system has: qgroups of btrfs, which count whole (every
 * extent that a subvolume holds) or simply (those that it made), and projects of XFS and ext4.
 *
 * All of them are set so that they mean the same: the size is what can be written *beyond the image*. Where what came with
 * the image is counted too, the limit is higher by that.
 */
import type { Bytes } from '../../rack/units.ts';

export type QuotaKind = 'qgroup' | 'simple' | 'project';

/** A root, as far as its quota goes. */
export interface Counted {
  /** Its place, as a path. */
  readonly place: string;
  /** What was counted when the clone was fresh; undefined: it is from before there were quotas. */
  readonly imageBytes: Bytes | undefined;
  /** Number of its project, where there are projects. */
  readonly project: number | undefined;
}

export interface Usage {
  /** Beyond the image. */
  readonly used: Bytes;
  /** Undefined: none is set. */
  readonly limit: Bytes | undefined;
}

export interface Quotas {
  readonly kind: QuotaKind;
  /** Limits are multiples of so many bytes: what is none reads back as more, where blocks are counted. */
  readonly grain: number;
  /** Called for a place while it is empty. Resolves with the number of its project, where there are projects. */
  begin(place: string): Promise<number | undefined>;
  /** What is counted for it now: asked for when the clone is fresh. */
  counted(root: Counted): Promise<Bytes>;
  /** Has the root keep to `size` from now on (undefined: to nothing), and reads that back. Throws QuotaNotSet. */
  limit(root: Counted, size: Bytes | undefined): Promise<void>;
  /** By place, without those that have no quota. */
  usage(roots: readonly Counted[]): Promise<ReadonlyMap<string, Usage>>;
  /** Lets go of what a removed root has left of its quota. */
  forget(root: Counted): Promise<void>;
  /** Why the numbers are not right at the moment; undefined: they are. */
  unsettled(): Promise<string | undefined>;
  /** Takes away what removed roots have left, and has numbers that are wrong counted again. */
  sweep(): Promise<void>;
}

/** The limit that was read back is not the one that was set. */
export class QuotaNotSet extends Error {
  override readonly name = 'QuotaNotSet';

  constructor(place: string, wanted: number | undefined, seen: number | undefined, cause?: unknown) {
    const text = (size: number | undefined) => (size === undefined ? 'none' : `${size} bytes`);
    super(`the quota of ${place} was to be ${text(wanted)}, and reads back as ${text(seen)}`, { cause });
  }
}

/**
 * Files that a root may have: an empty file costs no block of XFS's quota, so without this limit they would fill the disk.
 * One for each 16 KiB, as mke2fs makes them, and at least enough for the image and a development system.
 */
export function fileLimit(size: Bytes): number {
  return Math.max(500_000, Math.ceil(size / 16_384));
}
