/** What a Pi 4 or 5 shows of its EEPROM bootloader without being asked (pi-boot §2.4). Hints: an EEPROM can be flashed. */

/**
 * The age of the bootloader by the block size that it asks for when it fetches its firmware; undefined where the size is
 * not one that a bootloader asks for.
 */
export function bootloaderHint(blksize: number): string | undefined {
  if (blksize === 1468) return 'of October 2022 or later (blksize 1468)';
  if (blksize === 1024) return 'older than October 2022 (blksize 1024)';
  return undefined;
}
