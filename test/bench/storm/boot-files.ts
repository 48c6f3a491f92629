/** What every board loads: files with the names and sizes of Debian's firmware and kernel. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SlotPlan } from '../../../src/rack/plan.ts';
import { identityOf } from './boards.ts';

const SIZES: Readonly<Record<string, number>> = Object.freeze({
  'bootcode.bin': 52_460,
  'start.elf': 2_973_536,
  'fixup.dat': 7262,
  'start4.elf': 2_249_280,
  'fixup4.dat': 5399,
  'bcm2710-rpi-3-b.dtb': 14_993,
  'bcm2710-rpi-3-b-plus.dtb': 15_349,
  'bcm2711-rpi-4-b.dtb': 27_386,
  'kernel8.img': 11_260_128,
  initramfs8: 2_852_421,
});

export const CONFIG = 'arm_64bit=1\nkernel=kernel8.img\ninitramfs initramfs8 followkernel\n';
export const CMDLINE = 'console=serial0,115200 root=/dev/nfs nfsroot=/srv,vers=3 rw ip=dhcp\n';

export interface BootDirectories {
  /** The files themselves. */
  readonly boot: string;
  /** bootcode.bin, and every board's serial number as a link to the files: how others tell boards apart. */
  readonly root: string;
}

export function layOut(directory: string, slots: readonly SlotPlan[]): BootDirectories {
  const root = join(directory, 'root');
  const boot = join(root, 'boot');
  mkdirSync(boot, { recursive: true });
  for (const [name, size] of Object.entries(SIZES)) writeFileSync(join(boot, name), randomBytes(size));
  writeFileSync(join(boot, 'config.txt'), CONFIG);
  writeFileSync(join(boot, 'cmdline.txt'), CMDLINE);
  symlinkSync('boot/bootcode.bin', join(root, 'bootcode.bin'));
  for (const slot of slots) symlinkSync('boot', join(root, identityOf(slot).serial8));
  return { boot, root };
}
