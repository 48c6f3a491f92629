/** Object identifiers as numbers: sorted and searched, not printed. */
export type Arcs = readonly number[];

export function parseOid(oid: string): Arcs {
  return oid.split('.').map(Number);
}

export function compareArcs(a: Arcs, b: Arcs): number {
  const shared = Math.min(a.length, b.length);
  for (let place = 0; place < shared; place += 1) {
    const difference = a[place]! - b[place]!;
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** Place of the first node after `arcs` among nodes in order. */
export function firstAfter(nodes: readonly { readonly arcs: Arcs }[], arcs: Arcs): number {
  let low = 0;
  let high = nodes.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareArcs(nodes[middle]!.arcs, arcs) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Octets of an OID in BER (X.690 §8.19): seven bits an octet, the first two arcs in one. Counted for every varbind sent. */
export function oidOctets(oid: string): number {
  let octets = 1;
  let arcs = 0;
  let value = 0;
  for (let at = 0; at <= oid.length; at += 1) {
    const digit = at < oid.length ? oid.charCodeAt(at) - 48 : -1;
    if (digit >= 0) {
      value = value * 10 + digit;
      continue;
    }
    arcs += 1;
    if (arcs > 2) octets += value < 0x80 ? 1 : value < 0x4000 ? 2 : value < 0x20_0000 ? 3 : value < 0x1000_0000 ? 4 : 5;
    value = 0;
  }
  return octets;
}
