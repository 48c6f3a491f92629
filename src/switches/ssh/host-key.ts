import { createHash } from 'node:crypto';

/** As `ssh-keygen -lf` prints it: SHA256 of the key blob, base64 without padding. */
export function fingerprint(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
}

/** `pinned` may carry the padding that some programs print. */
export function isPinned(pinned: string, seen: string): boolean {
  return pinned.replace(/=+$/, '') === seen;
}
