/** What a file is to a boot, by its name without the board's prefix. */
export type FileRole = 'firmware' | 'kernel' | 'initramfs' | 'other';

/** All builds of start.elf and start4.elf: whole, cut down, with camera, for debugging; or the first file of UEFI. */
const FIRMWARE = /^(?:start(?:4|_cd|4cd|4x|_x|4db|_db)?\.elf|EFI\/BOOT\/BOOTAA64\.EFI)$/;
/** Names of Raspberry Pi's kernels, and of distributions: `vmlinuz-6.1.0-56-arm64`. */
const KERNEL = /^(?:kernel[\w-]*\.img|Image(?:\.gz)?|vmlinu[xz](?:[.-][\w.+~-]*)?)$/;
const INITRAMFS = /^(?:initramfs|initrd)[\w.+~-]*$/;

export function fileRole(path: string): FileRole {
  if (FIRMWARE.test(path)) return 'firmware';
  if (KERNEL.test(path)) return 'kernel';
  return INITRAMFS.test(path) ? 'initramfs' : 'other';
}
