import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PortRuleName } from '../../../src/switches/drivers/driver.ts';
import { PortMapRefused } from '../../../src/switches/errors.ts';
import type { PortTables } from '../../../src/switches/port-map.ts';
import { resolvePorts } from '../../../src/switches/port-map.ts';

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, place) => from + place);

/** `ifIndex → name`, all of them Ethernet. */
const ports = (entries: Iterable<readonly [number, string]>): PortTables['interfaces'] =>
  new Map([...entries].map(([ifIndex, name]) => [ifIndex, { type: 6, name }]));

const outcome = (tables: PortTables, explicit?: Record<string, string>): string | string[] => {
  try {
    const map = resolvePorts(tables, explicit);
    return map.ports.map(({ row, label }) => `${row} ${label}`);
  } catch (error) {
    expect(error).toBeInstanceOf(PortMapRefused);
    return (error as PortMapRefused).reasons.join('\n');
  }
};

const with_ = (rules: PortRuleName[], rest: Omit<PortTables, 'rules'>) => outcome({ ...rest, rules });

describe('Cisco', () => {
  const interfaces = ports([
    [1, 'Gi0/0'],
    [11_001, 'Fa3/0/1'],
    [11_002, 'Fa3/0/2'],
  ]);
  const poeRows = ['3.3', '3.4'];
  const entities = new Map([
    ['3.3', 3008],
    ['3.4', 3009],
  ]);
  const entityInterfaces = new Map([
    [3008, 11_001],
    [3009, 11_002],
  ]);
  const modulePorts = new Map([
    ['3.1', 1],
    ['3.3', 11_001],
    ['3.4', 11_002],
  ]);
  const rules: PortRuleName[] = ['cisco-entity', 'cisco-stack'];

  it.each([
    ['by its entities', { entities, entityInterfaces }],
    ['by CISCO-STACK-MIB where entities are no interfaces', { entities, entityInterfaces: new Map(), modulePorts }],
    ['where both say the same', { entities, entityInterfaces, modulePorts }],
  ])('maps %s', (_title, vendor) => {
    expect(with_(rules, { poeRows, interfaces, vendor })).toEqual(['3.3 Fa3/0/1', '3.4 Fa3/0/2']);
  });

  it('is refused where the two contradict each other', () => {
    const swapped = new Map([
      ['3.3', 11_002],
      ['3.4', 11_001],
    ]);
    const vendor = { entities, entityInterfaces, modulePorts: swapped };
    expect(with_(rules, { poeRows, interfaces, vendor })).toBe(
      'row 3.3 and 1 more: interface 11001 (Fa3/0/1) if the switch names the entity of a PoE port, and its interface, interface 11002 (Fa3/0/2) if the PoE row is a module and port of CISCO-STACK-MIB',
    );
  });

  it.each([
    ['without either table', {}, 'the switch has no cpeExtPsePortEntPhyIndex'],
    [
      'for a row without an entity',
      { entities: new Map([['3.3', 0]]), entityInterfaces },
      'row 3.3: it belongs to no entity',
    ],
    [
      'for an entity that is no interface',
      { entities, entityInterfaces: new Map([[3008, 11_001]]) },
      'row 3.4: entity 3009 is no interface',
    ],
    [
      'for two rows of one entity',
      { entities: new Map([...entities, ['3.4', 3008]]), entityInterfaces },
      'interface 11001 belongs to two rows, 3.3 and 3.4',
    ],
    [
      'for a row that is no module port',
      { modulePorts: new Map([['3.3', 11_001]]) },
      'row 3.4: CISCO-STACK-MIB has no such port',
    ],
  ] as [string, NonNullable<PortTables['vendor']>, string][])('is refused %s', (_title, vendor, reason) => {
    expect(with_(rules, { poeRows, interfaces, vendor })).toContain(reason);
  });

  it('is never mapped by an ifIndex that happens to be there', () => {
    expect(with_(rules, { poeRows: ['1.1'], interfaces: ports([[1, 'Gi0/1']]) })).toContain('the switch has no');
  });
});

