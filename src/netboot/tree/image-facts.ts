import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Image } from '../../roots/images.ts';

/** What rendering has to know about the boot files of an image. */
export interface ImageBootFacts {
  /** File name of the kernel in the boot directory: `kernel8.img`. */
  readonly kernel: string;
  /** File name of the initramfs. Undefined only for a kernel with NFS root built in, which Debian's has not. */
  readonly initramfs: string | undefined;
  /** Whose device trees the image holds: their file names, and the parameters they know, differ. */
  readonly deviceTrees: 'raspberrypi' | 'upstream';
  /** Whether the image has `overlays/`. */
  readonly overlays: boolean;
  /** Which boards the image has the cut-down firmware for: start_cd.elf for a Pi 3, start4cd.elf for a Pi 4. */
  readonly cutDown: { readonly pi3: boolean; readonly pi4: boolean };
  /** Words of the image's own for the kernel command line. */
  readonly cmdline?: string;
}

export function imageBootFacts(image: Image): ImageBootFacts {
  const has = (...names: string[]) => names.every((name) => existsSync(join(image.boot.directory, name)));
  return {
    kernel: image.boot.kernel,
    initramfs: image.boot.initramfs,
    deviceTrees: has('bcm2837-rpi-3-b.dtb') ? 'upstream' : 'raspberrypi',
    overlays: has('overlays'),
    cutDown: { pi3: has('start_cd.elf', 'fixup_cd.dat'), pi4: has('start4cd.elf', 'fixup4cd.dat') },
    cmdline: image.boot.cmdline,
  };
}
