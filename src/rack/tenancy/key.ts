/** API keys: an id that may be seen, and a secret that is stored only as its hash. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Millis } from '../units.ts';
import type { Scope } from './scope.ts';
import type { ServerName } from './server-name.ts';

export interface ApiKey {
  /** `k` and ten symbols; never used again. Without `:`, which ends the id in Basic credentials (RFC 7617 §2). */
  readonly id: string;
  /** Undefined: a staff key, of no tenant. */
  readonly tenant: string | undefined;
  readonly scope: Scope;
  /** Servers that it is for; undefined: all of the tenant. */
  readonly servers: readonly ServerName[] | undefined;
  /** What somebody wrote to know it again. */
  readonly label: string;
  readonly createdAt: Millis;
  readonly expiresAt: Millis | undefined;
  readonly revokedAt: Millis | undefined;
  /** SHA-256 of the secret, in hex. The secret is 32 random bytes: nothing is gained by a slow hash. */
  readonly hash: string;
}

/** URL-safe, because some clients percent-encode Basic credentials and some do not. */
export function newSecret(bytes: Uint8Array): string {
  if (bytes.length !== 32) throw new RangeError(`expected 32 random bytes, got ${bytes.length}`);
  return Buffer.from(bytes).toString('base64url');
}

export function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** Takes as long whatever is wrong with the secret, and also where there is no such key. */
export function matches(key: ApiKey | undefined, secret: string): boolean {
  const wanted = Buffer.from(key?.hash ?? hashOf(''), 'hex');
  return timingSafeEqual(wanted, Buffer.from(hashOf(secret), 'hex')) && key !== undefined;
}

/** Why the key may not be used at `now`; undefined where it may. */
export function unusable(key: ApiKey, now: Millis): 'revoked' | 'expired' | undefined {
  if (key.revokedAt !== undefined) return 'revoked';
  if (key.expiresAt !== undefined && key.expiresAt <= now) return 'expired';
  return undefined;
}
