import { createHash } from 'node:crypto';
import type { Mac } from '../../wire/address.ts';
import { macFromBytes } from '../../wire/address.ts';

/** Locally administered, and the same for the same text. */
export function localMac(text: string): Mac {
  const octets = createHash('sha256').update(text).digest();
  return macFromBytes(Buffer.concat([Buffer.from([0x02]), octets.subarray(0, 5)]));
}
