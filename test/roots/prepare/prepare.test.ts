import { existsSync, mkdirSync, readFileSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Layout } from '../../../src/roots/facts/os.ts';
import { readLayout, readOs } from '../../../src/roots/facts/os.ts';
import { prepareImage, undoStep } from '../../../src/roots/prepare/index.ts';
import { STEPS } from '../../../src/roots/prepare/steps/index.ts';
import { StillTree } from '../../../src/roots/still-tree.ts';
import { describeWith } from '../../support/needs.ts';
import { listing } from '../import/support/store.ts';
import { scratchDirectory } from '../support/fake-image.ts';

const bootFacts = (initramfs?: string) => ({ kernels: [], kernel: 'vmlinuz', initramfs, models: [] });

let image: string;
beforeEach(() => {
  image = scratchDirectory();
  mkdirSync(join(image, 'boot'));
  mkdirSync(join(image, 'root'));
});

function put(files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(image, path)), { recursive: true });
    if (text.startsWith('-> ')) symlinkSync(text.slice(3), join(image, path));
    else writeFileSync(join(image, path), text);
  }
}

const units = (...names: readonly string[]) =>
  Object.fromEntries(names.map((name) => [`root/usr/lib/systemd/system/${name}`, '[Unit]\n']));
const text = (path: string) => readFileSync(join(image, 'root', path), 'utf8');

const RASPBERRY = {
  'root/etc/os-release': 'ID=debian\nVERSION_CODENAME=trixie\nPRETTY_NAME="Debian GNU/Linux 13 (trixie)"\n',
  'root/etc/apt/sources.list.d/raspi.sources': '',
  'root/etc/rpi/swap.conf': '[Main]\n',
  'root/etc/cloud/cloud.cfg.d/99_raspberry-pi.cfg': 'datasource_list: [ NoCloud, None ]\n',
  'root/etc/fstab':
    'proc /proc proc defaults 0 0\n# a word\nPARTUUID=1-02 / ext4 defaults 0 1\n/dev/mmcblk0p3 none swap sw 0 0\n',
  'boot/cmdline.txt': 'console=tty1 root=PARTUUID=1-02 resize cgroup_enable=cpuset\n',
  ...units(
    'NetworkManager.service',
    'NetworkManager-wait-online.service',
    'rpi-resize.service',
    'ssh.service',
    'regenerate_ssh_host_keys.service',
  ),
};
const DEBIAN = {
  'root/etc/os-release': 'ID=debian\nVERSION_CODENAME=bookworm\n',
  'root/etc/network/interfaces.d/eth0': 'auto eth0\niface eth0 inet dhcp\niface eth0 inet6 auto\n',
  'root/etc/systemd/system/rpi-generate-ssh-host-keys.service': '[Unit]\n',
  'root/etc/systemd/system/multi-user.target.requires/rpi-generate-ssh-host-keys.service':
    '-> /etc/systemd/system/rpi-generate-ssh-host-keys.service',
  ...units('ssh.service', 'systemd-networkd.service'),
};
const UBUNTU = {
  'root/etc/os-release': 'ID=ubuntu\nVERSION_CODENAME=noble\n',
  'root/etc/netplan/50-cloud-init.yaml': 'network: {}\n',
  'root/etc/cloud/cloud.cfg.d/05_logging.cfg': '',
  'root/etc/systemd/system/sockets.target.wants/ssh.socket': '-> /usr/lib/systemd/system/ssh.socket',
  ...units('ssh.service', 'systemd-networkd.service', 'systemd-networkd-wait-online.service'),
};

describe('layouts', () => {
  const layout = () => {
    const root = new StillTree(join(image, 'root'));
    return readLayout(root, readOs(root));
  };

  test.each([
    ['raspberry-pi-os', RASPBERRY],
    ['debian', DEBIAN],
    ['ubuntu', UBUNTU],
  ])('%s is known by its files', (name, files) => {
    put(files);
    expect(layout()).toEqual({ layout: name, reason: undefined });
  });

  test('others are unknown, and it is said why', () => {
    put({ 'root/etc/os-release': 'ID=arch\nPRETTY_NAME="Arch Linux ARM"\n', ...units('x.service') });
    expect(layout()).toEqual({ layout: 'unknown', reason: 'Arch Linux ARM is none of the systems that pirack knows' });
    put({ 'root/etc/os-release': 'ID=ubuntu\nVERSION_CODENAME=focal\nPRETTY_NAME="Ubuntu 20.04"\n' });
    expect(layout().reason).toBe('Ubuntu 20.04 (focal): of ubuntu, jammy and noble are known');
    put({ 'root/etc/os-release': '\u0000\n\x1b[2JID=x' });
    expect(layout()).toMatchObject({ layout: 'unknown' });
  });
});

