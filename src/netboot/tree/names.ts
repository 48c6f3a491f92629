/** File names as a board sends them: which are safe to look up, and which begin with a board's prefix. */
import { type Mac, parseMac } from '../../wire/address.ts';

/** Deepest path looked up. The deepest that firmware asks for has two (`overlays/x.dtbo` below a prefix is three). */
const MAX_SEGMENTS = 6;

/** Why a name is not looked up at all, or undefined where it is a plain relative path of printable ASCII. */
export function unsafeName(name: string): string | undefined {
  if (name === '') return 'empty name';
  if (name.length > 255) return `name of ${name.length} characters`;
  if (/[^\x20-\x7e]/.test(name)) return 'name with a character that is not printable ASCII';
  if (name.includes('\\')) return 'name with a backslash';
  if (name.startsWith('/')) return 'absolute name';
  const segments = name.split('/');
  if (segments.length > MAX_SEGMENTS) return `name of ${segments.length} parts`;
  if (segments.some((segment) => segment === '' || segment === '.' || segment === '..')) {
    return 'name with an empty, . or .. part';
  }
  return undefined;
}

export type BoardPrefix =
  /** 8 lower-case hex digits: the low 32 bits of the serial number. */
  | { readonly kind: 'serial'; readonly serial: string }
  /** TFTP_PREFIX=2 of a Pi 4's bootloader: `dc-a6-32-01-36-c2`. */
  | { readonly kind: 'mac'; readonly mac: Mac };

/** Splits off the board's prefix; undefined for a name that has none. Upper case is no prefix: firmware never sends it. */
export function splitPrefix(name: string): { readonly prefix: BoardPrefix; readonly path: string } | undefined {
  const slash = name.indexOf('/');
  if (slash < 0 || slash === name.length - 1) return undefined;
  const first = name.slice(0, slash);
  const path = name.slice(slash + 1);
  if (/^[0-9a-f]{8}$/.test(first)) return { prefix: { kind: 'serial', serial: first }, path };
  if (/^[0-9a-f]{2}(?:-[0-9a-f]{2}){5}$/.test(first)) return { prefix: { kind: 'mac', mac: parseMac(first) }, path };
  return undefined;
}

/**
 * Whether a name is never served, wherever it is asked for and whatever the image holds: these reflash the EEPROM or
 * the USB controller of the board that gets them (pi-boot §2.6). In any case, for images on a file system without.
 */
export function isReflashFile(path: string): boolean {
  const base = path.slice(path.lastIndexOf('/') + 1).toLowerCase();
  return base === 'recovery.bin' || base.startsWith('pieeprom.') || base.startsWith('vl805.');
}
