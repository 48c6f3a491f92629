/** The boot tree of one board: what TFTP shows to the board of one slot, as plain data that can be sent to a thread. */
import type { SlotNumber } from '../../rack/units.ts';
import type { Mac } from '../../wire/address.ts';

export interface BootTree {
  readonly slot: SlotNumber;
  /** False: the slot has no image, and its board gets 404s for all but the first stage. */
  readonly assigned: boolean;
  /** Low 32 bits of the board's serial number as 8 lower-case hex digits, once learnt (option 97, or a request). */
  readonly knownSerial?: string;
  /** As seen in the board's DISCOVER. */
  readonly mac?: Mac;
  /** Absolute directory of the image's boot files; needed where `assigned`. */
  readonly imageBoot?: string;
  /** Absolute directory with files that are sent in place of the image's of the same names: its kernel, compressed. */
  readonly smaller?: string;
  /** Absolute directory that holds bootcode.bin. */
  readonly firstStage: string;
  /** Files made for this board: path below the prefix (`config.txt`) to content in pure ASCII. */
  readonly rendered: Readonly<Record<string, string>>;
  /** The client last seen by DHCP on this leg is u-boot, which knows no serial prefix. */
  readonly uboot?: boolean;
}
