/**
 * Roots as overlay mounts: the image below, what the board wrote above. The image is used in place and must not change.
 *
 * `index` and `nfs_export` make file handles that can be found again, without which an NFS server refuses the mount.
 * `xino` gives every file the device number of the mount: without it, files of an image on another file system than the
 * roots have another one, and nfs-ganesha answers NFS3ERR_XDEV for them. `redirect_dir` lets a board rename directories of
 * the image. `uuid` (Linux 6.6) keeps file handles valid over a remount, so boards survive a restart of this machine.
 */
import { chmod, chown, mkdir, stat } from 'node:fs/promises';
import { mount } from '../../net/mount.ts';
import { hasCode, NotPossible } from '../errors.ts';
import type { Image } from '../images.ts';
import { type Mount, mountedOn, readMounts } from '../mounts.ts';
import { dataIn, rootIn } from '../place.ts';
import type { CloneBackend } from './backend.ts';
import { assertPlainPath, TENANT_MOUNT, unmountRoot } from './tree.ts';

const OPTIONS = [...TENANT_MOUNT, 'index=on', 'nfs_export=on', 'xino=on', 'redirect_dir=on'];
const DURABLE = 'uuid=on';

export class OverlayBackend implements CloneBackend {
  readonly name = 'overlay';
  /** Undefined until a mount has shown whether this kernel knows the option. */
  #durable: boolean | undefined;

  /** Whether file handles survive a remount; undefined before the first mount. */
  get durableHandles(): boolean | undefined {
    return this.#durable;
  }

  async clone(image: Image, place: string): Promise<void> {
    await mkdir(dataIn(place), { mode: 0o700 });
    // The mount's own root has the attributes of `upper`: they must be the image's.
    const { mode, uid, gid } = await stat(image.root);
    await mkdir(upperIn(place));
    await chown(upperIn(place), uid, gid);
    await chmod(upperIn(place), mode & 0o7777);
    await mkdir(workIn(place), { mode: 0o700 });
    await mkdir(rootIn(place), { mode: 0o755 });
    await this.#mount(image, place);
  }

  async attach(image: Image, place: string, mounts: readonly Mount[]): Promise<void> {
    if (mountedOn(mounts, rootIn(place))?.type !== 'overlay') await this.#mount(image, place);
  }

  async #mount(image: Image, place: string): Promise<void> {
    for (const path of [image.root, place]) assertPlainPath(path);
    const layers = [`lowerdir=${image.root}`, `upperdir=${upperIn(place)}`, `workdir=${workIn(place)}`];
    if (this.#durable !== false) {
      try {
        await this.#mountWith([...layers, ...OPTIONS, DURABLE], rootIn(place));
        this.#durable = true;
      } catch (error) {
        if (this.#durable === true || !hasCode(error, 'EINVAL')) throw error;
        await this.#mountWith([...layers, ...OPTIONS], rootIn(place));
        this.#durable = false;
      }
    } else {
      await this.#mountWith([...layers, ...OPTIONS], rootIn(place));
    }
    await this.#assertExportable(place);
  }

  async #mountWith(options: readonly string[], target: string): Promise<void> {
    await mount('overlay', 'pirack', target, options);
  }

  /** The kernel drops `nfs_export` with no more than a line in its log when a layer cannot do it. */
  async #assertExportable(place: string): Promise<void> {
    const mount = mountedOn(await readMounts(), rootIn(place));
    if (mount?.options.has('nfs_export=on')) return;
    await unmountRoot(place);
    throw new NotPossible('an overlay here cannot be exported by NFS', [
      'the kernel turned nfs_export off: the file systems of the image and of the roots must have file handles and extended attributes',
    ]);
  }
}

const upperIn = (place: string): string => `${dataIn(place)}/upper`;
const workIn = (place: string): string => `${dataIn(place)}/work`;
