import type { Millis } from '../../rack/units.ts';
import type { Image } from '../images.ts';
import type { Mount } from '../mounts.ts';

export const BACKEND_NAMES = ['btrfs', 'overlay', 'reflink', 'copy'] as const;
export type BackendName = (typeof BACKEND_NAMES)[number];

/** Runs a program to its end; throws when it fails. */
export type Run = (
  program: string,
  args: readonly string[],
  options?: { readonly timeout?: Millis },
) => Promise<{ readonly stdout: string; readonly stderr: string }>;

/**
 * One way to make a writable root from an image. A place is a directory of its own on the file system of the roots
 * (research: rig §5 for what each costs and what the NFS servers accept). `discardPlace` takes any of them away.
 */
export interface CloneBackend {
  readonly name: BackendName;
  /** Makes the clone in the empty directory `place` and attaches it: `place/root` is then the writable root. */
  clone(image: Image, place: string): Promise<void>;
  /** Makes `place/root` show the clone again, after a restart of the machine. Does nothing when it does. */
  attach(image: Image, place: string, mounts: readonly Mount[]): Promise<void>;
}
