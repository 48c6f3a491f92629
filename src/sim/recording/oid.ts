/** Object identifiers of a recording: RFC 2578 §3.5 allows 128 arcs of 32 bits. */
import type { Arcs } from '../switch/oid.ts';

const MOST_ARCS = 128;
const DOT = 0x2e;

/** The arcs, or undefined for what is no object identifier. A recorder may have written a dot in front. */
export function readOid(text: string): { readonly oid: string; readonly arcs: Arcs } | undefined {
  const plain = text.charCodeAt(0) === DOT ? text.slice(1) : text;
  const arcs = readArcs(plain);
  if (!arcs || arcs.length < 2 || arcs.length > MOST_ARCS || arcs[0]! > 2 || (arcs[1]! > 39 && arcs[0]! < 2))
    return undefined;
  // 1.3.06 is 1.3.6: text is compared from here on.
  return { oid: plain.includes('.0') ? arcs.join('.') : plain, arcs };
}

/** By hand: a large recording has a million arcs. */
function readArcs(text: string): number[] | undefined {
  const arcs: number[] = [];
  let arc = 0;
  let digits = 0;
  for (let at = 0; at <= text.length; at += 1) {
    const code = at === text.length ? DOT : text.charCodeAt(at);
    if (code === DOT) {
      if (digits === 0 || arc >= 2 ** 32) return undefined;
      arcs.push(arc);
      arc = 0;
      digits = 0;
    } else if (code >= 0x30 && code <= 0x39 && digits < 10) {
      arc = arc * 10 + code - 0x30;
      digits += 1;
    } else return undefined;
  }
  return arcs;
}

export function isOidText(text: string): boolean {
  return readOid(text) !== undefined;
}

/** Whether `oid` is `root` or lies below it. */
export function isWithin(root: string, oid: string): boolean {
  return oid.startsWith(root) && (oid.length === root.length || oid.charCodeAt(root.length) === 0x2e);
}
