/** cloud-init's NoCloud data source, as files in the root (its documentation, "NoCloud"). */
import { RootRefused } from '../errors.ts';
import type { SafeRoot } from '../safe-path.ts';
import type { Wishes } from './wishes.ts';

const SEED = 'var/lib/cloud/seed/nocloud';

/** The keys that are in the root are those whose fingerprints are known: cloud-init would delete them. */
const VENDOR_DATA = '#cloud-config\nssh_deletekeys: false\nssh_genkeytypes: [ed25519]\n';

export async function writeCloudInit(tree: SafeRoot, wishes: Wishes, instance: string): Promise<void> {
  const there = (await tree.list('etc/cloud')) !== undefined;
  if (!there) {
    if (wishes.userData === undefined) return;
    throw new RootRefused('no_cloud_init', 'user-data was given, and the image has no cloud-init to read it');
  }
  const { hostName, zone } = wishes;
  const keys = (wishes.authorizedKeys ?? []).map((key) => `  - ${JSON.stringify(key)}\n`).join('');
  const metaData = [
    `instance-id: ${instance}\n`,
    `local-hostname: ${zone === undefined ? hostName : `${hostName}.${zone}`}\n`,
    ...(keys === '' ? [] : [`public-keys:\n${keys}`]),
  ].join('');
  await tree.makeDirectory(SEED, 0o755);
  await tree.writeFile(`${SEED}/meta-data`, metaData, 0o644);
  // Passwords may be in there.
  await tree.writeFile(`${SEED}/user-data`, wishes.userData ?? '#cloud-config\n', 0o600);
  await tree.writeFile(`${SEED}/vendor-data`, VENDOR_DATA, 0o644);
}
