/**
 * How options lie in a message: type, length, value; pads between; long values in parts (RFC 3396); and the `file` and
 * `sname` fields lent out to more of them (option overload, RFC 2132 §9.3).
 */
import { DecodeError, Reader, type Writer } from '../cursor.ts';
import { DhcpOption } from './options.ts';

const FILE_OFFSET = 108;
const SNAME_OFFSET = 44;
/** Where the options field begins, after the magic cookie. */
export const OPTIONS_OFFSET = 240;
/** Longest value that one length byte can tell. */
const MAX_PART = 255;

/** Reads the options field, then `file`, then `sname` where they are lent out: the order that RFC 3396 §5 joins parts in. */
export function readOptions(
  field: Uint8Array,
  lent: { readonly sname: Uint8Array; readonly file: Uint8Array },
): { options: Map<number, Uint8Array>; overload: number } {
  const options = new Map<number, Uint8Array>();
  readField(field, OPTIONS_OFFSET, 'options', options);
  const overload = takeOverload(options);
  if (overload & 1) readField(lent.file, FILE_OFFSET, 'file', options);
  if (overload & 2) readField(lent.sname, SNAME_OFFSET, 'sname', options);
  if (overload !== 0 && options.has(DhcpOption.overload)) {
    throw new DecodeError('dhcpv4', 'overload', OPTIONS_OFFSET, 'found again inside a lent field');
  }
  return { options, overload };
}

/**
 * Reads to the end option. Bytes after it are padding. A field that stops between two options without an end option is
 * accepted: nothing of it is ambiguous.
 */
function readField(field: Uint8Array, base: number, name: string, options: Map<number, Uint8Array>): void {
  const reader = new Reader('dhcpv4', field);
  while (reader.remaining > 0) {
    const at = base + reader.offset;
    const code = reader.u8(name);
    if (code === DhcpOption.pad) continue;
    if (code === DhcpOption.end) return;
    if (reader.remaining < 1) throw new DecodeError('dhcpv4', `option ${code}`, at, `length byte missing in ${name}`);
    const length = reader.u8(name);
    if (length > reader.remaining) {
      const reason = `says ${length} bytes, ${reader.remaining} left in ${name}`;
      throw new DecodeError('dhcpv4', `option ${code}`, at, reason);
    }
    const value = reader.bytes(name, length);
    const before = options.get(code);
    options.set(code, before === undefined ? value : joined(before, value));
  }
}

function takeOverload(options: Map<number, Uint8Array>): number {
  const value = options.get(DhcpOption.overload);
  if (value === undefined) return 0;
  const bits = value[0];
  if (value.length !== 1 || bits === undefined || bits < 1 || bits > 3) {
    throw new DecodeError('dhcpv4', 'overload', OPTIONS_OFFSET, `expected one byte from 1 to 3, got [${value}]`);
  }
  options.delete(DhcpOption.overload);
  return bits;
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const whole = new Uint8Array(first.length + second.length);
  whole.set(first);
  whole.set(second, first.length);
  return whole;
}

/** Bytes that `writeOptions` takes for these options, end option included. */
export function optionsLength(options: ReadonlyMap<number, Uint8Array>): number {
  let length = 1;
  for (const value of options.values()) length += value.length + 2 * Math.max(1, Math.ceil(value.length / MAX_PART));
  return length;
}

/** Writes the options in the map's order, values longer than 255 bytes in parts (RFC 3396 §6), and the end option. */
export function writeOptions(writer: Writer, options: ReadonlyMap<number, Uint8Array>): void {
  for (const [code, value] of options) {
    if (!Number.isInteger(code) || code <= 0 || code >= 255 || code === DhcpOption.overload) {
      throw new RangeError(`expected an option code from 1 to 254 other than 52, got ${code}`);
    }
    // The one part that nearly every value is needs no view of itself.
    if (value.length <= MAX_PART) {
      writer.u8(code).u8(value.length).bytes(value);
      continue;
    }
    for (let from = 0; from < value.length; from += MAX_PART) {
      const part = value.subarray(from, from + MAX_PART);
      writer.u8(code).u8(part.length).bytes(part);
    }
  }
  writer.u8(DhcpOption.end);
}
