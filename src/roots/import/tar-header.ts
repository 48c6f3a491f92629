/** One 512-byte header of a tar archive (POSIX.1-2001 ustar and pax, and what GNU tar adds), and the records of a pax header. */
import { DiskError } from '../disk/disk.ts';

export const BLOCK = 512;

export interface TarHeader {
  readonly name: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly mtime: number;
  /** One character. */
  readonly type: string;
  readonly linkName: string;
}

const at = (block: Uint8Array, from: number, length: number) => block.subarray(from, from + length);

/** Whether a block begins a tar archive. */
export function isTarHeader(block: Uint8Array): boolean {
  return block.length >= BLOCK && new TextDecoder('latin1').decode(at(block, 257, 5)) === 'ustar' && checksumIs(block);
}

function checksumIs(block: Uint8Array): boolean {
  let sum = 0;
  for (let index = 0; index < BLOCK; index++) sum += index >= 148 && index < 156 ? 0x20 : (block[index] as number);
  const text = new TextDecoder('latin1').decode(at(block, 148, 8)).replaceAll(/[\0 ]/g, '');
  return /^[0-7]+$/.test(text) && Number.parseInt(text, 8) === sum;
}

/** @param offset where the block lies, for messages */
export function readTarHeader(block: Uint8Array, offset: number): TarHeader {
  if (!checksumIs(block)) throw new DiskError('tar', offset, 'the checksum of a header is wrong');
  const name = text(at(block, 0, 100), offset);
  const posix = new TextDecoder('latin1').decode(at(block, 257, 6)) === 'ustar\0';
  const prefix = posix ? text(at(block, 345, 155), offset) : '';
  return {
    name: prefix === '' ? name : `${prefix}/${name}`,
    mode: number(at(block, 100, 8), offset, 'mode') & 0o7777,
    uid: number(at(block, 108, 8), offset, 'owner'),
    gid: number(at(block, 116, 8), offset, 'group'),
    size: number(at(block, 124, 12), offset, 'size'),
    mtime: number(at(block, 136, 12), offset, 'time'),
    type: String.fromCharCode(block[156] as number),
    linkName: text(at(block, 157, 100), offset),
  };
}

/** Octal, or 256-based where octal has no room. */
function number(field: Uint8Array, offset: number, what: string): number {
  const first = field[0] as number;
  if ((first & 0x80) !== 0) {
    let value = BigInt(first & 0x7f);
    for (const byte of field.subarray(1)) value = value * 256n + BigInt(byte);
    if (value > BigInt(Number.MAX_SAFE_INTEGER))
      throw new DiskError('tar', offset, `a ${what} beyond any number that is used`);
    return Number(value);
  }
  const digits = new TextDecoder('latin1').decode(field).replaceAll(/[\0 ]/g, '');
  if (digits === '') return 0;
  if (!/^[0-7]+$/.test(digits)) throw new DiskError('tar', offset, `a ${what} that is no octal number`);
  return Number.parseInt(digits, 8);
}

/** Up to the first NUL. */
export function text(field: Uint8Array, offset: number): string {
  const end = field.indexOf(0);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(end < 0 ? field : field.subarray(0, end));
  } catch {
    throw new DiskError(
      'tar',
      offset,
      `a name that is not UTF-8: ${JSON.stringify(new TextDecoder('latin1').decode(field))}`,
    );
  }
}

/** Records of a pax header: `LENGTH KEY=VALUE\n`. Values are bytes: those of attributes are no text. */
export function readPax(bytes: Uint8Array, offset: number): Map<string, Uint8Array> {
  const records = new Map<string, Uint8Array>();
  for (let from = 0; from < bytes.length; ) {
    const space = bytes.indexOf(0x20, from);
    const digits = space < 0 ? '' : new TextDecoder('latin1').decode(bytes.subarray(from, space));
    const length = /^[0-9]{1,9}$/.test(digits) ? Number(digits) : 0;
    const end = from + length;
    const equals = bytes.indexOf(0x3d, space);
    if (length < 5 || end > bytes.length || bytes[end - 1] !== 0x0a || equals < 0 || equals >= end)
      throw new DiskError('tar', offset + from, 'a pax record that is none');
    records.set(new TextDecoder('latin1').decode(bytes.subarray(space + 1, equals)), bytes.slice(equals + 1, end - 1));
    from = end;
  }
  return records;
}
