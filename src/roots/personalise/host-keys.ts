/**
 * A board's SSH host key, made here so that its fingerprint is known before the board first answers: whoever connects can
 * check it. One Ed25519 key: every SSH server of the images takes it, and RSA would cost half a second of CPU a root.
 */
import { createHash, createPrivateKey } from 'node:crypto';
import ssh2 from 'ssh2';
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
  const pair = ssh2.utils.generateKeyPairSync('ed25519');
  const [, base64 = ''] = pair.public.trim().split(' ');
  const digest = createHash('sha256').update(Buffer.from(base64, 'base64')).digest('base64');
  return {
    type: TYPE,
    fingerprint: `SHA256:${digest.replace(/=+$/, '')}`,
    publicKey: `${TYPE} ${base64}`,
    openssh: pair.private,
    dropbear: dropbearKey(pair.private, base64),
  };
}

/** dropbear's own format (its ed25519.c): the name of the type, then a string of the seed and the public key. */
function dropbearKey(openssh: string, publicBase64: string): Uint8Array {
  const parsed = ssh2.utils.parseKey(openssh);
  if (parsed instanceof Error) throw parsed;
  const key = Array.isArray(parsed) ? parsed[0] : parsed;
  const { d } = createPrivateKey((key as { getPrivatePEM(): string }).getPrivatePEM()).export({ format: 'jwk' });
  const seed = Buffer.from(d as string, 'base64url');
  const publicKey = Buffer.from(publicBase64, 'base64').subarray(-32);
  return Buffer.concat([sshString(Buffer.from(TYPE)), sshString(Buffer.concat([seed, publicKey]))]);
}

/** RFC 4251 section 5. */
function sshString(bytes: Uint8Array): Buffer {
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
