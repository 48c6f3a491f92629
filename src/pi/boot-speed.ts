/**
 * How long firmware takes over TFTP, as read off logs of real boards. It asks in lockstep, so time goes by packets, not by
 * bytes: a block of 512 bytes costs what one of 1468 does.
 */
import type { TftpStage } from './tftp-names.ts';

export interface StageSpeed {
  /** One block: the board's ACK, and the next DATA taken in. */
  readonly blockMs: number;
  /** One read request beside its blocks: a name that is missing, a size asked for. */
  readonly requestMs: number;
}

/**
 * 0.5 ms a block: 8.2 MB of kernel in 7.4 s, 3 MB of start.elf in 2.7 s, on a 3B+ (pi-boot §1.7, §1.10).
 * 25 ms a request: in the same log the 35 requests beside the three large files took about 0.9 s of 17.4 s, when bootcode.bin's
 * DHCP and the start of start.elf are taken off. Worked out, not measured.
 */
const pi3: StageSpeed = Object.freeze({ blockMs: 0.5, requestMs: 25 });

/**
 * 1.7 MB/s in the EEPROM and 4.9 MB/s in start4.elf, both with blocks of 1024 (pi-boot §2.4). What a request costs is in no
 * log: it is counted as one block.
 */
const eeprom: StageSpeed = Object.freeze({ blockMs: 0.6, requestMs: 0.6 });
const start4: StageSpeed = Object.freeze({ blockMs: 0.21, requestMs: 0.21 });

export const STAGE_SPEED: Readonly<Record<TftpStage, StageSpeed>> = Object.freeze({
  rom: pi3,
  bootcode: pi3,
  start: pi3,
  eeprom,
  start4,
});

/** What a name costs that a server does not answer at all, instead of with "file not found" (pi-boot §1.7, §2.3). */
export const UNANSWERED_MS: Readonly<Record<TftpStage, number>> = Object.freeze({
  rom: 1000,
  bootcode: 1000,
  start: 1000,
  eeprom: 30_000,
  start4: 1000,
});

/** Block numbers have 16 bits, and firmware before 2025-09 does not let them start over (pi-boot §2.4). */
export const LAST_BLOCK = 0xffff;

/** Sizes in Debian 12's raspi-firmware (pi-boot §5.5), for images that have only the whole firmware. */
export const CUT_DOWN_FIRMWARE_SIZE: Readonly<Record<string, number>> = Object.freeze({
  'start_cd.elf': 803_964,
  'fixup_cd.dat': 3170,
  'start4cd.elf': 803_964,
  'fixup4cd.dat': 3170,
});
