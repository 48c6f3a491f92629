import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** Makes an image directory as small as the checks allow. */
export function makeFakeImage(directory: string, version = '1'): string {
  const boot = join(directory, 'boot');
  mkdirSync(boot, { recursive: true });
  for (const file of [
    'bootcode.bin',
    'start.elf',
    'fixup.dat',
    'start4.elf',
    'fixup4.dat',
    'kernel8.img',
    'initramfs8',
    'a.dtb',
  ]) {
    writeFileSync(join(boot, file), file);
  }
  const root = join(directory, 'root');
  for (const path of ['etc/ssh', 'etc/dropbear', 'usr/sbin', 'usr/share/deep/er', 'var/lib'])
    mkdirSync(join(root, path), { recursive: true });
  symlinkSync('usr/sbin', join(root, 'sbin'));
  symlinkSync('/usr/bin/busybox', join(root, 'usr/sbin/init'));
  writeFileSync(join(root, 'etc/hostname'), 'image\n');
  writeFileSync(join(root, 'etc/machine-id'), 'of the image\n');
  writeFileSync(join(root, 'etc/ssh/ssh_host_ed25519_key'), 'secret');
  writeFileSync(join(root, 'etc/ssh/ssh_host_ed25519_key.pub'), 'public');
  writeFileSync(join(root, 'etc/ssh/sshd_config'), 'kept');
  writeFileSync(join(root, 'etc/dropbear/dropbear_ed25519_host_key'), 'secret');
  writeFileSync(join(root, 'usr/share/deep/er/file'), 'x'.repeat(100_000));
  chmodSync(root, 0o755);
  writeFileSync(
    join(directory, 'image.json'),
    JSON.stringify({
      name: 'fake',
      version,
      created: '2026-01-02T03:04:05Z',
      arch: 'arm64',
      boot: { kernel: 'kernel8.img', initramfs: 'initramfs8', cmdline: 'console=ttyS1,115200' },
      packages: { some: '1' },
    }),
  );
  return directory;
}

/** A directory that is removed when the test is done. */
export function scratchDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'pirack-roots-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}
