/** The named things that are seen during a boot, in the order in which a healthy boot reaches them. */
import type { Millis, SlotNumber } from './units.ts';

export const MILESTONES = [
  /** The switch reads the port as delivering power. */
  'power_on',
  /** First DHCP DISCOVER of the boot ROM or EEPROM. */
  'discover',
  /** An OFFER left for it. */
  'offer',
  /** The first TFTP read request. */
  'first_request',
  /** start*.elf sent in full. */
  'firmware_sent',
  /** The kernel sent in full. */
  'kernel_sent',
  /** DHCP spoken by the kernel or its initramfs. */
  'kernel_dhcp',
  /** The board holds a connection to the NFS server. */
  'root_mounted',
  /** An SSH banner was read from the board's IPv6 address. */
  'ssh_up',
] as const;

export type Milestone = (typeof MILESTONES)[number];

export interface MilestoneSeen {
  readonly slot: SlotNumber;
  readonly milestone: Milestone;
  /** Since the Unix epoch. */
  readonly at: Millis;
  /** What was seen, in a few words: a file name, an address, a byte count. */
  readonly detail: string;
}

export function milestoneIndex(milestone: Milestone): number {
  return MILESTONES.indexOf(milestone);
}
