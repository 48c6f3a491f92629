import { expect, it } from 'vitest';
import { fileRole } from '../../src/pi/file-role.ts';

it.each([
  ['start.elf', 'firmware'],
  ['start4.elf', 'firmware'],
  ['start_cd.elf', 'firmware'],
  ['start4cd.elf', 'firmware'],
  ['EFI/BOOT/BOOTAA64.EFI', 'firmware'],
  ['kernel8.img', 'kernel'],
  ['kernel_2712.img', 'kernel'],
  ['kernel7l.img', 'kernel'],
  ['Image', 'kernel'],
  ['Image.gz', 'kernel'],
  ['vmlinuz', 'kernel'],
  ['vmlinuz-6.1.0-56-arm64', 'kernel'],
  ['initramfs8', 'initramfs'],
  ['initrd.img-6.1.0-56-arm64', 'initramfs'],
  ['bootcode.bin', 'other'],
  ['fixup.dat', 'other'],
  ['config.txt', 'other'],
  ['overlays/start.elf', 'other'],
  ['bcm2711-rpi-4-b.dtb', 'other'],
  ['kernel8.img/x', 'other'],
  ['', 'other'],
])('%s: %s', (name, role) => expect(fileRole(name)).toBe(role));
