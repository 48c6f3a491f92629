/** IPv6 literals as bytes: `ip` and the plan may write one address in different forms. */
import { isIPv6 } from 'node:net';

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
