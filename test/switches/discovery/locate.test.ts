import { describe, expect, it } from 'vitest';
import { vlanId } from '../../../src/rack/units.ts';
import { locate } from '../../../src/switches/discovery/locate.ts';
import type { Mac } from '../../../src/wire/address.ts';
import { tables } from './rows.ts';

const mac = (last: number) => `b8:27:eb:00:00:${last.toString(16).padStart(2, '0')}` as Mac;
const heard = (...ports: number[]) => ({
  entries: ports.map((port, place) => ({ mac: mac(place), vlan: undefined, port })),
  bridgePorts: new Map(),
});
/** `count` sockets from ifIndex `first`, bridge ports from `bridge`. */
const sockets = (count: number, first: number, bridge: number, prefix = 'gi1/0/') =>
  tables(
    Object.fromEntries(Array.from({ length: count }, (_, n) => [first + n, { name: `${prefix}${n + 1}` }])),
    Object.fromEntries(Array.from({ length: count }, (_, n) => [bridge + n, first + n])),
  );
const where = (located: ReturnType<typeof locate>) => located.macs.map(({ ifIndex }) => ifIndex);

describe('the port numbers of a forwarding database', () => {
  it('are bridge ports, as RFC 4363 has it, also where they could be ifIndexes', () => {
    const located = locate(heard(1, 7), sockets(48, 6, 1));
    expect(located).toMatchObject({ numbering: 'bridge port', unresolved: 0, doubt: undefined });
    expect(where(located)).toEqual([6, 12]);
  });

  it('are ifIndexes where no bridge port has them', () => {
    const located = locate(heard(101, 105), sockets(6, 101, 1, '1/'));
    expect(located.numbering).toBe('ifIndex');
    expect(where(located)).toEqual([101, 105]);
  });

  it('are faceplate numbers where neither fits, though a VLAN interface has the ifIndex 1', () => {
    const known = sockets(18, 49_153, 49_153, 'gigabitEthernet 1/0/');
    const withVlan = { ...known, interfaces: new Map(known.interfaces) };
    withVlan.interfaces.set(1, { ifIndex: 1, kind: 'port', label: 'Vlan-interface1', names: [], mac: undefined });
    const located = locate(heard(1), withVlan);
    expect(located.numbering).toBe('faceplate number');
    expect(where(located)).toEqual([49_153]);
  });

  it('may name an aggregate by ifIndex among bridge ports', () => {
    const known = tables({ 1: { name: '1/1' }, 8193: { type: 161, name: 'MLT 1' } }, { 1: 1 });
    const located = locate(heard(1, 8193, 8193), known);
    expect(located).toMatchObject({ numbering: 'bridge port', unresolved: 0 });
    expect(where(located)).toEqual([1, 8193, 8193]);
  });

  it('are counted where a few mean nothing, and not taken at all where most do', () => {
    expect(locate(heard(1, 2, 900), sockets(8, 11, 1))).toMatchObject({ numbering: 'bridge port', unresolved: 1 });
    expect(locate(heard(1, 900, 901), sockets(8, 11, 1))).toMatchObject({
      numbering: undefined,
      macs: [],
      unresolved: 3,
    });
    expect(locate(heard(), sockets(8, 11, 1))).toMatchObject({ numbering: undefined, unresolved: 0 });
  });

  it('are ifIndexes where that alone fits every one of them', () => {
    // Bridge ports 1 to 8 of ifIndexes 2 to 9: the 9 is no bridge port.
    expect(locate(heard(2, 3, 9), sockets(8, 2, 1)).numbering).toBe('ifIndex');
  });

  it('are settled by LLDP where two numberings fit', () => {
    const known = sockets(8, 2, 1);
    const fdb = heard(3, 4);
    expect(where(locate(fdb, known, [{ mac: mac(0), ifIndex: 4 }]))).toEqual([4, 5]);
    expect(where(locate(fdb, known, [{ mac: mac(0), ifIndex: 3 }]))).toEqual([3, 4]);
    expect(where(locate(fdb, known, [{ mac: mac(9), ifIndex: 3 }]))).toEqual([4, 5]);
  });

  it('are in doubt where bridge ports count from 0, unless LLDP shows what they are', () => {
    const known = sockets(8, 1, 0);
    expect(locate(heard(3), known)).toMatchObject({ numbering: 'ifIndex', doubt: expect.stringMatching(/from 0/) });
    expect(locate(heard(3), known, [{ mac: mac(0), ifIndex: 3 }])).toMatchObject({
      numbering: 'ifIndex',
      doubt: undefined,
    });
    expect(locate(heard(3), known, [{ mac: mac(0), ifIndex: 4 }])).toMatchObject({
      numbering: 'bridge port',
      doubt: undefined,
    });
  });

  it('are in doubt where LLDP has the MACs elsewhere', () => {
    const located = locate(heard(3, 4), sockets(8, 101, 1), [{ mac: mac(0), ifIndex: 108 }]);
    expect(located.doubt).toMatch(/LLDP has 1 of 1 MACs on other ports/);
  });

  it('are no contradiction where LLDP is heard on the members of an aggregate', () => {
    const known = tables({ 1: { name: '1/1' }, 1000: { type: 161, name: 'Po1' } }, { 1: 1, 1000: 1000 });
    expect(locate(heard(1000), known, [{ mac: mac(0), ifIndex: 1 }]).doubt).toBeUndefined();
  });

  it('are those of the VLAN where every VLAN has its own', () => {
    const entries = [
      { mac: mac(0), vlan: vlanId(101), port: 5 },
      { mac: mac(1), vlan: vlanId(102), port: 5 },
    ];
    const bridgePorts = new Map([
      [vlanId(101), new Map([[5, 10_105]])],
      [vlanId(102), new Map([[5, 10_106]])],
    ]);
    expect(where(locate({ entries, bridgePorts }, tables({})))).toEqual([10_105, 10_106]);
  });
});
