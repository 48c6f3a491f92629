/**
 * An image in memory. bootcode.bin has its real size; firmware and kernel are as small as a boot of all stages allows,
 * because what is looked at is who asks for what, and when, and not how long a megabyte takes.
 */
const SIZES: Readonly<Record<string, number>> = {
  'bootcode.bin': 52_460,
  'start.elf': 40_000,
  'fixup.dat': 7262,
  'start4.elf': 60_000,
  'fixup4.dat': 5399,
  'bcm2710-rpi-3-b.dtb': 15_360,
  'bcm2710-rpi-3-b-plus.dtb': 15_500,
  'bcm2711-rpi-4-b.dtb': 25_000,
  'kernel8.img': 64_000,
};

export const FILES: ReadonlyMap<string, Uint8Array> = new Map(
  Object.entries(SIZES).map(([name, size]) => [name, Uint8Array.from({ length: size }, (_, at) => at * 31 + size)]),
);
