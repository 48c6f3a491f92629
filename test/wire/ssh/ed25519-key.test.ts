import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import ssh2, { type ParsedKey } from 'ssh2';
import { describe, expect, it } from 'vitest';
import { dropbearKey, opensshKey, publicBlob, readDropbearKey } from '../../../src/wire/ssh/ed25519-key.ts';

const bytes = fc.uint8Array({ minLength: 32, maxLength: 32 });

describe('an Ed25519 key', () => {
  it('comes back from dropbear’s form as it was, and nothing else is taken for one', () => {
    fc.assert(
      fc.property(bytes, bytes, (seed, publicKey) => {
        const pair = { seed, publicKey };
        expect(readDropbearKey(dropbearKey(pair))).toEqual({
          seed: Buffer.from(seed),
          publicKey: Buffer.from(publicKey),
        });
      }),
    );
    fc.assert(fc.property(fc.uint8Array({ maxLength: 90 }), (any) => readDropbearKey(any) === undefined));
    const long = Buffer.concat([dropbearKey({ seed: randomBytes(32), publicKey: randomBytes(32) }), Buffer.from([0])]);
    expect(readDropbearKey(long)).toBeUndefined();
  });

  it('in OpenSSH’s form is read by a library as the same public key, also with zero bytes in front', () => {
    for (const first of [0, 1, 0x7f, 0x80, 0xff]) {
      const publicKey = randomBytes(32);
      publicKey[0] = first;
      const parsed = ssh2.utils.parseKey(opensshKey({ seed: randomBytes(32), publicKey }, randomBytes(4))) as ParsedKey;
      expect(parsed.getPublicSSH().equals(publicBlob(publicKey)), String(first)).toBe(true);
    }
  });
});
