import { execFileSync } from 'node:child_process';
import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { rename, symlink, unlink } from 'node:fs/promises';
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

  test('a hard link is replaced: what else has the name of that file keeps its content', async () => {
    const { root, outside, untouched } = hostileTree();
    linkSync(join(outside, 'hostname'), join(root, 'etc/hostname'));
    linkSync(join(outside, 'machine-id'), join(root, 'etc/.pirack-machine-id'));
    await personalise(root, PERSONALITY);
    untouched();
    expect(readFileSync(join(root, 'etc/hostname'), 'utf8')).toBe('slot-007\n');
    expect(statSync(join(root, 'etc/hostname')).ino).not.toBe(statSync(join(outside, 'hostname')).ino);
  });

  test('reading waits for no pipe, follows no link and takes no device for a file', async () => {
    const { root, outside } = hostileTree();
    execFileSync('mkfifo', [join(root, 'etc/pipe')]);
    symlinkSync(join(outside, 'hostname'), join(root, 'etc/link'));
    symlinkSync(outside, join(root, 'etc/dir'));
    writeFileSync(join(root, 'etc/large'), 'x'.repeat(100));
    const tree = await SafeRoot.open(root);
    for (const path of ['etc/pipe', 'etc/link', 'etc/dir/hostname', 'etc/large', 'etc'])
      await expect(tree.readFile(path, 50), path).rejects.toThrow(UnsafePath);
    expect(await tree.readFile('etc/absent', 50)).toBeUndefined();
    expect(await tree.readFile('etc/large', 100)).toBe('x'.repeat(100));
    expect(
      await Promise.all(['etc/pipe', 'etc/link', 'etc/large', 'etc', 'absent'].map((path) => tree.kind(path))),
    ).toEqual(['other', 'link', 'file', 'directory', undefined]);
    await tree.close();
  });

  test('directories are made beside what is there, and never through a link', async () => {
    const { root, outside, untouched } = hostileTree();
    symlinkSync(outside, join(root, 'var'));
    writeFileSync(join(root, 'mnt'), '');
    const tree = await SafeRoot.open(root);
    await tree.makeDirectory('etc/a/b', 0o700);
    await tree.makeDirectory('etc/a/b', 0o755);
    expect(statSync(join(root, 'etc/a/b')).mode & 0o777).toBe(0o700);
    await expect(tree.makeDirectory('var/lib', 0o755)).rejects.toThrow(UnsafePath);
    await expect(tree.makeDirectory('mnt', 0o755)).rejects.toThrow(UnsafePath);
    await tree.writeLink('etc/localtime', '/usr/share/zoneinfo/UTC');
    expect(readlinkSync(join(root, 'etc/localtime'))).toBe('/usr/share/zoneinfo/UTC');
    await tree.close();
    untouched();
  });

  test('a directory that becomes a link, and back, while it is written to leads nowhere else', async () => {
    const { root, outside, untouched } = hostileTree();
    const tree = await SafeRoot.open(root);
    let written = 0;
    for (let round = 0; round < 200; round++) {
      const writing = tree.writeFile('etc/hostname', `round ${round}`, 0o644).then(
        () => written++,
        (error: unknown) => expect(error).toBeInstanceOf(UnsafePath),
      );
      await rename(join(root, 'etc'), join(root, 'aside'));
      await symlink(outside, join(root, 'etc'));
      await writing;
      await unlink(join(root, 'etc'));
      await rename(join(root, 'aside'), join(root, 'etc'));
    }
    await tree.close();
    untouched();
    expect(written).toBeGreaterThan(0);
  });

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
