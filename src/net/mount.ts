/**
 * Mounting without mount(8): for a process as large as a controller every program that it starts stops its event loop for
 * 15 ms and more, while fork(2) copies its page tables, and a reimage of a rack mounts hundreds of times.
 */
import { native } from './native.ts';

/** Options that the kernel takes as flags, not as text (mount(2)). */
const FLAGS: Readonly<Record<string, number>> = Object.freeze({ ro: 1, nosuid: 2, nodev: 4, noexec: 8, noatime: 1024 });

/** Mounts as `mount -t type -o options source target` would. Rejects with a SystemError. */
export async function mount(type: string, source: string, target: string, options: readonly string[]): Promise<void> {
  const flags = options.reduce((sum, option) => sum | (FLAGS[option] ?? 0), 0);
  const data = options.filter((option) => FLAGS[option] === undefined).join(',');
  await native().mount({ type, source, target, flags, ...(data === '' ? {} : { data }) });
}

/** Unmounts what is on `target`; a link of that name is not followed. Rejects with EBUSY while it is in use. */
export async function unmount(target: string): Promise<void> {
  await native().unmount({ target });
}

/** Makes a writable btrfs snapshot of the subvolume `source`, named `name` in `directory`. */
export async function snapshotSubvolume(source: string, directory: string, name: string): Promise<void> {
  await native().snapshot({ source, directory, name });
}

/** The number of the btrfs subvolume at `path`, as `subvolid=` takes it. */
export async function subvolumeId(path: string): Promise<number> {
  return native().subvolumeId({ path });
}
