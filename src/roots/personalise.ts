/** What must differ between two roots cloned from one image. Everything else is the image's or the command line's. */
import { SafeRoot } from './safe-path.ts';

export interface Personality {
  readonly hostName: string;
  /** 32 lower-case hex digits (machine-id(5)). */
  readonly machineId: string;
}

/** Private keys that an image must not give to every board alike; whatever serves SSH makes new ones when it starts. */
const HOST_KEYS: readonly { directory: string; pattern: RegExp }[] = [
  { directory: 'etc/ssh', pattern: /^ssh_host_.*key(\.pub)?$/ },
  { directory: 'etc/dropbear', pattern: /^dropbear_.*_host_key$/ },
];

/** Writes host name and machine id and removes SSH host keys. Throws UnsafePath before anything outside `root` is touched. */
export async function personalise(root: string, personality: Personality): Promise<void> {
  const tree = await SafeRoot.open(root);
  try {
    const done = await Promise.allSettled([
      tree.writeFile('etc/hostname', `${personality.hostName}\n`, 0o644),
      tree.writeFile('etc/machine-id', `${personality.machineId}\n`, 0o444),
      ...HOST_KEYS.map((keys) => removeKeys(tree, keys)),
    ]);
    for (const each of done) if (each.status === 'rejected') throw each.reason;
  } finally {
    await tree.close();
  }
}

async function removeKeys(tree: SafeRoot, { directory, pattern }: (typeof HOST_KEYS)[number]): Promise<void> {
  for (const name of (await tree.list(directory)) ?? []) {
    if (pattern.test(name)) await tree.removeFile(`${directory}/${name}`);
  }
}
