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
  /** Words of the image's own for the kernel command line. */
  readonly cmdline?: string;
}
