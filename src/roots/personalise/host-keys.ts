/**
 * A board's SSH host key, made here so that its fingerprint is known before the board first answers: whoever connects can
 * check it. One Ed25519 key: every SSH server of the images takes it, and RSA would cost half a second of CPU a root.
 * Written out by hand: ssh2 drops a leading zero byte of one key in 128 or so, which no SSH server then takes.
 */
import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto';
import { dropbearKey, ED25519, opensshKey, publicBlob } from '../../wire/ssh/ed25519-key.ts';
import type { SafeRoot } from '../safe-path.ts';

export interface HostKey {
  readonly type: 'ssh-ed25519';
  /** `SHA256:…` as ssh-keygen prints it. */
  readonly fingerprint: string;
  /** The public key, as in a .pub or known_hosts file: type and base64. */
  readonly publicKey: string;
}

export interface NewHostKey extends HostKey {
  /** As OpenSSH keeps it. */
  readonly openssh: string;
  /** As dropbear keeps it. */
  readonly dropbear: Uint8Array;
}

export function makeHostKey(): NewHostKey {
  const { d, x } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
  const publicKey = Buffer.from(x as string, 'base64url');
  const pair = { seed: Buffer.from(d as string, 'base64url'), publicKey };
  const blob = publicBlob(publicKey);
  return {
    type: ED25519,
    fingerprint: `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`,
    publicKey: `${ED25519} ${blob.toString('base64')}`,
    openssh: opensshKey(pair, randomBytes(4)),
    dropbear: dropbearKey(pair),
  };
}

/** Private keys that an image must not give to every board alike. */
const IMAGE_KEYS: readonly { directory: string; pattern: RegExp }[] = [
  { directory: 'etc/ssh', pattern: /^ssh_host_.*key(\.pub)?$/ },
  { directory: 'etc/dropbear', pattern: /^dropbear_.*_host_key$/ },
];

/** Raspberry Pi OS makes new keys at its first start, by this service; then nobody would know their fingerprints. */
const REGENERATE = 'etc/systemd/system/multi-user.target.wants/regenerate_ssh_host_keys.service';

/** Replaces the image's keys by the board's, for each SSH server that the image has. */
export async function writeHostKeys(tree: SafeRoot, key: NewHostKey): Promise<void> {
  for (const { directory, pattern } of IMAGE_KEYS) {
    const names = await tree.list(directory);
    for (const name of names ?? []) if (pattern.test(name)) await tree.removeFile(`${directory}/${name}`);
  }
  if ((await tree.list('etc/ssh')) !== undefined) {
    await tree.writeFile('etc/ssh/ssh_host_ed25519_key', key.openssh, 0o600);
    await tree.writeFile('etc/ssh/ssh_host_ed25519_key.pub', `${key.publicKey}\n`, 0o644);
  }
  if ((await tree.list('etc/dropbear')) !== undefined)
    await tree.writeFile('etc/dropbear/dropbear_ed25519_host_key', key.dropbear, 0o600);
  await tree.removeFile(REGENERATE);
}
