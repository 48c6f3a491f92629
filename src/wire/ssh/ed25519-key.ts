/** An Ed25519 key as SSH programs keep it: as public blob (RFC 8709 §4), as OpenSSH's file, and as dropbear's. */

export const ED25519 = 'ssh-ed25519';
const SEED = 32;
const PUBLIC = 32;

export interface Ed25519Pair {
  /** RFC 8032: the private key is a seed. */
  readonly seed: Uint8Array;
  readonly publicKey: Uint8Array;
}

export function publicBlob(publicKey: Uint8Array): Buffer {
  return Buffer.concat([sshString(ED25519), sshString(publicKey)]);
}

/** OpenSSH's PROTOCOL.key, without encryption. `check`: four random bytes. */
export function opensshKey({ seed, publicKey }: Ed25519Pair, check: Uint8Array): string {
  const both = Buffer.concat([seed, publicKey]);
  // Twice the same number: how a reader knows that it decrypted well.
  const inner = Buffer.concat([check, check, sshString(ED25519), sshString(publicKey), sshString(both), sshString('')]);
  const padding = Uint8Array.from({ length: (8 - (inner.length % 8)) % 8 }, (_, place) => place + 1);
  const outer = Buffer.concat([
    Buffer.from('openssh-key-v1\0'),
    ...['none', 'none', ''].map(sshString),
    Buffer.from([0, 0, 0, 1]),
    sshString(publicBlob(publicKey)),
    sshString(Buffer.concat([inner, padding])),
  ]);
  const lines = outer.toString('base64').match(/.{1,70}/g) ?? [];
  return ['-----BEGIN OPENSSH PRIVATE KEY-----', ...lines, '-----END OPENSSH PRIVATE KEY-----', ''].join('\n');
}

/** dropbear's own format (its ed25519.c): the type, then seed and public key in one string. */
export function dropbearKey({ seed, publicKey }: Ed25519Pair): Buffer {
  return Buffer.concat([sshString(ED25519), sshString(Buffer.concat([seed, publicKey]))]);
}

/** Undefined: it is no Ed25519 key of dropbear's. */
export function readDropbearKey(file: Uint8Array): Ed25519Pair | undefined {
  const head = dropbearKey({ seed: new Uint8Array(SEED), publicKey: new Uint8Array(PUBLIC) });
  const start = head.length - SEED - PUBLIC;
  if (file.length !== head.length || !head.subarray(0, start).equals(file.subarray(0, start))) return undefined;
  return { seed: file.slice(start, start + SEED), publicKey: file.slice(start + SEED) };
}

/** RFC 4251 §5. */
function sshString(content: Uint8Array | string): Buffer {
  const bytes = Buffer.from(content);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
