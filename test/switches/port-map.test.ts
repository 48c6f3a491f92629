import { describe, expect, it } from 'vitest';
import { PortMapRefused } from '../../src/switches/errors.ts';
import type { Interface } from '../../src/switches/port-map.ts';
import { resolvePorts } from '../../src/switches/port-map.ts';
import { faceplate } from '../../src/switches/ports/names.ts';

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, place) => from + place);
const rows = (from: number, to: number, group = 1) => range(from, to).map((port) => `${group}.${port}`);
const ethernet = (entries: [number, string][], type = 6): [number, Interface][] =>
  entries.map(([ifIndex, name]) => [ifIndex, { type, name }]);
const numbered = (from: number, to: number, prefix: string, first = 1) =>
  ethernet(range(from, to).map((ifIndex) => [ifIndex, `${prefix}${ifIndex - from + first}`]));

const map = (poeRows: string[], ...interfaces: [number, Interface][][]) =>
  resolvePorts({ poeRows, interfaces: new Map(interfaces.flat()) });

const reasons = (poeRows: string[], ...interfaces: [number, Interface][][]): string => {
  try {
    return `resolved by "${map(poeRows, ...interfaces).rule}"`;
  } catch (error) {
    expect(error).toBeInstanceOf(PortMapRefused);
    return (error as PortMapRefused).reasons.join('\n');
  }
};

// Shapes of real switches (research: snmp-poe §2).
describe('the port map', () => {
  it.each([
    ['ports 1 to 8 by number', rows(1, 8), numbered(1, 10, ''), '7', '1.7', 7],
    ['interface names', rows(1, 24), numbered(1, 28, 'GigabitEthernet1/0/'), 'gigabitethernet1/0/7', '1.7', 7],
    ['PoE and interfaces from 49', rows(49, 66), numbered(49, 66, 'gi'), '7', '1.55', 55],
    ['no interface names', rows(1, 8), ethernet(range(1, 8).map((index) => [index, ''])), '7', '1.7', 7],
    ['PoE by interface number from 6', rows(6, 29), numbered(6, 29, 'Gi0/0/'), '7', '1.12', 12],
    ['interfaces from 49153', rows(1, 18), numbered(49_153, 49_170, '1/0/'), '7', '1.7', 49_159],
    [
      'interfaces from 10101 beside VLANs',
      rows(1, 24),
      [...ethernet([[1, 'Vlan1']], 53), ...numbered(10_101, 10_124, 'Gi1/0/')],
      '7',
      '1.7',
      10_107,
    ],
  ] as [string, string[], [number, Interface][], string, string, number][])(
    'of a switch with %s',
    (_title, poeRows, interfaces, port, row, ifIndex) => {
      expect(map(poeRows, interfaces).find(port)).toMatchObject({ row, ifIndex });
    },
  );

  it('knows the ports of a stack by name only, for their numbers are not unique', () => {
    const stack = map([...rows(1, 24), ...rows(53, 76, 2)], numbered(1, 24, 'gi1/0/'), numbered(53, 76, 'gi2/0/'));
    expect(stack.find('gi2/0/7')).toMatchObject({ row: '2.59' });
    expect(stack.find('7')).toBeUndefined();
  });

  it('is refused without PoE rows', () => {
    expect(reasons([], numbered(1, 8, ''))).toBe('the switch has no PoE rows');
  });

  it('is refused with the reason of every rule', () => {
    expect(reasons(rows(3, 26, 3), numbered(11_001, 11_024, 'Fa3/0/')).split('\n')).toEqual([
      'the PoE port index is an ifIndex: row 3.3: interface 3 does not exist',
      'the PoE port index is a bridge port: the switch has no dot1dBasePortTable',
      'the PoE port index is the faceplate number: the rows are not 3.1, 3.2, … without a gap',
    ]);
  });

  it.each([
    [
      'two families fit',
      rows(1, 2),
      [numbered(101, 104, 'Gi1/0/'), numbered(201, 202, 'Te1/0/')],
      '2 families of interfaces are numbered 1 to 2 (Gi1/0/1, Te1/0/1, …)',
    ],
    ['no family fits', rows(1, 8), [numbered(101, 104, 'Gi')], '0 families of interfaces'],
    [
      'an aggregate stands where a port should',
      rows(1, 2),
      [ethernet([[1, 'po1']], 161), ethernet([[2, 'gi2']])],
      'row 1.1: interface 1 is of ifType 161',
    ],
    [
      'a name has no number',
      rows(1, 2),
      [
        ethernet([
          [1, 'left'],
          [2, 'right'],
        ]),
      ],
      'the name "left" has no port number',
    ],
    [
      'two rows have one name',
      rows(1, 2),
      [
        ethernet([
          [1, 'gi1'],
          [2, 'Gi 1'],
        ]),
      ],
      'name gi1 belongs to two rows',
    ],
    ['two groups have one interface', ['1.1', '2.1'], [numbered(1, 2, 'gi')], 'interface 1 belongs to two rows'],
    [
      'nothing is named and rows start elsewhere',
      rows(5, 6),
      [
        ethernet([
          [5, ''],
          [6, ''],
        ]),
      ],
      'interfaces have no names',
    ],
  ] as [string, string[], [number, Interface][][], string][])(
    'is refused when %s',
    (_title, poeRows, interfaces, reason) => {
      expect(reasons(poeRows, ...interfaces)).toContain(reason);
    },
  );

  it('tells other interfaces from ports', () => {
    const one = map(
      rows(1, 8),
      numbered(1, 8, 'gi'),
      ethernet([
        [9, 'te1'],
        [10, 'te2'],
        [1_000, 'po1'],
      ]),
    );
    expect(['te2', 'TE 2', 'po1', 'gi3', 'te3'].map((name) => one.isOtherInterface(name))).toEqual([
      true,
      true,
      true,
      false,
      false,
    ]);
    const plain = map(rows(1, 8), numbered(1, 10, ''));
    expect([plain.isOtherInterface('10'), plain.isOtherInterface('8'), plain.isOtherInterface('11')]).toEqual([
      true,
      false,
      false,
    ]);
  });
});

describe('a faceplate name', () => {
  it.each([
    ['7', { family: '', number: 7 }],
    ['gi1/0/7', { family: 'gi1/0/', number: 7 }],
    ['Port 12', { family: 'Port ', number: 12 }],
    ['mgmt', undefined],
    ['', undefined],
  ])('%s', (name, expected) => {
    expect(faceplate(name)).toEqual(expected);
  });
});
