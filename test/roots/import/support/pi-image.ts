/** Images shaped like those that are written to cards, made by other programs than ours: mke2fs, mkfs.vfat, mtools, sfdisk. */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  cpSync,
  linkSync,
  mkdirSync,
  readdirSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { cacheDirectory } from '../../../../src/cli/places.ts';

/** The image that scripts/make-image makes: real firmware, a real kernel and device trees. */
export const BUILT = join(cacheDirectory(), 'images/debian-12-pi');
export const PROGRAMS = [
  'mke2fs',
  'debugfs',
  'mkfs.vfat',
  'mcopy',
  'sfdisk',
  'xz',
  'zstd',
  'gzip',
  'zip',
  'tar',
  'setcap',
];

export const run = (program: string, ...args: string[]): string =>
  execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

function put(top: string, path: string, text: string, mode = 0o644): void {
  mkdirSync(dirname(join(top, path)), { recursive: true });
  writeFileSync(join(top, path), text);
  chmodSync(join(top, path), mode);
}

/** A small root with what matters of Raspberry Pi OS bookworm, all kinds of files among it. */
export function makePiRoot(root: string): void {
  put(
    root,
    'usr/lib/os-release',
    'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\n',
  );
  for (const directory of ['bin', 'sbin', 'lib']) {
    mkdirSync(join(root, 'usr', directory), { recursive: true });
    symlinkSync(`usr/${directory}`, join(root, directory));
  }
  mkdirSync(join(root, 'etc'));
  symlinkSync('../usr/lib/os-release', join(root, 'etc/os-release'));
  put(root, 'etc/rpi-issue', 'Raspberry Pi reference 2024-11-19\n');
  put(
    root,
    'etc/fstab',
    'proc            /proc           proc    defaults          0       0\nPARTUUID=a1-01  /boot/firmware  vfat    defaults          0       2\nPARTUUID=a1-02  /               ext4    defaults,noatime  0       1\n',
  );
  put(root, 'etc/dhcpcd.conf', 'hostname\n\ninterface wlan0\nnohook wpa_supplicant\n', 0o664);
  put(root, 'etc/passwd', 'root:x:0:0:root:/root:/bin/bash\n');
  put(root, 'etc/init.d/resize2fs_once', '#!/bin/sh\n', 0o755);
  mkdirSync(join(root, 'etc/rc3.d'));
  symlinkSync('../init.d/resize2fs_once', join(root, 'etc/rc3.d/S01resize2fs_once'));
  put(root, 'etc/ssh/sshd_config.d/rename_user.conf', 'Banner /usr/share/userconf-pi/sshd_banner\n');
  for (const unit of [
    'ssh',
    'NetworkManager',
    'NetworkManager-wait-online',
    'userconfig',
    'dphys-swapfile',
    'regenerate_ssh_host_keys',
    'systemd-growfs-root',
  ])
    put(root, `usr/lib/systemd/system/${unit}.service`, `[Unit]\nDescription=${unit}\n`);
  put(root, 'usr/lib/modules/6.1.0-56-arm64/modules.builtin', 'kernel/fs/nfs/nfs.ko\n');
  copyFileSync(join(BUILT, 'root/usr/bin/busybox'), join(root, 'usr/bin/busybox'));
  chmodSync(join(root, 'usr/bin/busybox'), 0o4755);
  linkSync(join(root, 'usr/bin/busybox'), join(root, 'usr/bin/sh'));
  symlinkSync('/usr/bin/busybox', join(root, 'usr/sbin/init'));
  put(root, 'usr/bin/ping', 'ping\n', 0o755);
  run('setcap', 'cap_net_raw+ep', join(root, 'usr/bin/ping'));
  put(root, 'home/pi/Übung und mehr.txt', 'x'.repeat(5000));
  chownSync(join(root, 'home/pi'), 1000, 1000);
  chmodSync(join(root, 'home/pi'), 0o700);
  symlinkSync('a/'.repeat(40), join(root, 'home/pi/long-link'));
  put(root, 'var/lib/holes', 'begin');
  truncateSync(join(root, 'var/lib/holes'), 3_000_000);
  mkdirSync(join(root, 'var/many'));
  for (let index = 0; index < 500; index++) put(root, `var/many/a-name-that-is-long-enough-${index}`, String(index));
  mkdirSync(join(root, 'boot/firmware'), { recursive: true });
}

