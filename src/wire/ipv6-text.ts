/** IPv6 literals as bytes and back: `ip` and the plan may write one address in different forms. */
import { isIPv6 } from 'node:net';
import type { Ipv6 } from './address.ts';

/** The 16 bytes of an IPv6 literal without a zone; RangeError for anything else. */
export function ipv6Bytes(text: string): Uint8Array {
  if (!isIPv6(text) || text.includes('%')) {
    throw new RangeError(`expected an IPv6 address such as fd00::1, got ${JSON.stringify(text)}`);
  }
  const [left, right] = text.split('::') as [string, string | undefined];
  const before = groups(left);
  const after = groups(right ?? '');
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  for (const [index, group] of before.entries()) view.setUint16(index * 2, group);
  for (const [index, group] of after.entries()) view.setUint16(16 - (after.length - index) * 2, group);
  return bytes;
}

/** The text of RFC 5952: lower case, no leading zeros, the longest run of two or more zero groups as `::`. */
export function ipv6Text(bytes: Uint8Array): Ipv6 {
  if (bytes.length !== 16) throw new RangeError(`expected an IPv6 address of 16 bytes, got ${bytes.length}`);
  const { from, length } = longestZeros(bytes);
  let text = '';
  for (let word = 0; word < 8; word++) {
    if (word === from && length >= 2) {
      text += '::';
      word += length - 1;
      continue;
    }
    if (text !== '' && !text.endsWith('::')) text += ':';
    text += wordAt(bytes, word).toString(16);
  }
  return text as Ipv6;
}

function longestZeros(bytes: Uint8Array): { readonly from: number; readonly length: number } {
  let from = 0;
  let length = 0;
  for (let word = 0; word < 8; word++) {
    const begin = word;
    while (word < 8 && wordAt(bytes, word) === 0) word++;
    if (word - begin > length) {
      from = begin;
      length = word - begin;
    }
  }
  return { from, length };
}

function wordAt(bytes: Uint8Array, word: number): number {
  return ((bytes[word * 2] as number) << 8) | (bytes[word * 2 + 1] as number);
}

/** Whether two IPv6 literals name the same address. */
export function sameIpv6(one: string, other: string): boolean {
  if (one === other) return true;
  const bytes = ipv6Bytes(other);
  return ipv6Bytes(one).every((byte, index) => byte === bytes[index]);
}

function groups(text: string): number[] {
  if (text === '') return [];
  return text.split(':').flatMap((part) => {
    if (!part.includes('.')) return [Number.parseInt(part, 16)];
    const [a, b, c, d] = part.split('.').map(Number) as [number, number, number, number];
    return [(a << 8) | b, (c << 8) | d];
  });
}
