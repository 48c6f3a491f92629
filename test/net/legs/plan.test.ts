import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeChanges } from '../../../src/net/legs/describe.ts';
import { planLegs } from '../../../src/net/legs/plan.ts';
import { LEG_SETTINGS } from '../../../src/net/legs/settings.ts';
import { type LegState, LegsError } from '../../../src/net/legs/state.ts';
import { slotNumber } from '../../../src/rack/units.ts';
import { parseMac } from '../../../src/wire/address.ts';
import { address, carryOut, plan, slot, state } from './support.ts';

const MAC = parseMac('b8:27:eb:00:00:01');
const OTHER = parseMac('dc:a6:32:00:00:01');
const boards = new Map([[slotNumber(1), MAC]]);
const right: LegState = state('vlan101', {
  up: true,
  addresses: [address('10.20.1.1/30'), address('fd20:0:0:1::1/64'), address('fe80::1/64', { scope: 'link' })],
  neighbours: [{ address: '10.20.1.2', mac: MAC }],
  settings: LEG_SETTINGS,
});
const trunk = state('eth1', { up: true, kind: undefined, addresses: [address('192.0.2.1/24')] });
const vlan = { kind: 'vlan', parent: 'eth1', vlan: 101 } as const;
// The kernel forgets neighbours of a leg that is down, or loses its last IPv4 address.
const setAgain = 'vlan101: 10.20.1.2 is at b8:27:eb:00:00:01, permanently (is b8:27:eb:00:00:01)';
const lines = (kind: 'real' | 'virtual', actual: LegState[], known = boards): string[] =>
  describeChanges(planLegs(plan(kind, 1), actual, known));

describe('planLegs', () => {
  it('wants nothing of a leg that is right, however its address is written', () => {
    expect(lines('virtual', [right])).toEqual([]);
    expect(lines('real', [trunk, { ...right, ...vlan }])).toEqual([]);
    const written = [address('10.20.1.1/30'), address('FD20::1:0:0:0:1/64')];
    expect(lines('virtual', [{ ...right, addresses: written }])).toEqual([]);
  });

  it('makes a leg of a real rack from nothing: settings before it goes up, addresses after', () => {
    const changes = planLegs(plan('real', 1), [{ ...trunk, up: false }], boards);
    expect(changes.map((change) => change.kind)).toEqual([
      'up',
      'create',
      ...Object.keys(LEG_SETTINGS).map(() => 'set'),
      'up',
      'add-address',
      'add-address',
      'set-neighbour',
    ]);
    const described = describeChanges(changes);
    expect(described.slice(0, 3)).toEqual([
      'eth1: set up',
      'vlan101: create as VLAN 101 on eth1',
      '/proc/sys/net/ipv4/conf/vlan101/rp_filter: set 1 (is unknown)',
    ]);
    expect(described.slice(-4)).toEqual([
      'vlan101: set up',
      'vlan101: add 10.20.1.1/30',
      'vlan101: add fd20:0:0:1::1/64',
      'vlan101: 10.20.1.2 is at b8:27:eb:00:00:01, permanently (is unknown)',
    ]);
  });

  it.each<[string, Partial<LegState>, string[]]>([
    ['is down', { up: false }, ['vlan101: set up', setAgain]],
    [
      'has another IPv4 address too',
      { addresses: [...right.addresses, address('10.20.9.1/30')] },
      ['vlan101: remove 10.20.9.1/30'],
    ],
    [
      'has its address with another prefix',
      { addresses: [address('10.20.1.1/24'), address('fd20:0:0:1::1/64')] },
      ['vlan101: remove 10.20.1.1/24', 'vlan101: add 10.20.1.1/30', setAgain],
    ],
    [
      'has an IPv6 address that lost duplicate address detection',
      { addresses: [address('10.20.1.1/30'), address('fd20:0:0:1::1/64', { unusable: true })] },
      ['vlan101: remove fd20:0:0:1::1/64 (unusable)', 'vlan101: add fd20:0:0:1::1/64'],
    ],
    [
      'took an address from a router advertisement',
      { addresses: [...right.addresses, address('2001:db8::5/64')] },
      ['vlan101: remove 2001:db8::5/64'],
    ],
    [
      'has one setting changed',
      { settings: { ...LEG_SETTINGS, 'ipv4/conf/<leg>/forwarding': '1' } },
      ['/proc/sys/net/ipv4/conf/vlan101/forwarding: set 0 (is 1)'],
    ],
    [
      'knows another board',
      { neighbours: [{ address: '10.20.1.2', mac: OTHER }] },
      ['vlan101: 10.20.1.2 is at b8:27:eb:00:00:01, permanently (is dc:a6:32:00:00:01)'],
    ],
    [
      'knows an address that is not its board’s',
      { neighbours: [...right.neighbours, { address: '10.20.1.3', mac: OTHER }] },
      ['vlan101: forget where 10.20.1.3 is'],
    ],
  ])('repairs a leg that %s', (_, drift, expected) => {
    expect(lines('virtual', [{ ...right, ...drift }])).toEqual(expected);
  });

  it('forgets the neighbour of a slot whose board is not known', () => {
    expect(lines('virtual', [right], new Map())).toEqual(['vlan101: forget where 10.20.1.2 is']);
  });

  it.each<[string, Partial<LegState>, string]>([
    ['on another trunk', { ...vlan, parent: 'eth0' }, 'VLAN 101 on eth0'],
    ['with another id', { ...vlan, vlan: 7 }, 'VLAN 7 on eth1'],
    ['whose trunk is gone', { ...vlan, parent: undefined }, 'VLAN 101 on no interface'],
  ])('makes a VLAN interface anew that is %s', (_, drift, before) => {
    const described = lines('real', [trunk, { ...right, ...drift }]);
    expect(described.slice(0, 2)).toEqual([`vlan101: delete (is ${before})`, 'vlan101: create as VLAN 101 on eth1']);
    expect(described).toHaveLength(2 + Object.keys(LEG_SETTINGS).length + 4);
  });

  it.each<[string, 'real' | 'virtual', LegState[], string]>([
    ['a virtual leg is not there', 'virtual', [], 'expected the virtual rack to have made vlan101: no such interface'],
    ['the trunk is not there', 'real', [right], 'expected the trunk eth1: no such interface'],
    ['a leg’s name is a bridge', 'real', [trunk, state('vlan101', { kind: 'bridge' })], 'it is bridge'],
    ['a leg’s name is hardware', 'real', [trunk, state('vlan101', { kind: undefined })], 'it is a hardware interface'],
  ])('refuses when %s', (_, kind, actual, message) => {
    expect(() => planLegs(plan(kind, 1), actual)).toThrow(message);
    expect(() => planLegs(plan(kind, 1), actual)).toThrow(LegsError);
  });

  it('refuses a real rack without a trunk', () => {
    expect(() => planLegs({ ...plan('real', 1), trunk: undefined }, [trunk])).toThrow('name its trunk');
  });

  it('names all legs that are missing at once', () => {
    expect(() => planLegs(plan('virtual', 3), [right])).toThrow('vlan102, vlan103');
  });
});

