import { describe, expect, it } from 'vitest';
import { vlanId } from '../../../src/rack/units.ts';
import { differences } from '../../../src/switches/vlans/differences.ts';
import { rangesOf } from '../../../src/switches/vlans/ranges.ts';
import type { PortVlan, VlanState } from '../../../src/switches/vlans/state.ts';
import { bridgePort } from '../../../src/switches/vlans/state.ts';
import { blank, PLAIN, scopeOf, vlan } from './support/states.ts';

const scope = scopeOf(1, [2]);
const before = blank(3);
const withVlan = (id: number, egress: number[], untagged: number[], name = 'x'): VlanState => ({
  ...before,
  vlans: new Map(before.vlans).set(vlanId(id), vlan(name, egress, untagged)),
});
const withPort = (port: number, change: Partial<PortVlan>): VlanState => ({
  ...before,
  ports: new Map(before.ports).set(bridgePort(port), { ...PLAIN, ingressFiltering: false, ...change }),
});

describe('differences between two configurations', () => {
  it('are none where there are none', () =>
    expect(differences(before, blank(3), scope)).toEqual({ ours: [], others: [] }));

  it.each<[string, VlanState, 'ours' | 'others', string[]]>([
    ['a new VLAN of a slot', withVlan(101, [], []), 'ours', ['VLAN 101 (slot 1) is new']],
    ['a new VLAN of somebody', withVlan(30, [], []), 'others', ['VLAN 30 is new']],
    [
      "a slot's port",
      withVlan(1, [2, 3], [2, 3], 'default'),
      'ours',
      ['port 1 of sw1 (slot 1) was untagged in VLAN 1 and is not in VLAN 1'],
    ],
    [
      "an uplink in somebody's VLAN",
      withVlan(1, [1, 2, 3], [1, 3], 'default'),
      'others',
      ['uplink up2 of sw1 was untagged in VLAN 1 and is tagged in VLAN 1'],
    ],
    [
      'an unlisted port',
      withVlan(1, [1, 2], [1, 2], 'default'),
      'others',
      ['port ge3 of sw1 (no slot) was untagged in VLAN 1 and is not in VLAN 1'],
    ],
    ['a name', withVlan(1, [1, 2, 3], [1, 2, 3], 'lan'), 'others', ['VLAN 1 was called "default" and is called "lan"']],
    ['a PVID', withPort(1, { pvid: vlanId(9) }), 'ours', ['port 1 of sw1 (slot 1) had PVID 1 and has 9']],
    ["an uplink's mode", withPort(2, { mode: 'trunk' }), 'others', ['uplink up2 of sw1 had mode unsaid and has trunk']],
    [
      'what an uplink lists for a slot',
      withPort(2, { allows: rangesOf([101]) }),
      'ours',
      ['uplink up2 of sw1 did not allow VLAN 101 before'],
    ],
    [
      'what it lists for somebody',
      withPort(2, { allows: rangesOf([30]) }),
      'others',
      ['uplink up2 of sw1 did not allow VLAN 30 before'],
    ],
  ])('%s', (_title, after, which, texts) => {
    expect(differences(before, after, scope)).toEqual({ ours: [], others: [], [which]: texts });
  });

  it('a port that is gone, and one that is new', () => {
    const ports = new Map([...before.ports].filter(([port]) => port !== 3)).set(bridgePort(9), PLAIN);
    expect(differences(before, { ...before, ports }, scope).others).toEqual([
      'port ge3 of sw1 (no slot) was there and is gone',
      'port ge9 of sw1 (no slot) is new',
    ]);
  });
});
