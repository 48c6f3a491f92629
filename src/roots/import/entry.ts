/** One thing of a file system that is to be written: what every kind of source is turned into. */
import type { Piece } from '../disk/disk.ts';

interface Common {
  /** Relative, with single slashes; `` is the top itself. */
  readonly path: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Seconds since 1970. */
  readonly mtime: number;
  readonly attributes?: ReadonlyMap<string, Uint8Array>;
}

export type TreeEntry =
  | (Common & { readonly kind: 'directory' })
  | (Common & {
      readonly kind: 'file';
      readonly size: number;
      readonly pieces: () => Iterable<Piece> | AsyncIterable<Piece>;
    })
  | (Common & { readonly kind: 'link'; readonly target: string })
  /** Another name of a file that came before. */
  | (Common & { readonly kind: 'same'; readonly as: string })
  /** A device, pipe or socket: told, and not made. */
  | (Common & { readonly kind: 'special'; readonly what: string });

export type TreeEntries = Iterable<TreeEntry> | AsyncIterable<TreeEntry>;
