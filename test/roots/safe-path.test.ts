import { execFileSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { UnsafePath } from '../../src/roots/errors.ts';
import { makeHostKey } from '../../src/roots/personalise/host-keys.ts';
import { personalise } from '../../src/roots/personalise/index.ts';
import { SafeRoot } from '../../src/roots/safe-path.ts';
import { makeFakeImage, scratchDirectory } from './support/fake-image.ts';

const PERSONALITY = { hostName: 'slot-007', machineId: '0123456789abcdef0123456789abcdef', hostKey: makeHostKey() };

/** A root beside a directory that nothing may touch. */
function hostileTree(): { root: string; outside: string; untouched: () => void } {
  const directory = scratchDirectory();
  const root = join(directory, 'root');
  const outside = join(directory, 'outside');
  mkdirSync(join(root, 'etc'), { recursive: true });
  mkdirSync(outside);
  for (const name of ['hostname', 'machine-id', 'ssh_host_rsa_key']) writeFileSync(join(outside, name), 'precious');
  const untouched = () => {
    expect(readdirSync(outside).sort()).toEqual(['hostname', 'machine-id', 'ssh_host_rsa_key']);
    for (const name of readdirSync(outside)) expect(readFileSync(join(outside, name), 'utf8')).toBe('precious');
  };
  return { root, outside, untouched };
}

describe('personalise', () => {
  test('gives a clone its name and id, a host key in place of the image’s, and leaves the rest', async () => {
    const { root } = { root: join(makeFakeImage(join(scratchDirectory(), 'i')), 'root') };
    await personalise(root, PERSONALITY);
    expect(readFileSync(join(root, 'etc/hostname'), 'utf8')).toBe('slot-007\n');
    expect(readFileSync(join(root, 'etc/machine-id'), 'utf8')).toBe(`${PERSONALITY.machineId}\n`);
    expect(statSync(join(root, 'etc/machine-id')).mode & 0o777).toBe(0o444);
    expect(readdirSync(join(root, 'etc/ssh')).sort()).toEqual([
      'ssh_host_ed25519_key',
      'ssh_host_ed25519_key.pub',
      'sshd_config',
    ]);
    expect(readFileSync(join(root, 'etc/ssh/ssh_host_ed25519_key'), 'utf8')).toBe(PERSONALITY.hostKey.openssh);
    expect(readdirSync(join(root, 'etc/dropbear'))).toEqual(['dropbear_ed25519_host_key']);
    expect(readdirSync(join(root, 'etc')).sort()).toEqual(['dropbear', 'hostname', 'hosts', 'machine-id', 'ssh']);
  });

  test('what has no etc is no root, and stays as it is', async () => {
    const root = join(scratchDirectory(), 'root');
    mkdirSync(root);
    await expect(personalise(root, PERSONALITY)).rejects.toThrow(/its directory does not exist/);
    expect(readdirSync(root)).toEqual([]);
  });
});

describe('in a hostile tree', () => {
  test('a link in place of a file is replaced, never followed', async () => {
    const { root, outside, untouched } = hostileTree();
    symlinkSync(join(outside, 'hostname'), join(root, 'etc/hostname'));
    symlinkSync(join(outside, 'machine-id'), join(root, 'etc/.pirack-machine-id'));
    await personalise(root, PERSONALITY);
    untouched();
    expect(lstatSync(join(root, 'etc/hostname')).isFile()).toBe(true);
    expect(readFileSync(join(root, 'etc/machine-id'), 'utf8')).toBe(`${PERSONALITY.machineId}\n`);
  });

  test.each([['absolute'], ['relative']])('an %s link in place of a directory is refused', async (kind) => {
    const { root, outside, untouched } = hostileTree();
    execFileSync('rmdir', [join(root, 'etc')]);
    symlinkSync(kind === 'absolute' ? outside : '../outside', join(root, 'etc'));
    await expect(personalise(root, PERSONALITY)).rejects.toThrow(UnsafePath);
    untouched();
  });

  test('host keys behind a link are not removed', async () => {
    const { root, outside, untouched } = hostileTree();
    symlinkSync(outside, join(root, 'etc/ssh'));
    await expect(personalise(root, PERSONALITY)).rejects.toThrow(UnsafePath);
    untouched();
  });

  test('a root that is itself a link is refused', async () => {
    const { root, untouched } = hostileTree();
    symlinkSync(root, `${root}-link`);
    await expect(personalise(`${root}-link`, PERSONALITY)).rejects.toThrow(UnsafePath);
    untouched();
  });

  test('a directory in place of a file is refused, a named pipe is replaced without waiting for a reader', async () => {
    const { root } = hostileTree();
    execFileSync('mkfifo', [join(root, 'etc/hostname')]);
    mkdirSync(join(root, 'etc/machine-id'));
    await expect(personalise(root, PERSONALITY)).rejects.toThrow(UnsafePath);
    expect(readFileSync(join(root, 'etc/hostname'), 'utf8')).toBe('slot-007\n');
  });

  test.each([['../outside/x'], ['/etc/passwd'], ['etc/../../outside/x'], ['etc//x'], ['.'], ['..'], ['etc/..'], ['']])(
    'the path %j is refused',
    async (path) => {
      const { root, untouched } = hostileTree();
      const tree = await SafeRoot.open(root);
      try {
        await expect(tree.writeFile(path, 'x', 0o644)).rejects.toThrow(UnsafePath);
        await expect(tree.removeFile(path)).rejects.toThrow(UnsafePath);
      } finally {
        await tree.close();
      }
      untouched();
      expect(existsSync(join(root, 'etc'))).toBe(true);
    },
  );

  test('no descriptor stays open', async () => {
    const { root } = hostileTree();
    const before = readdirSync('/proc/self/fd').length;
    for (let i = 0; i < 50; i++) {
      await personalise(root, PERSONALITY);
      const tree = await SafeRoot.open(root);
      await expect(tree.writeFile('etc/hostname/below', 'x', 0o644)).rejects.toThrow(UnsafePath);
      await expect(tree.writeFile('absent/file', 'x', 0o644)).rejects.toThrow(UnsafePath);
      await tree.close();
    }
    expect(readdirSync('/proc/self/fd').length).toBeLessThanOrEqual(before + 5);
  });
});
