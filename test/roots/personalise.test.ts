import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { RootRefused } from '../../src/roots/errors.ts';
import { makeHostKey } from '../../src/roots/personalise/host-keys.ts';
import { personalise } from '../../src/roots/personalise/index.ts';
import { type PersonalWishes, personalWishes } from '../../src/roots/personalise/wishes.ts';
import { describeWith } from '../support/needs.ts';
import { makeFakeImage, scratchDirectory } from './support/fake-image.ts';

const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPZJBibO2uIdswq ann@example';
const BASE = {
  hostName: 'pi7',
  zone: 'pi.example',
  machineId: '0123456789abcdef0123456789abcdef',
  hostKey: makeHostKey(),
  network: {
    slot: 7,
    ipv4: { address: '10.20.0.26', gateway: '10.20.0.25' },
    ipv6: { address: '2001:db8:20:7::2', gateway: '2001:db8:20:7::1' },
    dns: ['2001:db8::64'],
  },
};

/** An image's root with directories and files that some systems have. */
function tree(...paths: readonly string[]) {
  const root = join(makeFakeImage(join(scratchDirectory(), 'image')), 'root');
  for (const path of paths) {
    if (path.endsWith('/')) mkdirSync(join(root, path), { recursive: true });
    else {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), 'of the image');
    }
  }
  const text = (path: string) => readFileSync(join(root, path), 'utf8');
  return {
    root,
    text,
    has: (path: string) => existsSync(join(root, path)),
    mode: (path: string) => statSync(join(root, path)).mode & 0o777,
  };
}