/** Boot files as on the card: real firmware, Raspberry Pi OS's config.txt and cmdline.txt. */
export function makePiBoot(boot: string): void {
  mkdirSync(boot, { recursive: true });
  const wanted = /^(bootcode|start|fixup|bcm27|kernel8)/;
  for (const name of readdirSync(join(BUILT, 'boot')))
    if (wanted.test(name)) copyFileSync(join(BUILT, 'boot', name), join(boot, name));
  writeFileSync(join(boot, 'config.txt'), '[all]\narm_64bit=1\nauto_initramfs=1\n');
  writeFileSync(
    join(boot, 'cmdline.txt'),
    'console=serial0,115200 console=tty1 root=PARTUUID=a1-02 rootfstype=ext4 fsck.repair=yes rootwait quiet init=/usr/lib/raspberrypi-sys-mods/firstboot dwc_otg.lpm_enable=0 cgroup_enable=memory\n',
  );
  mkdirSync(join(boot, 'overlays'));
  writeFileSync(join(boot, 'overlays/A long name with Ümlaut.dtbo'), 'overlay');
}

const MIB = 1024 * 1024;
/** Size of a partition, in mebibytes. */
const PART = 48;

/** @param edit commands for debugfs(8), which makes what no directory can hold: devices, wrong blocks */
export function makeExt4(from: string, file: string, edit: readonly string[] = [], mebibytes = PART): void {
  writeFileSync(file, '');
  truncateSync(file, mebibytes * MIB);
  run('mke2fs', '-q', '-t', 'ext4', '-d', from, '-L', 'rootfs', file);
  for (const command of edit) run('debugfs', '-w', '-R', command, file);
}

export function makeFat(from: string, file: string, bits: 16 | 32 = 32): void {
  writeFileSync(file, '');
  truncateSync(file, 48 * MIB);
  run('mkfs.vfat', '-F', String(bits), '-n', 'BOOTFS', file);
  run('mcopy', '-s', '-i', file, ...readdirSync(from).map((name) => join(from, name)), '::');
}

/** Puts two file systems into partitions, 4 MiB from the beginning, as sfdisk(8) makes them. */
export function makeDisk(file: string, kind: 'dos' | 'gpt', fat: string, ext4: string): void {
  const mebibytes = (part: string) => statSync(part).size / MIB;
  const first = mebibytes(fat);
  const parts = [
    { part: fat, start: 4, size: first },
    { part: ext4, start: 4 + first, size: mebibytes(ext4) },
  ];
  writeFileSync(file, '');
  truncateSync(file, (4 + first + mebibytes(ext4) + 4) * MIB);
  const script = join(dirname(file), 'table');
  const types = kind === 'dos' ? ['c', '83'] : ['uefi', 'linux'];
  writeFileSync(
    script,
    `label: ${kind}\n${parts.map(({ start, size }, index) => `start=${start}MiB, size=${size}MiB, type=${types[index]}`).join('\n')}\n`,
  );
  execFileSync('sfdisk', ['-q', file], { input: execFileSync('cat', [script]), stdio: ['pipe', 'ignore', 'pipe'] });
  for (const { part, start } of parts)
    run('dd', `if=${part}`, `of=${file}`, 'bs=1M', `seek=${start}`, 'conv=notrunc,sparse', 'status=none');
}

/** A whole image in `directory`: `pi.img`, and the trees that it was made from. */
export function makePiImage(
  directory: string,
  kind: 'dos' | 'gpt' = 'dos',
): { image: string; root: string; boot: string } {
  const root = join(directory, 'root');
  const boot = join(directory, 'boot');
  mkdirSync(root, { recursive: true });
  makePiRoot(root);
  makePiBoot(boot);
  makeFat(boot, join(directory, 'fat'));
  makeExt4(root, join(directory, 'ext4'), ['mknod null c 1 3', 'mknod queue p']);
  const image = join(directory, 'pi.img');
  makeDisk(image, kind, join(directory, 'fat'), join(directory, 'ext4'));
  return { image, root, boot };
}

export function copyTree(from: string, to: string): void {
  cpSync(from, to, { recursive: true, verbatimSymlinks: true });
}