const addresses = fc.array(
  fc
    .tuple(
      fc.constantFrom(
        '10.20.1.1/30',
        '10.20.2.1/30',
        '10.20.2.1/24',
        'fd20:0:0:1::1/64',
        'fe80::9/64',
        '2001:db8::1/64',
      ),
      fc.boolean(),
    )
    .map(([text, unusable]) => address(text, { unusable, ...(text.startsWith('fe80') ? { scope: 'link' } : {}) })),
  { maxLength: 4 },
);
const settings = fc.dictionary(fc.constantFrom(...Object.keys(LEG_SETTINGS)), fc.constantFrom('0', '1', '2'));
const mac = fc.constantFrom(MAC, OTHER, undefined);
const neighbours = fc.uniqueArray(fc.record({ address: fc.constantFrom('10.20.1.2', '10.20.2.2', '10.20.7.7'), mac }), {
  selector: (one) => one.address,
});
const names = ['eth0', 'vlan101', 'vlan102', 'vlan103', 'vlan104', 'vlan555', 'vlan1010', 'docker0', 'lo'];
const interfaces = fc.uniqueArray(
  fc.record({
    ifname: fc.constantFrom(...names),
    up: fc.boolean(),
    kind: fc.constant('vlan'),
    parent: fc.constantFrom('eth0', 'eth1', undefined),
    vlan: fc.constantFrom(101, 102, 7),
    addresses,
    neighbours,
    settings,
  }),
  { selector: (one) => one.ifname },
);
const slots = fc.uniqueArray(fc.integer({ min: 1, max: 4 }), { minLength: 1 });
const known = fc.uniqueArray(
  fc.tuple(
    slots.map(([n]) => slotNumber(n as number)),
    fc.constantFrom(MAC, OTHER),
  ),
  {
    selector: ([number]) => number,
  },
);

describe('planLegs, whatever is there', () => {
  it('touches nothing but the plan’s legs (and sets its trunk up), and needs no second time', () => {
    fc.assert(
      fc.property(fc.boolean(), slots, interfaces, fc.boolean(), known, (real, numbers, found, trunkUp, macs) => {
        const wanted = {
          kind: real ? 'real' : 'virtual',
          trunk: real ? 'eth1' : undefined,
          slots: numbers.map(slot),
        } as const;
        const legs = new Set(wanted.slots.map((one) => one.leg));
        const missing = wanted.slots.filter((one) => !found.some((other) => other.ifname === one.leg));
        const made = real ? [] : missing.map((one) => state(one.leg)); // the virtual rack makes its legs itself
        const before = [...found, ...made, { ...trunk, up: trunkUp }];

        const changes = planLegs(wanted, before, new Map(macs));
        for (const change of changes) {
          const trunkOnly = real && change.kind === 'up' && change.leg === 'eth1';
          expect(trunkOnly || legs.has(change.leg), `${change.kind} ${change.leg}`).toBe(true);
          if (change.kind === 'create') expect(change.trunk).toBe('eth1');
        }
        const after = carryOut(changes, before);
        expect(planLegs(wanted, after, new Map(macs))).toEqual([]);
        for (const one of before.filter((other) => !legs.has(other.ifname) && other.ifname !== 'eth1')) {
          expect(after).toContainEqual(one);
        }
      }),
      { numRuns: 500 },
    );
  });
});
