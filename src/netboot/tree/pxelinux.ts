/** pxelinux.cfg/default of one board, for u-boot's `pxe` and `bootflow` commands. */
import { asciiFile, RenderError } from './ascii.ts';
import type { ImageBootFacts } from './image-facts.ts';

export const PXELINUX_FILE = 'pxelinux.cfg/default';

/** u-boot puts `append` into a buffer of 512 bytes and refuses to boot what does not fit. */
const MAX_APPEND = 511;

/** `cmdline` as made by renderCmdline. No device tree is named: u-boot passes on the one it was given. */
export function renderPxelinux(image: Pick<ImageBootFacts, 'kernel' | 'initramfs'>, cmdline: string): string {
  if (cmdline.length > MAX_APPEND) {
    throw new RenderError(PXELINUX_FILE, 'append', `expected at most ${MAX_APPEND} characters, got ${cmdline.length}`);
  }
  return asciiFile(PXELINUX_FILE, [
    'default pirack',
    'prompt 0',
    'timeout 1',
    'label pirack',
    `  kernel ${image.kernel}`,
    ...(image.initramfs === undefined ? [] : [`  initrd ${image.initramfs}`]),
    `  append ${cmdline}`,
  ]);
}
