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

/** Octets of the arcs in BER (X.690 §8.19): seven bits an octet, the first two arcs in one. */
export function oidOctets(arcs: Arcs): number {
  let octets = 1;
  for (const arc of arcs.slice(2)) {
    octets += arc < 0x80 ? 1 : arc < 0x4000 ? 2 : arc < 0x20_0000 ? 3 : arc < 0x1000_0000 ? 4 : 5;
  }
  return octets;
}