describeWith({ root: true })('preparation', () => {
  test('Raspberry Pi OS: nothing waits for a card, a keyboard or a network manager', () => {
    put(RASPBERRY);
    const prepared = prepareImage(image, { layout: 'raspberry-pi-os', bootFacts: bootFacts() });
    expect(text('etc/fstab')).toBe('proc /proc proc defaults 0 0\n# a word\n');
    expect(text('etc/rpi/swap.conf.d/50-pirack.conf')).toBe('[Main]\nMechanism=zram\n');
    expect(text('etc/NetworkManager/conf.d/10-pirack.conf')).toContain('unmanaged-devices=interface-name:eth0');
    expect(text('etc/systemd/system.conf.d/90-pirack.conf')).toContain('RuntimeWatchdogSec=5min');
    expect(text('etc/cloud/cloud.cfg.d/99-pirack-network.cfg')).toBe('network: {config: disabled}\n');
    for (const unit of ['rpi-resize', 'NetworkManager-wait-online', 'regenerate_ssh_host_keys'])
      expect(readlinkSync(join(image, `root/etc/systemd/system/${unit}.service`))).toBe('/dev/null');
    expect(readlinkSync(join(image, 'root/etc/systemd/system/multi-user.target.wants/ssh.service'))).toBe(
      '/usr/lib/systemd/system/ssh.service',
    );
    const commandLine = prepared.find(({ step }) => step === 'command-line');
    expect(commandLine).toMatchObject({
      cmdline: ['cgroup_enable=cpuset'],
      notes: [expect.any(String), 'left out: console=tty1 root=PARTUUID=1-02 resize'],
    });
  });

  test('Debian and Ubuntu: their own ways to bring up a network and to make keys', () => {
    put(DEBIAN);
    const prepared = prepareImage(image, { layout: 'debian', bootFacts: bootFacts('initrd.img') });
    expect(text('etc/network/interfaces.d/eth0')).toBe('auto eth0\niface eth0 inet manual\niface eth0 inet6 manual\n');
    expect(text('etc/systemd/network/01-pirack.network')).toContain('Unmanaged=yes');
    expect(
      existsSync(join(image, 'root/etc/systemd/system/multi-user.target.requires/rpi-generate-ssh-host-keys.service')),
    ).toBe(false);
    // initramfs-tools mounts a local disk unless it is told.
    expect(prepared[0]?.cmdline).toEqual(['boot=nfs']);
    put(UBUNTU);
    prepareImage(join(image, '.'), { layout: 'unknown', bootFacts: bootFacts() });
    expect(existsSync(join(image, 'root/etc/cloud/cloud.cfg.d/99-pirack-disk.cfg'))).toBe(false);
  });

  test.each<[Layout, Readonly<Record<string, string>>]>([
    ['raspberry-pi-os', RASPBERRY],
    ['debian', DEBIAN],
    ['ubuntu', UBUNTU],
  ])('%s: each step alone can be taken back, and all of them leave what was there', (layout, files) => {
    put(files);
    const root = join(image, 'root');
    const before = listing(root);
    let prepared = prepareImage(image, { layout, bootFacts: bootFacts() });
    expect(prepared.length).toBeGreaterThan(7);
    const changed = listing(root);
    // In any order: the steps have no file in common.
    for (const { step } of [...prepared].sort((a, b) => a.title.localeCompare(b.title))) {
      const with_ = listing(root);
      const had = prepared.find((each) => each.step === step)?.changes.length ?? 0;
      prepared = undoStep(image, prepared, step);
      if (had > 0) expect(listing(root), step).not.toEqual(with_);
    }
    expect(prepared).toEqual([]);
    expect(changed).not.toEqual(before);
    expect(listing(root)).toEqual(before);
  });

  test('an image whose directories are links is not followed out of it', () => {
    const outside = scratchDirectory();
    put({ ...RASPBERRY, 'root/usr/local/lib': `-> ${outside}` });
    expect(() => prepareImage(image, { layout: 'raspberry-pi-os', bootFacts: bootFacts() })).toThrow(
      'usr/local/lib is no directory',
    );
    expect(existsSync(join(outside, 'pirack'))).toBe(false);
  });

  test('step names are what reports and commands use, and each is there once', () => {
    const names = STEPS.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[a-z][a-z-]+$/);
  });
});
