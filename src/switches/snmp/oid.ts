/** A dotted object identifier without a leading dot, as in `1.3.6.1.2.1.1.3.0`. */
export type Oid = string;

/** At most 128 arcs of 32 bits each (RFC 2578 §3.5). */
const OID = /^[0-2](\.(0|[1-9]\d{0,9})){1,127}$/;

export function isOid(text: string): boolean {
  return OID.test(text);
}

/** Lexicographic order by arc (RFC 3416 §4.2.2): negative when `a` comes before `b`. */
export function compareOids(a: Oid, b: Oid): number {
  const left = a.split('.');
  const right = b.split('.');
  const shared = Math.min(left.length, right.length);
  for (let arc = 0; arc < shared; arc += 1) {
    const difference = Number(left[arc]) - Number(right[arc]);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

/** Whether `oid` lies strictly below `root`. */
export function isBelow(root: Oid, oid: Oid): boolean {
  return oid.length > root.length + 1 && oid.startsWith(root) && oid.charCodeAt(root.length) === 0x2e;
}

/** The index of an instance: what follows its column, as in `1.7` for group 1, port 7. */
export function indexBelow(column: Oid, oid: Oid): string {
  return oid.slice(column.length + 1);
}
