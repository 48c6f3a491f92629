/** Names in FAT directories: 8.3 and long ones. */
import { DiskError, fieldsOf } from './disk.ts';

const LONG = 0x0f;
const LAST = 0x40;
/** Bits of byte 12: Windows keeps `kernel8.img` without a long name so. */
const BASE_IN_LOWER = 0x08;
const EXTENSION_IN_LOWER = 0x10;
/** 255 characters in parts of 13. */
const MOST_PARTS = 20;

/** The parts of a long name, which come before the entry that they name, the last one first. */
export class LongName {
  #parts: Uint8Array[] = [];
  #next = 0;
  #checksum = 0;

  /** Whether the entry is a part of a long name. */
  take(entry: Uint8Array): boolean {
    if (((entry[11] as number) & 0x3f) !== LONG) return false;
    const order = entry[0] as number;
    const number = order & 0x3f;
    const checksum = entry[13] as number;
    if ((order & LAST) !== 0 && number >= 1 && number <= MOST_PARTS) {
      this.#parts = [];
      this.#next = number;
      this.#checksum = checksum;
    }
    if (number !== this.#next || number === 0 || checksum !== this.#checksum) this.forget();
    else {
      this.#parts.unshift(Buffer.concat([entry.subarray(1, 11), entry.subarray(14, 26), entry.subarray(28, 32)]));
      this.#next--;
    }
    return true;
  }

  forget(): void {
    this.#parts = [];
    this.#next = 0;
  }

  /** The long name of this entry, if the parts before it are whole and belong to it. */
  nameFor(entry: Uint8Array): string | undefined {
    const whole = this.#parts.length > 0 && this.#next === 0 && this.#checksum === checksumOf(entry.subarray(0, 11));
    const parts = this.#parts;
    this.forget();
    if (!whole) return undefined;
    const view = fieldsOf(Buffer.concat(parts));
    let name = '';
    for (let at = 0; at < view.byteLength; at += 2) {
      const unit = view.getUint16(at, true);
      if (unit === 0) break;
      name += String.fromCharCode(unit);
    }
    return checked(name);
  }
}

/** Which 8.3 name a long one belongs to (specification §7.2). */
function checksumOf(name: Uint8Array): number {
  let sum = 0;
  for (const byte of name) sum = ((sum >> 1) + ((sum & 1) << 7) + byte) & 0xff;
  return sum;
}

/**
 * The 8.3 name. In lower case, also where nothing says so: a board asks TFTP for `bootcode.bin`, and on a card it would
 * find BOOTCODE.BIN by that name.
 */
export function shortName(entry: Uint8Array): string {
  const text = (bytes: Uint8Array) => new TextDecoder('latin1').decode(bytes).trimEnd();
  const base = text(entry.subarray(0, 8));
  const extension = text(entry.subarray(8, 11));
  const flags = entry[12] as number;
  const mixed = (flags & (BASE_IN_LOWER | EXTENSION_IN_LOWER)) !== 0;
  const cased = (part: string, bit: number) => (!mixed || (flags & bit) !== 0 ? part.toLowerCase() : part);
  const name = cased(base, BASE_IN_LOWER) + (extension === '' ? '' : `.${cased(extension, EXTENSION_IN_LOWER)}`);
  if (!/^[\x20-\x7e]+$/.test(name)) throw new DiskError('FAT', 0, `a name that is not ASCII: ${JSON.stringify(name)}`);
  return name === '.' || name === '..' ? name : checked(name);
}

function checked(name: string): string {
  const bad = name === '' || name === '.' || name === '..' || /[/\0]/.test(name) || !name.isWellFormed();
  if (bad) throw new DiskError('FAT', 0, `${JSON.stringify(name)} is no name of a file`);
  return name;
}