describe('Juniper', () => {
  const interfaces = ports([
    [539, 'ge-0/0/0'],
    [562, 'ge-0/0/23'],
    [515, 'mge-0/0/24'],
    [17, 'em0'],
    [994, 'et-0/2/0'],
    [701, 'ge-1/0/0'],
  ]);

  it('counts FPCs and ports from 1 where Junos prints them from 0, whatever the media', () => {
    expect(with_(['juniper-fpc'], { interfaces, poeRows: ['1.1', '1.24', '1.25', '2.1'] })).toEqual([
      '1.1 ge-0/0/0',
      '1.24 ge-0/0/23',
      '1.25 mge-0/0/24',
      '2.1 ge-1/0/0',
    ]);
  });

  it('is refused for a port that is not there', () => {
    expect(with_(['juniper-fpc'], { interfaces, poeRows: ['1.3'] })).toContain(
      'row 1.3: 0 interfaces are port 2 of FPC 0',
    );
  });

  it('is found by its full name only, for nobody knows whether 24 is the twenty-fourth', () => {
    const map = resolvePorts({ interfaces, poeRows: ['1.1', '1.24'], rules: ['juniper-fpc'] });
    expect(map.find('ge-0/0/23')).toMatchObject({ row: '1.24' });
    expect([map.find('23'), map.interface('23')]).toEqual([undefined, undefined]);
  });

  it('knows the bridge port of the logical unit', () => {
    const units = new Map([...interfaces, [1002, { type: 53, name: 'ge-0/0/0.0' }] as const]);
    const bridgePorts = new Map([[491, 1002]]);
    const map = resolvePorts({ interfaces: units, bridgePorts, poeRows: ['1.1'], rules: ['juniper-fpc'] });
    expect(map.ports[0]).toMatchObject({ label: 'ge-0/0/0', ifIndex: 539, bridgePort: 491 });
  });
});

describe('Comware', () => {
  const interfaces = ports([
    [1, 'GigabitEthernet1/0/1'],
    [66, 'GigabitEthernet2/0/1'],
  ]);
  const bridgePorts = new Map([
    [1, 1],
    [65, 66],
  ]);

  it('has a group that is one more than three times the member', () => {
    expect(with_(['comware-member'], { interfaces, bridgePorts, poeRows: ['4.1', '7.65'] })).toEqual([
      '4.1 GigabitEthernet1/0/1',
      '7.65 GigabitEthernet2/0/1',
    ]);
  });

  it.each([
    ['a group between members', '5.1', 'row 5.1: group 5 is that of no member'],
    ['a port of another member', '4.65', 'bridge port 65 is "GigabitEthernet2/0/1", which is not of member 1'],
    ['a port that is not there', '4.2', 'bridge port 2 does not exist'],
  ])('is refused for %s', (_title, row, reason) => {
    expect(with_(['comware-member'], { interfaces, bridgePorts, poeRows: [row] })).toContain(reason);
  });
});

describe('Alcatel', () => {
  it('has interfaces of a thousand times the slot', () => {
    const interfaces = ports([
      [1007, '1/7'],
      [2001, '2/1'],
    ]);
    expect(with_(['alcatel-slot'], { interfaces, poeRows: ['1.7', '2.1'] })).toEqual(['1.7 1/7', '2.1 2/1']);
  });

  it('is refused where the interface is called otherwise', () => {
    const interfaces = ports([[1007, '1/8']]);
    expect(with_(['alcatel-slot'], { interfaces, poeRows: ['1.7'] })).toContain(
      'interface 1007 is called "1/8", not 1/7',
    );
  });
});

