/** What must differ between two roots cloned from one image. Everything else is the image's or the command line's. */
import { RootRefused } from '../errors.ts';
import { SafeRoot } from '../safe-path.ts';
import { writeAuthorizedKeys } from './authorized-keys.ts';
import { writeCloudInit } from './cloud-init.ts';
import { type NewHostKey, writeHostKeys } from './host-keys.ts';
import { writeNetwork } from './network.ts';
import type { MountWish, Wishes } from './wishes.ts';

export interface Personality extends Wishes {
  /** 32 lower-case hex digits (machine-id(5)). */
  readonly machineId: string;
  readonly hostKey: NewHostKey;
  /** The controller's own public key, type and base64; undefined: it has none. */
  readonly controllerKey?: string | undefined;
}

/** A file that is larger is not the fstab of a system that boots. */
const MOST_FSTAB = 64 * 1024;

/**
 * Makes a fresh clone its slot's own, and that durable. Throws UnsafePath before anything outside `root` is touched.
 */
export async function personalise(root: string, personality: Personality): Promise<void> {
  const tree = await SafeRoot.open(root);
  try {
    await writeNetwork(tree, personality);
    await tree.writeFile('etc/machine-id', `${personality.machineId}\n`, 0o444);
    // D-Bus falls back to the other one; a copy of the image's would be every board's.
    if ((await tree.kind('var/lib/dbus/machine-id')) === 'file') await tree.removeFile('var/lib/dbus/machine-id');
    await writeHostKeys(tree, personality.hostKey);
    await writeAuthorizedKeys(tree, personality.authorizedKeys ?? [], personality.controllerKey);
    await writeTimeZone(tree, personality.timeZone);
    await writeCloudInit(tree, personality, `pirack-${personality.machineId}`);
    await writeMounts(tree, personality.mounts ?? []);
    await tree.sync();
  } finally {
    await tree.close();
  }
}

async function writeTimeZone(tree: SafeRoot, timeZone: string | undefined): Promise<void> {
  if (timeZone === undefined) return;
  const file = `usr/share/zoneinfo/${timeZone}`;
  if ((await tree.kind(file)) === undefined)
    throw new RootRefused('no_time_zone', `the image has no time zone ${timeZone} (/${file})`);
  await tree.writeFile('etc/timezone', `${timeZone}\n`, 0o644);
  await tree.writeLink('etc/localtime', `/${file}`);
}

async function writeMounts(tree: SafeRoot, mounts: readonly MountWish[]): Promise<void> {
  if (mounts.length === 0) return;
  const before = (await tree.readFile('etc/fstab', MOST_FSTAB)) ?? '';
  const lines = mounts.map(({ source, target, options }) => `${source} /${target} nfs ${options} 0 0\n`);
  for (const { target } of mounts) await tree.makeDirectory(target, 0o755);
  await tree.writeFile('etc/fstab', `${before.trimEnd()}\n${lines.join('')}`, 0o644);
}
