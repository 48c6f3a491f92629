/**
 * A board's SSH host key, made here so that its fingerprint is known before the board first answers: whoever connects can
 * check it. One Ed25519 key: every SSH server of the images takes it, and RSA would cost half a second of CPU a root.
 * Written out by hand: ssh2 drops a leading zero byte of one key in 128 or so, which no SSH server then takes.
 */
import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto';
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

const TYPE = 'ssh-ed25519';

export function makeHostKey(): NewHostKey {
  const { d, x } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
  const publicKey = Buffer.from(x as string, 'base64url');
  // RFC 8032: the private key is a seed; both programs keep the public key behind it.
  const both = Buffer.concat([Buffer.from(d as string, 'base64url'), publicKey]);
  const blob = Buffer.concat([sshString(TYPE), sshString(publicKey)]);
  return {
    type: TYPE,
    fingerprint: `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`,
    publicKey: `${TYPE} ${blob.toString('base64')}`,
    openssh: opensshKey(blob, publicKey, both),
    // dropbear's own format (its ed25519.c).
    dropbear: Buffer.concat([sshString(TYPE), sshString(both)]),
  };
}

/** OpenSSH's PROTOCOL.key, without encryption. */
function opensshKey(blob: Uint8Array, publicKey: Uint8Array, both: Uint8Array): string {
  // Twice the same number: how a reader knows that it decrypted well.
  const check = randomBytes(4);
  const inner = Buffer.concat([check, check, sshString(TYPE), sshString(publicKey), sshString(both), sshString('')]);
  const padding = Uint8Array.from({ length: (8 - (inner.length % 8)) % 8 }, (_, place) => place + 1);
  const outer = Buffer.concat([
    Buffer.from('openssh-key-v1\0'),
    ...['none', 'none', ''].map(sshString),
    Buffer.from([0, 0, 0, 1]),
    sshString(blob),
    sshString(Buffer.concat([inner, padding])),
  ]);
  const lines = outer.toString('base64').match(/.{1,70}/g) ?? [];
  return ['-----BEGIN OPENSSH PRIVATE KEY-----', ...lines, '-----END OPENSSH PRIVATE KEY-----', ''].join('\n');
}

/** RFC 4251 section 5. */
function sshString(content: Uint8Array | string): Buffer {
  const bytes = Buffer.from(content);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
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
