/** Sets of VLAN ids as text, `1,10-20,4094`: short, comparable, and fit for a journal, where a trunk allows 4,094 of them. */
import type { VlanId } from '../../rack/units.ts';

/** Ascending, without overlaps; the same set is always the same text. */
export type VlanRanges = string & { readonly __brand: 'VlanRanges' };

export function rangesOf(vlans: Iterable<number>): VlanRanges {
  const sorted = [...new Set(vlans)].sort((a, b) => a - b);
  const parts: string[] = [];
  for (let from = 0; from < sorted.length; ) {
    let to = from;
    while (sorted[to + 1] === sorted[to]! + 1) to += 1;
    parts.push(from === to ? String(sorted[from]) : `${sorted[from]}-${sorted[to]}`);
    from = to + 1;
  }
  return parts.join(',') as VlanRanges;
}

export function vlansIn(ranges: VlanRanges): Set<VlanId> {
  const vlans = new Set<VlanId>();
  for (const part of ranges === '' ? [] : ranges.split(',')) {
    const [first, last = first] = part.split('-').map(Number);
    for (let vlan = first!; vlan <= last!; vlan += 1) vlans.add(vlan as VlanId);
  }
  return vlans;
}

export function includes(ranges: VlanRanges | undefined, vlan: VlanId): boolean {
  if (!ranges) return false;
  return ranges.split(',').some((part) => {
    const [first, last = first] = part.split('-').map(Number);
    return vlan >= first! && vlan <= last!;
  });
}
