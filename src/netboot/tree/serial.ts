/**
 * Whether a board may use the prefix that it puts before its names. The leg says which slot it is and which tree it
 * gets; the prefix is only a claim, so it is checked against what is known, and learnt where nothing is (pi-boot §1.9).
 */
import { macFromSerial, SERIAL_OUI } from '../../pi/mac.ts';
import type { SlotNumber } from '../../rack/units.ts';
import type { BoardPrefix } from './names.ts';
import type { BootTree } from './types.ts';

export type PrefixVerdict =
  /** `learn`: the serial that this request taught about the board. */
  { readonly accept: true; readonly learn?: string } | { readonly accept: false; readonly reason: string };

/** What a board with a prefix asks for first: start.elf, start4.elf, or a variant of them. */
const FIRMWARE = /^start[0-9a-z_]*\.elf$/;

/**
 * @param board what is known of the board of the leg that the request came on
 * @param prefix what it claims to be
 * @param path the name it asks for, without the prefix
 * @param serials serial numbers known so far, and their slots
 */
export function acceptPrefix(
  board: Pick<BootTree, 'slot' | 'knownSerial' | 'mac'>,
  prefix: BoardPrefix,
  path: string,
  serials: ReadonlyMap<string, SlotNumber>,
): PrefixVerdict {
  if (prefix.kind === 'mac') {
    if (prefix.mac === board.mac) return { accept: true };
    return refuse(`MAC ${prefix.mac} is not this board's, which is ${board.mac ?? 'not known yet'}`);
  }
  const { serial } = prefix;
  if (board.knownSerial !== undefined) {
    if (serial === board.knownSerial) return { accept: true };
    return refuse(`serial ${serial} is not this board's, which is ${board.knownSerial}`);
  }
  const other = serials.get(serial);
  if (other !== undefined && other !== board.slot) return refuse(`serial ${serial} belongs to slot ${other}`);
  // A Pi up to model 3 makes its MAC from its serial, so the low 24 bits have to agree.
  if (board.mac?.startsWith(SERIAL_OUI) && macFromSerial(serial) !== board.mac) {
    return refuse(`serial ${serial} does not make MAC ${board.mac}`);
  }
  // A request in mid-boot, after a restart of the controller: it is served, but it proves less than a first one.
  return FIRMWARE.test(path) ? { accept: true, learn: serial } : { accept: true };
}

function refuse(reason: string): PrefixVerdict {
  return { accept: false, reason };
}
