/** Hardware and IPv4 addresses as branded values: parsed once at the edge, trusted afterwards. */

/** A MAC address as six lower-case hex pairs with colons: `b8:27:eb:07:bc:c6`. */
export type Mac = string & { readonly __brand: 'Mac' };

/** An IPv4 address in dotted quad form: `10.20.0.2`. */
export type Ipv4 = string & { readonly __brand: 'Ipv4' };

/** An IPv6 address in RFC 5952 text form. */
export type Ipv6 = string & { readonly __brand: 'Ipv6' };

const HEX_PAIRS = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
const DIGIT_0 = 0x30;
const LETTER_A = 0x61;
const DOT = 0x2e;
const MAC = /^[0-9a-f]{2}(?:[:-][0-9a-f]{2}){5}$/i;

/** Reads `aa:bb:cc:dd:ee:ff` or `aa-bb-…`; throws a RangeError that names what was expected. */
export function parseMac(text: string): Mac {
  if (!MAC.test(text))
    throw new RangeError(`expected a MAC address such as b8:27:eb:07:bc:c6, got ${JSON.stringify(text)}`);
  return text.toLowerCase().replaceAll('-', ':') as Mac;
}

/** The MAC in the first six bytes of `bytes`. */
export function macFromBytes(bytes: Uint8Array): Mac {
  if (bytes.length < 6) throw new RangeError(`expected 6 bytes of MAC address, got ${bytes.length}`);
  let text = HEX_PAIRS[bytes[0] as number] as string;
  for (let i = 1; i < 6; i++) text += `:${HEX_PAIRS[bytes[i] as number]}`;
  return text as Mac;
}

export function macToBytes(mac: Mac): Uint8Array {
  const bytes = new Uint8Array(6);
  for (let i = 0; i < 6; i++) bytes[i] = (hexDigit(mac, i * 3) << 4) | hexDigit(mac, i * 3 + 1);
  return bytes;
}

/** Of a lower-case digit, which is all that a Mac has. */
function hexDigit(text: string, at: number): number {
  const code = text.charCodeAt(at);
  return code < LETTER_A ? code - DIGIT_0 : code - LETTER_A + 10;
}

/** Reads a dotted quad of four decimal bytes without leading zeros; throws a RangeError that names what was expected. */
export function parseIpv4(text: string): Ipv4 {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255)) {
    throw new RangeError(`expected an IPv4 address such as 10.20.0.2, got ${JSON.stringify(text)}`);
  }
  return text as Ipv4;
}

/** The address as an unsigned 32-bit number, most significant byte first. */
export function ipv4ToNumber(address: Ipv4): number {
  // Digit by digit: an answer has a handful of addresses, and a list of parts for each of them is most of its cost.
  let value = 0;
  let part = 0;
  for (let i = 0; i < address.length; i++) {
    const code = address.charCodeAt(i);
    if (code === DOT) {
      value = (value << 8) | part;
      part = 0;
    } else part = part * 10 + code - DIGIT_0;
  }
  return ((value << 8) | part) >>> 0;
}

export function ipv4FromNumber(value: number): Ipv4 {
  return `${(value >>> 24) & 255}.${(value >>> 16) & 255}.${(value >>> 8) & 255}.${value & 255}` as Ipv4;
}
