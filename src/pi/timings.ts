/**
 * How long a boot stage may last before a board counts as stuck, in milliseconds (pi-boot §5.7). The rack file can set
 * each of them per model.
 */

import { ROM_NUDGES_MS } from './rom.ts';

export interface StageLimits {
  /** Power-on to the first DISCOVER. */
  readonly discover: number;
  /** First DISCOVER to the first read request. */
  readonly firstRequest: number;
  /** Silence during TFTP, before the kernel is sent. */
  readonly transferIdle: number;
  /** Kernel sent to the NFS root connected. */
  readonly rootMount: number;
  /** NFS root connected to the SSH banner. */
  readonly ssh: number;
  /** OFFER delay after a DISCOVER of the boot ROM. */
  readonly offerDelay: number;
  /** When, after each DISCOVER, a frame is sent to wake a boot ROM, until it asks for its first file. */
  readonly nudges: readonly number[];
}

/** A ROM sends its last DISCOVER about 33 s after power (§1.1, §1.6): at 60 s without one there will be none. */
const rom: StageLimits = {
  discover: 60_000,
  firstRequest: 30_000,
  transferIdle: 10_000,
  rootMount: 60_000,
  ssh: 120_000,
  offerDelay: 0,
  nudges: ROM_NUDGES_MS,
};

/**
 * No OFFER delay for a 3B, although two tellings differ (§1.5). "Not within 2 s" was the advice for busy networks; on an
 * isolated port, which every port here is, the measured cure is an OFFER at once and frames at 0.6 s and 1.2 s after
 * the DISCOVER. A late OFFER would break it: the ROM gives the attempt up after about 1 s without a frame. The first
 * file is then asked for at 1.2 s. Boards that loop all the same get a delay in the rack file: the frames are counted
 * from the DISCOVER, and keep the attempt alive until the late OFFER completes it.
 */
const pi3b: StageLimits = { ...rom };

/** Its ROM reads an OFFER as it comes; but bootcode.bin, which sends the same DISCOVER on a 3B, may not (§1.5). */
const pi3bPlus: StageLimits = { ...rom };

/**
 * The EEPROM gives DHCP 45 s and a file 30 s, rests 5 s and starts over, link and all (§2.3, §2.5): it is heard again
 * within 40 s of a read request that was lost, and only longer silence calls it stuck.
 */
const pi4b: StageLimits = { ...rom, firstRequest: 60_000, transferIdle: 45_000, nudges: [] };

/** Until the model is known: the longest of each. */
const unknown: StageLimits = { ...rom, firstRequest: 60_000, transferIdle: 45_000, nudges: [] };

export const STAGE_LIMITS: Readonly<Record<'3B' | '3B+' | '4B' | 'default', StageLimits>> = Object.freeze({
  '3B': Object.freeze(pi3b),
  '3B+': Object.freeze(pi3bPlus),
  '4B': Object.freeze(pi4b),
  default: Object.freeze(unknown),
});
