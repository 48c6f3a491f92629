import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { VlanId } from '../../../src/rack/units.ts';
import type { SnmpValue } from '../../../src/switches/snmp/value.ts';
import { changed, differing, mirrored, portsIn } from '../../../src/switches/vlans/dialects/port-list.ts';
import { rawObjects } from '../../../src/switches/vlans/dialects/raw.ts';
import type { VlanListLayout } from '../../../src/switches/vlans/dialects/vlan-list.ts';
import { listChanges, listedVlans, listSets } from '../../../src/switches/vlans/dialects/vlan-list.ts';
import type { BridgePort } from '../../../src/switches/vlans/state.ts';
import { bridgePort } from '../../../src/switches/vlans/state.ts';

const hex = (text: string) => Buffer.from(text, 'hex');
const ports = (...numbers: number[]) => new Set(numbers as BridgePort[]);

describe('a PortList', () => {
  it.each<[string, Set<BridgePort>, 0 | 1 | undefined]>([
    ['80', ports(1), undefined],
    ['01', ports(8), undefined],
    ['f0febe40', ports(1, 2, 3, 4, 9, 10, 11, 12, 13, 14, 15, 17, 19, 20, 21, 22, 23, 26), undefined],
    ['', ports(), undefined],
    // A switch that numbers its bridge ports from 0.
    ['80', ports(0), 0],
  ])('%s is %j', (list, expected, first) => expect(portsIn(hex(list), first)).toEqual(expected));

  it('is written back as wide as it was, and every bit that is not ours as it was', () => {
    // An HPE 6120XG sets bits that stand for no port of its 24.
    expect(changed(hex('0604ffffffffffffffe0'), [[bridgePort(6), false]]).toString('hex')).toBe('0204ffffffffffffffe0');
    expect(changed(hex('00'), [[bridgePort(9), true]]).toString('hex')).toBe('0080');
    expect(changed(hex('00'), [[bridgePort(900), false]]).toString('hex')).toBe('00');
  });

  it('any list, any changes: what was changed is so, and the rest as before', () => {
    const bytes = fc.uint8Array({ maxLength: 40 });
    const changes = fc.array(fc.tuple(fc.integer({ min: 0, max: 340 }), fc.boolean()), { maxLength: 12 });
    fc.assert(
      fc.property(bytes, changes, fc.constantFrom(0 as const, 1 as const), (list, wanted, first) => {
        const some = wanted.filter(([port]) => port >= first) as [BridgePort, boolean][];
        const after = changed(list, some, first);
        const last = new Map(some);
        const before = portsIn(list, first);
        for (const port of new Set([...before, ...portsIn(after, first), ...last.keys()])) {
          expect(portsIn(after, first).has(port)).toBe(last.get(port) ?? before.has(port));
        }
        expect(after.length).toBeGreaterThanOrEqual(list.length);
        if (!some.some(([port, on]) => on && port - first >= 8 * list.length)) expect(after.length).toBe(list.length);
        const found = differing(list, after, first);
        expect(new Map(found)).toEqual(new Map([...last].filter(([port, on]) => before.has(port) !== on)));
        expect(mirrored(mirrored(list))).toEqual(Buffer.from(list));
        expect(portsIn(mirrored(list), first).size).toBe(before.size);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('a list of VLANs', () => {
  const radlan: VlanListLayout = {
    columns: [1, 1025, 2049, 3073].map((first, place) => ({ column: `1.${place}`, first, octets: 128 })),
    lowestBitFirst: false,
  };
  const cisco: VlanListLayout = {
    columns: [0, 1024, 2048, 3072].map((first, place) => ({ column: `1.${place}`, first, octets: 128 })),
    lowestBitFirst: false,
  };
  const comware: VlanListLayout = {
    columns: [1, 2049].map((first, place) => ({ column: `1.${place}`, first, octets: 256 })),
    lowestBitFirst: true,
  };
  const one = (column: string, bytes: Buffer) =>
    rawObjects(new Map([[column, new Map([['7', { type: 'OctetString', value: bytes } as SnmpValue]])]]));

  it.each<[string, VlanListLayout, string, string, number[]]>([
    // A Catalyst 3750: all but 0 and 4095 may be there; here the first octet alone.
    ['Cisco: the first bit is VLAN 0', cisco, '1.0', '7f', [1, 2, 3, 4, 5, 6, 7]],
    ['Cisco: the second thousand', cisco, '1.1', '80', [1024]],
    ['Radlan: the first bit is VLAN 1', radlan, '1.0', '81', [1, 8]],
    ['Radlan: the last list', radlan, '1.3', '80', [3073]],
    ['Comware: the lowest bit is VLAN 1', comware, '1.0', '81', [1, 8]],
    ['Comware: the high list', comware, '1.1', '02', [2050]],
  ])('%s', (_title, layout, column, list, vlans) => {
    expect([...listedVlans(one(column, hex(list)), layout, '7')!]).toEqual(vlans);
  });

  it('is undefined where the switch has none', () => {
    expect(listedVlans(rawObjects(new Map()), cisco, '7')).toBeUndefined();
  });

  it('any VLANs, in any layout: put on and taken off, with SETs of the columns that change only', () => {
    const ids = fc.uniqueArray(fc.integer({ min: 1, max: 4094 }), { maxLength: 30 });
    fc.assert(
      fc.property(fc.constantFrom(radlan, cisco, comware), ids, ids, (layout, start, toggled) => {
        const raw = rawObjects(new Map());
        const columns = layout.columns.map(({ column }) => column);
        raw.note(
          columns,
          listSets(
            raw,
            layout,
            '7',
            start.map((vlan) => [vlan as VlanId, true]),
          ),
        );
        expect(new Set(listedVlans(raw, layout, '7') ?? [])).toEqual(new Set(start));
        const changes = toggled.map((vlan) => [vlan as VlanId, !start.includes(vlan)] as const);
        const sets = listSets(raw, layout, '7', changes);
        const seen = sets.flatMap(({ oid, value }) => {
          const list = layout.columns.find(({ column }) => oid === `${column}.7`)!;
          return listChanges(
            list,
            layout.lowestBitFirst,
            raw.bytes(list.column, '7') ?? Buffer.alloc(0),
            value as Buffer,
          );
        });
        expect(new Map(seen)).toEqual(new Map(changes));
        raw.note(columns, sets);
        const wanted = new Set(
          start.filter((vlan) => !toggled.includes(vlan)).concat(toggled.filter((vlan) => !start.includes(vlan))),
        );
        expect(new Set(listedVlans(raw, layout, '7') ?? [])).toEqual(wanted);
        expect(listSets(raw, layout, '7', changes)).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });
});