describe('a clone made a slot’s own', () => {
  test('has its names, addresses and resolvers for whichever program reads them', async () => {
    const { root, text } = tree('etc/systemd/network/', 'etc/network/interfaces.d/', 'var/lib/dbus/machine-id');
    await personalise(root, BASE);
    expect(text('etc/hosts')).toContain('127.0.1.1 pi7.pi.example pi7\n');
    expect(text('etc/resolv.conf')).toBe('nameserver 2001:db8::64\n');
    expect(text('etc/pirack/slot')).toContain('PIRACK_IPV6=2001:db8:20:7::2/64\n');
    expect(text('etc/systemd/network/10-pirack.network')).toMatch(
      /Name=eth0.*KeepConfiguration=yes.*Gateway=2001:db8:20:7::1\nDNS=2001:db8::64/s,
    );
    expect(text('etc/network/interfaces.d/pirack')).toMatch(
      /inet manual\niface eth0 inet6 static\n {2}address 2001:db8:20:7::2\/64/,
    );
  });

  test('has the keys of its people, and no leftovers of the image’s identity', async () => {
    const regenerate = 'etc/systemd/system/multi-user.target.wants/regenerate_ssh_host_keys.service';
    const { root, text, has, mode } = tree(regenerate, 'var/lib/dbus/machine-id');
    await personalise(root, { ...BASE, authorizedKeys: [KEY] });
    expect(text('root/.ssh/authorized_keys')).toBe(`${KEY}\n`);
    expect([mode('root/.ssh'), mode('root/.ssh/authorized_keys')]).toEqual([0o700, 0o600]);
    expect(mode('etc/ssh/ssh_host_ed25519_key')).toBe(0o600);
    expect([has(regenerate), has('var/lib/dbus/machine-id'), has('etc/systemd/network/10-pirack.network')]).toEqual([
      false,
      false,
      false,
    ]);
  });

  test('lets the controller ask for a reboot and for nothing else, beside the keys of its people', async () => {
    const { root, text } = tree();
    const controllerKey = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIcontroller';
    await personalise(root, { ...BASE, authorizedKeys: [KEY], controllerKey });
    expect(text('root/.ssh/authorized_keys').split('\n')).toEqual([
      KEY,
      expect.stringMatching(/^# .*controller.*may be removed/),
      `restrict,command="/sbin/reboot" ${controllerKey} pirack-reboot`,
      '',
    ]);
  });

  test('seeds cloud-init where the image has it, and refuses user-data where not', async () => {
    const { root, text, mode } = tree('etc/cloud/');
    await personalise(root, { ...BASE, authorizedKeys: [KEY], userData: '#cloud-config\npassword: secret\n' });
    expect(text('var/lib/cloud/seed/nocloud/meta-data')).toMatch(
      /^instance-id: pirack-0123.*local-hostname: pi7.pi.example\npublic-keys:\n {2}- "ssh-ed25519 /s,
    );
    expect(text('var/lib/cloud/seed/nocloud/user-data')).toContain('password: secret');
    expect(mode('var/lib/cloud/seed/nocloud/user-data')).toBe(0o600);
    expect(text('var/lib/cloud/seed/nocloud/vendor-data')).toContain('ssh_deletekeys: false');
    const without = personalise(tree().root, { ...BASE, userData: '#cloud-config\n' });
    await expect(without).rejects.toThrow(RootRefused);
  });

  test('has its time zone, which must be one of the image’s', async () => {
    const { root, text } = tree('usr/share/zoneinfo/Europe/London');
    await personalise(root, { ...BASE, timeZone: 'Europe/London' });
    expect(text('etc/timezone')).toBe('Europe/London\n');
    await expect(personalise(root, { ...BASE, timeZone: 'Mars/Base' })).rejects.toMatchObject({ code: 'no_time_zone' });
  });

  test('mounts what it is told to, beside what the image mounts', async () => {
    const { root, text, has } = tree('etc/fstab');
    await personalise(root, { ...BASE, mounts: [{ source: '10.20.0.25:/r', target: 'mnt/root', options: 'vers=3' }] });
    expect(text('etc/fstab')).toBe('of the image\n10.20.0.25:/r /mnt/root nfs vers=3 0 0\n');
    expect(has('mnt/root')).toBe(true);
  });
});

test.each<[object, boolean]>([
  [{ authorizedKeys: [KEY, `restrict,command="/bin/true" ${KEY}`] }, true],
  [{ authorizedKeys: [`${KEY}\n${KEY}`] }, false],
  [{ authorizedKeys: ['not a key'] }, false],
  [{ timeZone: 'Etc/GMT+1' }, true],
  [{ timeZone: '/etc/passwd' }, false],
  [{ timeZone: 'a/../b' }, false],
  [{ userData: 'x'.repeat(65_537) }, false],
  [{ hostName: 'other' }, false],
])('wishes %j are taken: %s', (wishes: PersonalWishes | object, taken) =>
  expect(personalWishes.safeParse(wishes).success).toBe(taken),
);

describeWith({ programs: ['ssh-keygen'] })('host keys', () => {
  test('are what ssh-keygen takes and says', () => {
    const directory = scratchDirectory();
    const seen = new Set<string>();
    for (let round = 0; round < 5; round++) {
      const key = makeHostKey();
      const file = join(directory, `key${round}`);
      writeFileSync(file, key.openssh, { mode: 0o600 });
      expect(
        execFileSync('ssh-keygen', ['-y', '-f', file], { encoding: 'utf8' }).trim().split(' ').slice(0, 2).join(' '),
      ).toBe(key.publicKey);
      expect(execFileSync('ssh-keygen', ['-lf', file], { encoding: 'utf8' })).toContain(key.fingerprint);
      seen.add(key.fingerprint);
    }
    expect(seen.size).toBe(5);
  });

  test('are whole, also where one begins with a zero byte', () => {
    const file = join(scratchDirectory(), 'key');
    const begins = (publicKey: string) => Buffer.from(publicKey.split(' ')[1] as string, 'base64')[19];
    let key = makeHostKey();
    for (let round = 0; round < 20_000 && begins(key.publicKey) !== 0; round++) key = makeHostKey();
    expect(begins(key.publicKey)).toBe(0);
    writeFileSync(file, key.openssh, { mode: 0o600 });
    expect(execFileSync('ssh-keygen', ['-y', '-f', file], { encoding: 'utf8' })).toContain(key.publicKey);
  });

  test('for dropbear are the same key: its type, then seed and public key in one string', () => {
    const { dropbear, publicKey } = makeHostKey();
    const bytes = Buffer.from(dropbear);
    expect(bytes.length).toBe(4 + 11 + 4 + 64);
    expect(bytes.subarray(4, 15).toString()).toBe('ssh-ed25519');
    expect(bytes.readUInt32BE(15)).toBe(64);
    expect(bytes.subarray(51)).toEqual(Buffer.from(publicKey.split(' ')[1] as string, 'base64').subarray(-32));
  });
});