describe('bridge ports', () => {
  it('map where interfaces are numbered otherwise', () => {
    const interfaces = ports(range(1, 8).map((port) => [5_000 + port, `port1.0.${port}`]));
    const bridgePorts = new Map(range(1, 8).map((port) => [port, 5_000 + port]));
    const map = resolvePorts({ interfaces, bridgePorts, poeRows: range(1, 8).map((port) => `1.${port}`) });
    expect(map.rule).toBe('the PoE port index is a bridge port');
    expect(map.find('7')).toMatchObject({ row: '1.7', ifIndex: 5_007, bridgePort: 7 });
  });

  it('are not taken for PoE ports when they count from 0', () => {
    const interfaces = ports(range(1, 10).map((port) => [port, `Eth1/${port}`]));
    const bridgePorts = new Map(range(1, 10).map((port) => [port - 1, port]));
    const map = resolvePorts({ interfaces, bridgePorts, poeRows: range(1, 8).map((port) => `1.${port}`) });
    expect(map.rule).toBe('the PoE port index is an ifIndex');
    expect(map.find('7')).toMatchObject({ row: '1.7', ifIndex: 7, bridgePort: 6 });
  });

  it('that contradict the ifIndex leave nothing proven', () => {
    const poeRows = ['2.2', '2.3'];
    const interfaces = ports([
      [2, 'gi1'],
      [3, 'gi2'],
      [4, 'te1'],
      [5, 'te2'],
    ]);
    const bridgePorts = new Map([
      [2, 4],
      [3, 5],
    ]);
    expect(outcome({ poeRows, interfaces, bridgePorts })).toBe(
      'row 2.2 and 1 more: interface 2 (gi1) if the PoE port index is an ifIndex, interface 4 (te1) if the PoE port index is a bridge port',
    );
  });
});

describe('stacks by order', () => {
  const unit = (member: number, from: number, count: number): [number, string][] =>
    range(1, count).map((port) => [from + port, `Gi${member}/0/${port}`]);
  const interfaces = ports([...unit(1, 10_100, 24), ...unit(2, 10_600, 48)]);

  it('map group 2 to unit 2', () => {
    const poeRows = [...range(1, 24).map((port) => `1.${port}`), ...range(1, 48).map((port) => `2.${port}`)];
    const map = resolvePorts({ interfaces, poeRows });
    expect(map.find('Gi2/0/7')).toMatchObject({ row: '2.7', ifIndex: 10_607 });
    expect(map.find('7')).toBeUndefined();
  });

  it('map the one unit that has PoE', () => {
    const map = resolvePorts({ interfaces, poeRows: range(1, 24).map((port) => `2.${port}`) });
    expect(map.find('7')).toMatchObject({ row: '2.7', label: 'Gi2/0/7' });
  });

  it('are refused where a group is no unit', () => {
    expect(outcome({ interfaces, poeRows: ['1.1', '3.1'] })).toContain('0 families of interfaces of unit 3');
  });
});

describe('a midspan', () => {
  it('never has a map', () => {
    const reason = with_(['midspan'], { poeRows: ['1.1'], interfaces: ports([[1, '']]) });
    expect(reason).toContain('they are no interfaces: 1 rows, 1 interfaces');
  });
});

