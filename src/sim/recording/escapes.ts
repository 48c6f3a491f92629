import { FieldInvalid, shown } from './errors.ts';

/** What stands behind a backslash of a `4e` value, as in a Python string. */
const ESCAPES: Readonly<Record<string, number>> = Object.freeze({
  '\\': 0x5c,
  "'": 0x27,
  '"': 0x22,
  a: 0x07,
  b: 0x08,
  f: 0x0c,
  n: 0x0a,
  r: 0x0d,
  t: 0x09,
  v: 0x0b,
});

/** The octets of text in latin1 with escapes: `\x8f` is one octet, and so is every other character. */
export function unescapeOctets(text: string): Buffer {
  const octets = Buffer.alloc(text.length);
  let length = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] !== '\\') {
      octets[length++] = text.charCodeAt(at);
      continue;
    }
    at += 1;
    const letter = text[at] ?? '';
    const digits = text.slice(at + 1, at + 3);
    if (letter === 'x' && /^[0-9a-f]{2}$/i.test(digits)) {
      octets[length++] = Number.parseInt(digits, 16);
      at += 2;
    } else if (ESCAPES[letter] !== undefined) {
      octets[length++] = ESCAPES[letter];
    } else {
      throw new FieldInvalid('an escape such as \\n or \\x8f', shown(text.slice(at - 1, at + 3)));
    }
  }
  return octets.subarray(0, length);
}
