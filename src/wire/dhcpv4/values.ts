/** The value shapes that many options share: numbers, addresses, text (RFC 2132). */
import { type Ipv4, ipv4FromNumber, ipv4ToNumber } from '../address.ts';
import { DecodeError } from '../cursor.ts';
import { optionName } from './options.ts';

export type OptionMap = ReadonlyMap<number, Uint8Array>;

/** The option's big-endian 32-bit value, or undefined where it is absent. */
export function readU32(options: OptionMap, code: number): number | undefined {
  const value = options.get(code);
  if (value === undefined) return undefined;
  expectLength(code, value, 4);
  return new DataView(value.buffer, value.byteOffset, 4).getUint32(0);
}

/** The option's big-endian 16-bit value, or undefined where it is absent. */
export function readU16(options: OptionMap, code: number): number | undefined {
  const value = options.get(code);
  if (value === undefined) return undefined;
  expectLength(code, value, 2);
  return new DataView(value.buffer, value.byteOffset, 2).getUint16(0);
}

/** The option's single address, or undefined where it is absent. */
export function readAddress(options: OptionMap, code: number): Ipv4 | undefined {
  const value = readU32(options, code);
  return value === undefined ? undefined : ipv4FromNumber(value);
}

/** The option's list of one or more addresses, or undefined where it is absent. */
export function readAddresses(options: OptionMap, code: number): Ipv4[] | undefined {
  const value = options.get(code);
  if (value === undefined) return undefined;
  if (value.length === 0 || value.length % 4 !== 0) {
    throw optionError(code, `expected a positive multiple of 4 bytes, got ${value.length}`);
  }
  const view = new DataView(value.buffer, value.byteOffset, value.length);
  return Array.from({ length: value.length / 4 }, (_, i) => ipv4FromNumber(view.getUint32(i * 4)));
}

/** The option's text as Latin-1 without trailing NULs (RFC 2132 §2 tells receivers to drop them), or undefined. */
export function readText(options: OptionMap, code: number): string | undefined {
  const value = options.get(code);
  if (value === undefined) return undefined;
  let end = value.length;
  while (end > 0 && value[end - 1] === 0) end--;
  return latin1(value.subarray(0, end));
}

/** Every byte as the character of the same number, so that any bytes become text and back. */
export function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
}

export function u32Value(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);
}

export function u16Value(value: number): Uint8Array {
  return Uint8Array.of(value >>> 8, value);
}

export function addressValue(address: Ipv4): Uint8Array {
  return u32Value(ipv4ToNumber(address));
}

export function addressesValue(addresses: readonly Ipv4[]): Uint8Array {
  const value = new Uint8Array(addresses.length * 4);
  for (const [i, address] of addresses.entries()) value.set(addressValue(address), i * 4);
  return value;
}

/** Text as ASCII bytes, without a terminating NUL. Throws a RangeError for anything outside printable ASCII. */
export function textValue(text: string): Uint8Array {
  if (!/^[\x20-\x7e]*$/.test(text)) throw new RangeError(`expected printable ASCII, got ${JSON.stringify(text)}`);
  return new Uint8Array(Buffer.from(text, 'latin1'));
}

export function expectLength(code: number, value: Uint8Array, length: number): void {
  if (value.length !== length) throw optionError(code, `expected ${length} bytes, got ${value.length}`);
}

/** A DecodeError for an option's value; the offset counts from the value's first byte. */
export function optionError(code: number, reason: string, offset = 0): DecodeError {
  return new DecodeError('dhcpv4', `${optionName(code)} (${code})`, offset, reason);
}