describe('a port_map of the rack file', () => {
  const interfaces = ports([
    [1, 'left'],
    [101, 'gi1'],
    [102, 'gi2'],
    [103, 'gi3'],
  ]);
  const poeRows = ['9.5', '9.6', '9.7'];

  it('maps what no rule can, and only what it lists', () => {
    const map = resolvePorts({ interfaces, poeRows }, { gi1: '9.7', '2': '9.5' });
    expect(map.rule).toBe('port_map of the rack file');
    expect(map.ports.map(({ label, row }) => `${label} ${row}`).sort()).toEqual(['gi1 9.7', 'gi2 9.5']);
    expect(map.find('gi3')).toBeUndefined();
    expect(map.isOtherInterface('gi3')).toBe(true);
    expect(map.rows).toEqual(new Set(poeRows));
  });

  it.each([
    [
      'a row that is not there',
      { gi1: '9.8' },
      'port_map: port gi1 is said to be row 9.8, which the switch does not have',
    ],
    ['a port that is not there', { gi9: '9.5' }, 'port_map: the switch has no port or aggregate "gi9"'],
    ['a row twice', { gi1: '9.5', gi2: '9.5' }, 'port_map: row 9.5 is said to be two ports, gi2 is one of them'],
    ['a port twice', { gi1: '9.5', '1': '9.6' }, 'interface 101 belongs to two rows'],
    ['a port without a number', { left: '9.5' }, 'the name "left" has no port number'],
  ])('is refused for %s', (_title, explicit, reason) => {
    expect(outcome({ interfaces, poeRows }, explicit as Record<string, string>)).toContain(reason);
  });

  it('beats rules, and says where they would have it otherwise', () => {
    const tables = { interfaces, poeRows: ['1.101', '1.102', '1.103'] };
    expect(resolvePorts(tables, { gi1: '1.101' }).notes).toEqual([]);
    expect(resolvePorts(tables, { gi1: '1.102' }).notes).toEqual([
      'row 1.102: interface 101 (gi1) if port_map of the rack file, interface 102 (gi2) if the PoE port index is an ifIndex',
    ]);
  });
});

describe('the general rules', () => {
  /** A switch whose numberings are drawn at random: each counts from somewhere, two of them maybe in no order at all. */
  const switches = fc.record({
    poe: fc.integer({ min: 1, max: 8 }),
    uplinks: fc.integer({ min: 0, max: 4 }),
    first: fc.record({
      poe: fc.integer({ min: 1, max: 5 }),
      ifIndex: fc.integer({ min: 1, max: 12 }),
      bridge: fc.integer({ min: 0, max: 5 }),
    }),
    poeIs: fc.constantFrom('own', 'ifIndex', 'bridge', 'faceplate'),
    shuffle: fc.constantFrom('none', 'ifIndex', 'bridge'),
    order: fc.infiniteStream(fc.nat()),
    bridged: fc.boolean(),
  });

  it('prove the true map or none, however a switch numbers its ports', () => {
    let proven = 0;
    fc.assert(
      fc.property(switches, ({ poe, uplinks, first, poeIs, shuffle, order, bridged }) => {
        // PoE rows count as the faceplate does: where they do not, no general rule can know.
        fc.pre(shuffle === 'none' || poeIs !== shuffle);
        const count = poe + uplinks;
        const sequence = (from: number, shuffled: boolean) => {
          const numbers = range(from, from + count - 1);
          if (!shuffled) return numbers;
          const keys = new Map(numbers.map((number) => [number, order.next().value as number]));
          return numbers.sort((a, b) => keys.get(a)! - keys.get(b)!);
        };
        const ifIndexes = sequence(first.ifIndex, shuffle === 'ifIndex');
        const bridges = sequence(first.bridge, shuffle === 'bridge');
        const own = {
          own: range(first.poe, first.poe + poe - 1),
          ifIndex: ifIndexes,
          bridge: bridges,
          faceplate: range(1, poe),
        };
        const poeRows = own[poeIs].slice(0, poe).map((index) => `1.${index}`);
        const names = range(1, count).map((port) => `gi${port}`);
        const tables: PortTables = {
          poeRows,
          interfaces: ports(names.map((name, place) => [ifIndexes[place]!, name])),
          bridgePorts: bridged ? new Map(bridges.map((bridge, place) => [bridge, ifIndexes[place]!])) : new Map(),
        };
        const result = outcome(tables);
        if (typeof result === 'string') return;
        proven += 1;
        expect(result).toEqual(poeRows.map((row, place) => `${row} ${names[place]}`));
      }),
      { numRuns: 5_000 },
    );
    // Not by refusing everything.
    expect(proven).toBeGreaterThan(1_000);
  });
});
