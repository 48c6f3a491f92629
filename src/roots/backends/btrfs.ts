/**
 * Roots as btrfs snapshots: each is a subvolume of its own, and is mounted by itself, because nfs-ganesha as Debian builds
 * it finds no file system for a subvolume inside another mount (research: rig §5).
 */
import { mkdir, realpath } from 'node:fs/promises';
import { basename } from 'node:path';
import { mount, snapshotSubvolume, subvolumeId } from '../../net/mount.ts';
import { NotPossible } from '../errors.ts';
import type { Image } from '../images.ts';
import { type Mount, mountedOn, mountOf, readMounts } from '../mounts.ts';
import { dataIn, rootIn } from '../place.ts';
import type { CloneBackend, Run } from './backend.ts';
import { Bases, TENANT_MOUNT } from './tree.ts';

export class BtrfsBackend implements CloneBackend {
  readonly name = 'btrfs';
  readonly #bases: Bases;

  /** @param directory the directory of the roots, on btrfs */
  constructor(directory: string, run: Run) {
    this.#bases = new Bases(directory, run, async (path) => {
      await run('btrfs', ['subvolume', 'create', '--', path]);
    });
  }

  async clone(image: Image, place: string): Promise<void> {
    const base = await this.#bases.of(image);
    await snapshotSubvolume(base, place, basename(dataIn(place)));
    await mkdir(rootIn(place), { mode: 0o755 });
    await this.#mount(place, await readMounts());
  }

  async attach(_image: Image, place: string, mounts: readonly Mount[]): Promise<void> {
    if (mountedOn(mounts, rootIn(place))?.type !== 'btrfs') await this.#mount(place, mounts);
  }

  async #mount(place: string, mounts: readonly Mount[]): Promise<void> {
    const below = mountOf(mounts, await realpath(place));
    if (below?.type !== 'btrfs') {
      throw new NotPossible(`cannot attach the snapshot in ${place}`, [
        `btrfs is needed there, found ${below?.type ?? 'no mount'}`,
      ]);
    }
    const options = [...TENANT_MOUNT, `subvolid=${await subvolumeId(dataIn(place))}`];
    await mount('btrfs', below.source, rootIn(place), options);
  }
}
