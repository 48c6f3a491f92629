/** Lists of VLANs that a port carries, one bit a VLAN, over one column or several. */
import type { VlanId } from '../../../rack/units.ts';
import type { Oid } from '../../snmp/oid.ts';
import type { SnmpSet } from '../../snmp/session.ts';
import type { RawObjects } from './raw.ts';

export interface VlanListLayout {
  readonly columns: readonly VlanListColumn[];
  /** The first VLAN is in the lowest bit of an octet; otherwise in the highest. */
  readonly lowestBitFirst: boolean;
}

export interface VlanListColumn {
  readonly column: Oid;
  /** The VLAN of the first bit. */
  readonly first: number;
  readonly octets: number;
}

/** The VLANs of a port's list; undefined: the switch has none for it. */
export function listedVlans(raw: RawObjects, layout: VlanListLayout, index: string): Set<VlanId> | undefined {
  let found: Set<VlanId> | undefined;
  for (const { column, first } of layout.columns) {
    const list = raw.bytes(column, index);
    if (!list) continue;
    found ??= new Set();
    for (const vlan of vlansOf(list, first, layout.lowestBitFirst)) found.add(vlan);
  }
  return found;
}

function vlansOf(list: Uint8Array, first: number, lowestBitFirst: boolean): VlanId[] {
  const vlans: VlanId[] = [];
  for (const [place, octet] of list.entries()) {
    for (let bit = 0; bit < 8; bit += 1) {
      const vlan = first + 8 * place + bit;
      if (octet & maskOf(bit, lowestBitFirst) && vlan >= 1 && vlan <= 4094) vlans.push(vlan as VlanId);
    }
  }
  return vlans;
}

function maskOf(bit: number, lowestBitFirst: boolean): number {
  return lowestBitFirst ? 1 << bit : 0x80 >> bit;
}

/** SETs that put VLANs on a port's list or take them off; the columns that stay as they are are left out. */
export function listSets(
  raw: RawObjects,
  layout: VlanListLayout,
  index: string,
  changes: Iterable<readonly [VlanId, boolean]>,
): SnmpSet[] {
  const wanted = [...changes];
  return layout.columns.flatMap(({ column, first, octets }): SnmpSet[] => {
    const before = raw.bytes(column, index) ?? Buffer.alloc(0);
    const list = Buffer.concat([before, Buffer.alloc(Math.max(0, octets - before.length))]);
    for (const [vlan, on] of wanted) {
      const place = vlan - first;
      if (place < 0 || place >= 8 * octets) continue;
      const mask = maskOf(place & 7, layout.lowestBitFirst);
      list[place >> 3] = on ? list[place >> 3]! | mask : list[place >> 3]! & ~mask;
    }
    const same =
      list.subarray(0, before.length).equals(before) && list.subarray(before.length).every((octet) => octet === 0);
    return same ? [] : [{ oid: `${column}.${index}`, type: 'OctetString', value: list }];
  });
}

/** The VLANs that a SET of one of the columns puts on a list or takes off. */
export function listChanges(
  { first }: VlanListColumn,
  lowestBitFirst: boolean,
  before: Uint8Array,
  after: Uint8Array,
): [VlanId, boolean][] {
  const was = new Set(vlansOf(before, first, lowestBitFirst));
  const is = new Set(vlansOf(after, first, lowestBitFirst));
  return [...new Set([...was, ...is])]
    .filter((vlan) => was.has(vlan) !== is.has(vlan))
    .map((vlan) => [vlan, is.has(vlan)]);
}
