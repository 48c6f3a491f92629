/** Who a virtual board is: worked out from its slot number, so that the same rack has the same boards every time. */
import { SERIAL_OUI } from '../../pi/mac.ts';
import type { NetbootModel } from '../../pi/tftp-names.ts';
import { type Mac, parseMac } from '../../wire/address.ts';

export interface BoardIdentity {
  readonly slot: number;
  readonly model: NetbootModel;
  readonly mac: Mac;
  /** Low 32 bits of the serial number as eight lower-case hex digits. */
  readonly serial8: string;
  /** The revision word, as in /proc/cpuinfo. */
  readonly revision: number;
}

const PI4_OUI = 'dc:a6:32';

/** 3B of Sony UK; 3B+ of Sony UK; 4B with 4 GB, revision 1.4 (pi-boot §1.9). */
const REVISION: Readonly<Record<NetbootModel, number>> = Object.freeze({
  '3B': 0xa02082,
  '3B+': 0xa020d3,
  '4B': 0xc03114,
});

export function boardIdentity(slot: number, model: NetbootModel): BoardIdentity {
  const low = scatter(slot);
  const top = 0x80 | ((slot * 29) & 0x7f);
  const serial8 = hex(top, 2) + hex(low, 6);
  // The MAC of a Pi 4 has nothing to do with its serial (pi-boot §1.9).
  const mac = model === '4B' ? pi4Mac(slot) : parseMac(`${SERIAL_OUI}:${pairs(low)}`);
  return { slot, model, mac, serial8, revision: REVISION[model] };
}

/** The MAC of a Pi 4, or of a guest that stands in for one, in that slot. */
export function pi4Mac(slot: number): Mac {
  return parseMac(`${PI4_OUI}:${pairs(scatter(slot) ^ 0x5a5a5a)}`);
}

/** 24 bits that differ for every slot number below 2^24: multiplying by an odd number loses nothing. */
function scatter(slot: number): number {
  return (Math.imul(slot, 0x9e3779b1) + 0x07bcc6) & 0xffffff;
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}

function pairs(low: number): string {
  return `${hex(low >>> 16, 2)}:${hex((low >>> 8) & 255, 2)}:${hex(low & 255, 2)}`;
}
