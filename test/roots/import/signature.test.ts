import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { NotGenuine } from '../../../src/roots/import/errors.ts';
import { checkGenuine, type Expected } from '../../../src/roots/import/genuine.ts';
import { describeWith } from '../../support/needs.ts';
import { keptDirectory } from './support/scratch.ts';

/** Keys are made by gpg, on the fly; what pirack runs is gpgv. */
describeWith({ programs: ['gpg', 'gpg-agent', 'gpgconf', 'gpgv'] })('signatures of images', () => {
  let scratch: string;
  let image: string;
  const homes: string[] = [];
  const gpg = (home: string, ...args: string[]) =>
    execFileSync('gpg', ['--homedir', home, '--batch', '--quiet', '--no-tty', ...args], { stdio: 'pipe' });

  /** Somebody with a key: a home, and their public key as a keyring. */
  function person(name: string): { home: string; keyring: string } {
    const home = join(scratch, name);
    mkdirSync(home, { mode: 0o700 });
    homes.push(home);
    gpg(home, '--passphrase', '', '--quick-generate-key', `${name}@example.net`, 'ed25519', 'sign', 'never');
    const keyring = join(scratch, `${name}.gpg`);
    writeFileSync(keyring, gpg(home, '--export'));
    return { home, keyring };
  }

  let vendor: ReturnType<typeof person>;
  let other: ReturnType<typeof person>;
  beforeAll(() => {
    scratch = keptDirectory();
    image = join(scratch, 'pi.img');
    writeFileSync(image, 'an operating system');
    vendor = person('vendor');
    other = person('other');
    gpg(vendor.home, '--detach-sign', '--output', `${image}.sig`, image);
    gpg(vendor.home, '--armor', '--detach-sign', '--output', join(scratch, 'armoured'), image);
    gpg(other.home, '--detach-sign', '--output', join(scratch, 'of-other'), image);
  }, 60_000);
  afterAll(() => {
    for (const home of homes) execFileSync('gpgconf', ['--homedir', home, '--kill', 'all'], { stdio: 'pipe' });
  });

  const check = (expected: Expected, path = image) => checkGenuine(path, expected, () => {});

  test('hold where a trusted key made them: beside the image, or named', async () => {
    expect(await check({ keyring: vendor.keyring })).toMatchObject({ signedBy: 'pi.img.sig', remarks: [] });
    const armoured = await check({ keyring: vendor.keyring, signature: join(scratch, 'armoured') });
    expect(armoured.signedBy).toBe('armoured');
  });

  test('do not hold for another key, another file, or what is no signature', async () => {
    const refused = (expected: Expected, path?: string) => expect(check(expected, path)).rejects;
    await refused({ keyring: other.keyring }).toThrow(/signature .*pi\.img\.sig does not hold .*No public key/);
    await refused({ keyring: vendor.keyring, signature: join(scratch, 'of-other') }).toThrow(NotGenuine);
    await refused({ keyring: vendor.keyring, signature: image }).toThrow(NotGenuine);
    await refused({ keyring: join(scratch, 'no-such.gpg') }).toThrow(NotGenuine);
    const changed = join(scratch, 'changed.img');
    writeFileSync(changed, 'another operating system');
    copyFileSync(`${image}.sig`, `${changed}.sig`);
    await refused({ keyring: vendor.keyring }, changed).toThrow(/BAD signature/);
    rmSync(`${changed}.sig`);
    await refused({ keyring: vendor.keyring }, changed).toThrow(/no signature is beside/);
  });

  test('without keys that are trusted they prove nothing, which is told', async () => {
    const { signedBy, remarks } = await check({});
    expect([signedBy, remarks]).toEqual([undefined, ['pi.img.sig is not checked: no --keyring was given']]);
    await expect(check({ signature: `${image}.sig` })).rejects.toThrow('--signature needs --keyring');
  });
});
