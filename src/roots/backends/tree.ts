/** What the back-ends share: copying and removing trees, mounts on a place, and the base that clones are made from. */
import { mkdir, readdir, realpath, rename, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { unmount } from '../../net/mount.ts';
import { seconds } from '../../rack/units.ts';
import { hasCode, NotPossible } from '../errors.ts';
import { ensureDirectory, syncDirectory } from '../files.ts';
import type { Image } from '../images.ts';
import { mountedOn, mountOf, readMounts } from '../mounts.ts';
import { dataIn, rootIn } from '../place.ts';
import type { Run } from './backend.ts';

/** Copying a large image from a slow disk takes minutes; anything quicker than this is not a fault. */
const COPY_LIMIT = seconds(1800);

/** Mount options for what a tenant fills: nothing in it runs, or is a device, on this machine. Clients are not affected. */
export const TENANT_MOUNT = ['nosuid', 'nodev', 'noexec'] as const;

/** Copies what is in `from` into the existing directory `to`, with owners, times, links, attributes and holes. */
export async function copyTree(run: Run, from: string, to: string, reflink: 'always' | 'auto'): Promise<void> {
  // `/.` copies what is inside: join() would drop it.
  await run('cp', ['-a', `--reflink=${reflink}`, '--', `${from}/.`, to], { timeout: COPY_LIMIT });
}

/** Removes a tree that may be full of traps: rm(1) walks by descriptors and stops at mounts. */
export async function removeTree(run: Run, path: string): Promise<void> {
  await run('rm', ['-rf', '--one-file-system', '--', path], { timeout: COPY_LIMIT });
}

/** Unmounts what is mounted on the root of `place`; nothing there is fine. */
export async function unmountRoot(place: string): Promise<void> {
  const target = rootIn(place);
  if (mountedOn(await readMounts(), target) !== undefined) await unmount(target);
}

/** Every subvolume of a btrfs has this inode number for its top. */
const SUBVOLUME_INODE = 256;

/** Removes a subvolume or an ordinary tree. */
export async function discardTree(run: Run, path: string): Promise<void> {
  const onBtrfs = mountOf(await readMounts(), await realpath(dirname(path)))?.type === 'btrfs';
  if (onBtrfs && (await stat(path)).ino === SUBVOLUME_INODE) await run('btrfs', ['subvolume', 'delete', '--', path]);
  else await removeTree(run, path);
}

/** Takes a place away, whichever back-end made how much of it. */
export async function discardPlace(run: Run, place: string): Promise<void> {
  await unmountRoot(place);
  if (await holds(place, 'data')) await discardTree(run, dataIn(place));
  await removeTree(run, place);
}

/** Throws NotPossible for a path with a character that mount options or exports give a meaning to. */
export function assertPlainPath(path: string): void {
  if (!/^\/[A-Za-z0-9._+@=/-]*$/.test(path)) {
    throw new NotPossible(`cannot use ${JSON.stringify(path)} for roots`, [
      'an absolute path of letters, digits and . _ + @ = / - is needed: mount options and exports give other characters a meaning',
    ]);
  }
}

/**
 * The copy of an image on the file system of the roots, from which clones are made: `.bases/<image>`. Made once; it has its
 * name only when it is complete.
 */
export class Bases {
  readonly #directory: string;
  readonly #run: Run;
  readonly #create: (path: string) => Promise<void>;
  readonly #made = new Map<string, Promise<string>>();

  /** @param create makes an empty base */
  constructor(directory: string, run: Run, create: (path: string) => Promise<void>) {
    this.#directory = join(directory, '.bases');
    this.#run = run;
    this.#create = create;
  }

  /** The base of `image`, made if need be; asked for many times at once it is made once. */
  of(image: Image): Promise<string> {
    const known = this.#made.get(image.id);
    if (known !== undefined) return known;
    const made = this.#ensure(image);
    this.#made.set(image.id, made);
    made.catch(() => this.#made.delete(image.id));
    return made;
  }

  async #ensure(image: Image): Promise<string> {
    const base = join(this.#directory, image.id);
    const making = join(this.#directory, `.${image.id}.making`);
    await ensureDirectory(this.#directory, 0o700);
    const names = await readdir(this.#directory);
    if (names.includes(image.id)) return base;
    if (names.includes(`.${image.id}.making`)) await discardTree(this.#run, making);
    await this.#create(making);
    await copyTree(this.#run, image.root, making, 'auto');
    await this.#run('sync', ['-f', making], { timeout: COPY_LIMIT });
    await rename(making, base);
    await syncDirectory(this.#directory);
    return base;
  }
}

export async function makeDirectory(path: string): Promise<void> {
  await mkdir(path, { mode: 0o755 });
}

/** Whether a directory has anything with this name in it; false when there is no such directory. */
async function holds(directory: string, name: string): Promise<boolean> {
  try {
    return (await readdir(directory)).includes(name);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return false;
    throw error;
  }
}
