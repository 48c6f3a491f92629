/** Values of a recording by their tag, as the agent hands them out. The decimal tags of snmprec are the BER tags. */
import type { MibValue } from '../switch/mib.ts';
import { FieldInvalid, shown } from './errors.ts';
import { unescapeOctets } from './escapes.ts';
import { isOidText } from './oid.ts';

/** Tags by number (RFC 2578 §7.1): decimal 65 is Counter32, 0x41. */
const INTEGER32 = 2;
const OCTET_STRING = 4;
const NULL = 5;
const OBJECT_IDENTIFIER = 6;
const IP_ADDRESS = 64;
const COUNTER32 = 65;
const GAUGE32 = 66;
const TIME_TICKS = 67;
const OPAQUE = 68;
const COUNTER64 = 70;

export interface TaggedValue {
  readonly tag: number;
  readonly value: MibValue;
}

const DECIMAL = /^-?\d{1,20}$/;
const HEX = /^([0-9a-f]{2})*$/i;

/**
 * `form` is what may follow the number of a tag: `x` for hex octets, `e` for escaped text. Undefined for tag 5, an object
 * that was asked for and had no value.
 * @throws FieldInvalid
 */
export function recordedValue(number: number, form: '' | 'x' | 'e', text: string): TaggedValue | undefined {
  const tag = number;
  switch (number) {
    case INTEGER32:
      return { tag, value: integer(plain(number, form, text), -(2 ** 31), 2 ** 31 - 1) };
    case COUNTER32:
    case GAUGE32:
    case TIME_TICKS:
      return { tag, value: integer(plain(number, form, text), 0, 2 ** 32 - 1) };
    case COUNTER64:
      return { tag, value: counter64(plain(number, form, text)) };
    case OCTET_STRING:
    case OPAQUE:
      return { tag, value: octets(form, text) };
    case OBJECT_IDENTIFIER:
      return { tag, value: identifier(plain(number, form, text)) };
    case IP_ADDRESS:
      return { tag, value: form === 'x' ? hexAddress(text) : address(plain(number, form, text)) };
    case NULL:
      return undefined;
    default:
      throw new FieldInvalid('a tag among 2, 4, 5, 6, 64, 65, 66, 67, 68 and 70', String(number));
  }
}

/** Text and hex are for octets; a number has one form. Blanks around it are the recorder's. */
function plain(tag: number, form: string, text: string): string {
  if (form !== '') throw new FieldInvalid(`tag ${tag} without a letter`, `${tag}${form}`);
  return text.trim();
}

function integer(text: string, low: number, high: number): number {
  const value = DECIMAL.test(text) ? Number(text) : Number.NaN;
  if (!(value >= low && value <= high)) throw new FieldInvalid(`a whole number from ${low} to ${high}`, shown(text));
  return value;
}

/** The least octets, and one more where the top bit is set: BER integers have a sign (X.690 §8.3). */
function counter64(text: string): Buffer {
  const value = DECIMAL.test(text) ? BigInt(text) : -1n;
  if (value < 0n || value >= 1n << 64n) throw new FieldInvalid('a whole number from 0 to 2^64-1', shown(text));
  const hex = value.toString(16);
  const even = hex.length % 2 === 0 ? hex : `0${hex}`;
  return Buffer.from(Number.parseInt(even.slice(0, 2), 16) < 0x80 ? even : `00${even}`, 'hex');
}

function octets(form: '' | 'x' | 'e', text: string): Buffer {
  switch (form) {
    case '':
      return Buffer.from(text, 'latin1');
    case 'e':
      return unescapeOctets(text);
    case 'x':
      return hex(text);
  }
}

function hex(text: string): Buffer {
  const digits = text.trim();
  if (!HEX.test(digits)) throw new FieldInvalid('pairs of hex digits', shown(digits));
  return Buffer.from(digits, 'hex');
}

function hexAddress(text: string): string {
  const bytes = hex(text);
  if (bytes.length !== 4) throw new FieldInvalid('eight hex digits of an IPv4 address', shown(text));
  return bytes.join('.');
}

function address(text: string): string {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256))
    throw new FieldInvalid('an IPv4 address', shown(text));
  return parts.map(Number).join('.');
}

function identifier(text: string): string {
  const oid = text.replace(/^\./, '');
  if (!isOidText(oid)) throw new FieldInvalid('an object identifier', shown(text));
  return oid;
}
