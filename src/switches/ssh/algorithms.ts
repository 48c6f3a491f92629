/**
 * What the two ends of a connection may agree on. Anything that is broken or on its way out has to be allowed by name in
 * the rack file, for a switch that has nothing better.
 */
import type { LegacySsh } from '../../rack/plan.ts';

export interface AlgorithmLists {
  readonly kex: readonly string[];
  readonly serverHostKey: readonly string[];
  readonly cipher: readonly string[];
  readonly hmac: readonly string[];
  readonly compress: readonly string[];
}

/** In the order of preference. */
const MODERN: AlgorithmLists = Object.freeze({
  kex: [
    'curve25519-sha256',
    'curve25519-sha256@libssh.org',
    'ecdh-sha2-nistp256',
    'ecdh-sha2-nistp384',
    'ecdh-sha2-nistp521',
    'diffie-hellman-group-exchange-sha256',
    'diffie-hellman-group14-sha256',
    'diffie-hellman-group16-sha512',
  ],
  serverHostKey: [
    'ssh-ed25519',
    'ecdsa-sha2-nistp256',
    'ecdsa-sha2-nistp384',
    'ecdsa-sha2-nistp521',
    'rsa-sha2-512',
    'rsa-sha2-256',
  ],
  cipher: ['aes128-gcm@openssh.com', 'aes256-gcm@openssh.com', 'aes128-ctr', 'aes192-ctr', 'aes256-ctr'],
  hmac: ['hmac-sha2-256-etm@openssh.com', 'hmac-sha2-512-etm@openssh.com', 'hmac-sha2-256', 'hmac-sha2-512'],
  // Answers are small, and a compressed flood is a small packet.
  compress: ['none'],
});

/** Where each legacy name belongs: after the modern ones of its list. */
const LEGACY: Readonly<Record<LegacySsh, keyof AlgorithmLists>> = Object.freeze({
  'diffie-hellman-group-exchange-sha1': 'kex',
  'diffie-hellman-group14-sha1': 'kex',
  'diffie-hellman-group1-sha1': 'kex',
  'ssh-rsa': 'serverHostKey',
  'aes128-cbc': 'cipher',
  'aes256-cbc': 'cipher',
  '3des-cbc': 'cipher',
  'hmac-sha1': 'hmac',
});

export function algorithms(legacy: readonly LegacySsh[]): AlgorithmLists {
  const list = (kind: keyof AlgorithmLists) => [...MODERN[kind], ...legacy.filter((name) => LEGACY[name] === kind)];
  return {
    kex: list('kex'),
    serverHostKey: list('serverHostKey'),
    cipher: list('cipher'),
    hmac: list('hmac'),
    compress: list('compress'),
  };
}

/** What ssh2 says of each list when the two ends have nothing of it in common. */
const SPEECH: readonly (readonly [RegExp, keyof AlgorithmLists, string])[] = [
  [/key exchange/i, 'kex', 'key exchange'],
  [/host key/i, 'serverHostKey', 'host key'],
  [/cipher/i, 'cipher', 'cipher'],
  [/MAC/, 'hmac', 'MAC'],
];

/** For a handshake that failed for want of a common algorithm: what may be allowed for old switches. Undefined for others. */
export function legacyAdvice(message: string): string | undefined {
  if (!message.includes('no matching')) return undefined;
  const [, kind, words] = SPEECH.find(([pattern]) => pattern.test(message)) ?? [];
  if (kind === undefined) return undefined;
  const names = Object.entries(LEGACY).flatMap(([name, of]) => (of === kind ? [name] : []));
  return `it has no ${words} algorithm in common with this program; an old switch may need one of ${names.join(', ')} in ssh.legacy_algorithms of the rack file`;
}
