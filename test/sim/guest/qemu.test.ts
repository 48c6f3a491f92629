import { describe, expect, it } from 'vitest';
import { pi4Mac } from '../../../src/sim/board/identity.ts';
import type { BoardStatus } from '../../../src/sim/board/status.ts';
import { consoleStage } from '../../../src/sim/guest/console.ts';
import { qemuArguments, UBOOT } from '../../../src/sim/guest/qemu.ts';
import { describeWith } from '../../support/needs.ts';
import { runSealed } from '../fabric/support/sealed.ts';

describe('consoleStage', () => {
  it.each([
    ['U-Boot 2023.01+dfsg-2 (Jan 01 1980 - 00:00:00 +0000)\r', 'power-on'],
    ['BOOTP broadcast 1', 'rom-dhcp'],
    ['TFTP from server 10.21.0.13; our IP address is 10.21.0.14', 'rom-tftp'],
    ['Starting kernel ...', 'kernel'],
    ['pirack initramfs: [1.23] Linux 6.1.0-56-arm64, loading modules', 'kernel'],
    ['pirack initramfs: [9.00] no DHCP answer on eth0 after 1 rounds of 5 tries', 'kernel-dhcp'],
    ['pirack initramfs: [2.01] eth0 is 10.21.0.14 by DHCP from 10.21.0.13', 'os-network'],
    ['pirack initramfs: [2.21] root is 10.21.0.13:/srv/root', 'os-mount'],
    ['[    3.1] Kernel panic - not syncing: VFS', 'hung'],
    ['pirack: virtual-4-s004 is up after 6.61 s', 'os-up'],
    ['pirack login: ', 'os-up'],
    ['Loading: ####', undefined],
    ['', undefined],
  ])('%j', (line, stage) => {
    expect(consoleStage(line)).toBe(stage);
  });
});

it('gives qemu the tap and the MAC of its slot, on a bus that u-boot reads the MAC from', () => {
  const line = qemuArguments({ tap: 'p4', mac: pi4Mac(4), firmware: 'u-boot' }).join(' ');
  expect(line).toContain('-netdev tap,id=net,ifname=p4,script=no,downscript=no');
  expect(line).toContain(`-device virtio-net-device,netdev=net,mac=${pi4Mac(4)}`);
  expect(pi4Mac(4)).toMatch(/^dc:a6:32:/);
});

const programs = ['unshare', 'setpriv', 'nsenter', 'ip', 'snmpset', 'qemu-system-aarch64'];

describeWith({ root: true, programs, files: [UBOOT] })('a qemu guest in a fabric', () => {
  it('runs u-boot while its port has power, and is gone without it', async () => {
    const found = await runSealed<Found>('guest');
    expect(new Set(found.asked)).toEqual(new Set([pi4Mac(1)]));
    expect(found.running).toMatchObject({ model: 'qemu', powered: true, linkUp: true, bootCount: 1 });
    expect(found.running.watts).toBeGreaterThan(1);
    expect(found.link).toEqual({ up: true, state: 'UP' });
    expect(found.reboot).toMatchObject({ code: 409 });
    expect(found.during).toContain('qemu-system-aarch64');
    expect(found.off).toMatchObject({ stage: 'off', powered: false, linkUp: false, watts: 0 });
    expect(found.after).not.toContain('qemu-system-aarch64');
    expect(found.console).toContain('U-Boot');
    expect(found.code).toBe(0);
  }, 120_000);
});

interface Found {
  running: BoardStatus;
  link: object;
  reboot: object;
  during: string;
  off: BoardStatus;
  after: string;
  asked: string[];
  console: string;
  code: number;
}
