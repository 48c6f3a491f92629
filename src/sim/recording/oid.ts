/** Object identifiers of a recording: RFC 2578 §3.5 allows 128 arcs of 32 bits. */
import type { Arcs } from '../switch/oid.ts';

const MOST_ARCS = 128;
const OID = /^[0-2](\.\d{1,10})+$/;

/** The arcs, or undefined for what is no object identifier. A recorder may have written a dot in front. */
export function readOid(text: string): { readonly oid: string; readonly arcs: Arcs } | undefined {
  const plain = text.charCodeAt(0) === 0x2e ? text.slice(1) : text;
  if (!OID.test(plain)) return undefined;
  const arcs = plain.split('.').map(Number);
  if (arcs.length > MOST_ARCS || arcs.some((arc) => arc >= 2 ** 32) || (arcs[1]! > 39 && arcs[0]! < 2))
    return undefined;
  // 1.3.06 is 1.3.6: text is compared from here on.
  return { oid: /\.0\d/.test(plain) ? arcs.join('.') : plain, arcs };
}

export function isOidText(text: string): boolean {
  return readOid(text) !== undefined;
}

/** Whether `oid` is `root` or lies below it. */
export function isWithin(root: string, oid: string): boolean {
  return oid.startsWith(root) && (oid.length === root.length || oid.charCodeAt(root.length) === 0x2e);
}
