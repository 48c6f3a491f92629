import { describe, expect, it } from 'vitest';
import type { Chassis } from '../../../src/switches/chassis.ts';
import { describeChassis, movedUnits, sameChassis } from '../../../src/switches/chassis.ts';
import { resolvePorts } from '../../../src/switches/port-map.ts';
import { compareMaps } from '../../../src/switches/ports/moved.ts';
import type { StoredPortMap } from '../../../src/switches/ports/store.ts';

const MAC = '02:00:00:00:00:01';
const box = (bridgeAddress: string | undefined, ...serials: string[]): Chassis => ({
  bridgeAddress,
  units: serials.map((serial, place) => ({ entity: 1000 * (place + 1), model: 'M', serial })),
});

describe('a chassis', () => {
  it.each([
    ['the same box', box(MAC, 'A'), box(MAC, 'A'), true],
    ['a stack that lost its master', box(MAC, 'A', 'B'), box('00:00:00:00:00:02', 'B'), true],
    ['a box that told its serial number since', box(MAC), box(MAC, 'A'), true],
    ['another box', box(MAC, 'A'), box('00:00:00:00:00:02', 'B'), false],
    ['another box by its address alone', box(MAC), box('00:00:00:00:00:02'), false],
    ['another box by its serial number alone', box(undefined, 'A'), box(undefined, 'B'), false],
    ['nothing to go by', box(undefined), box(MAC, 'A'), undefined],
    ['serial numbers that are empty', box(undefined, ''), box(undefined, ''), undefined],
  ])('%s', (_title, before, now, same) => {
    expect(sameChassis(before, now)).toBe(same);
  });

  it('has a name for people', () => {
    expect(describeChassis(box(MAC, 'A', 'B'))).toBe(`M A, M B, ${MAC}`);
    expect(describeChassis(box(undefined))).toBe('a switch that does not say which one it is');
  });

  it('of a stack has units that may change places', () => {
    expect(movedUnits(box(MAC, 'A', 'B'), box(MAC, 'B', 'A'))).toHaveLength(2);
    expect(movedUnits(box(MAC, 'A', 'B'), box(MAC, 'B'))).toEqual([
      'unit B of the stack was entity 2000 and is entity 1000: its ports have other names now',
    ]);
  });

  it('of a stack may gain and lose units, and have one replaced, without any moving', () => {
    expect(movedUnits(box(MAC, 'A', 'B'), box(MAC, 'A'))).toEqual([]);
    expect(movedUnits(box(MAC, 'A'), box(MAC, 'A', 'B'))).toEqual([]);
    expect(movedUnits(box(MAC, 'A', 'B'), box(MAC, 'A', 'C'))).toEqual([]);
  });

  it('that stands alone may number its entities anew', () => {
    const [unit] = box(MAC, 'A').units;
    expect(movedUnits(box(MAC, 'A'), { bridgeAddress: MAC, units: [{ ...unit!, entity: 7 }] })).toEqual([]);
  });
});

describe('a port map after a restart', () => {
  /** Ports gi1 to gi4 from this interface number on, PoE rows by ifIndex. */
  const map = (first: number, prefix = 'gi', count = 4) =>
    resolvePorts({
      poeRows: Array.from({ length: count }, (_, place) => `1.${first + place}`),
      interfaces: new Map(
        Array.from({ length: count }, (_, place) => [first + place, { type: 6, name: `${prefix}${place + 1}` }]),
      ),
    });
  const stored = (first = 49, change: Partial<StoredPortMap> = {}): StoredPortMap => ({
    chassis: box(MAC, 'A'),
    driver: 'linksys',
    rule: 'by hand',
    ports: map(first).ports,
    ...change,
  });
  const now = (first: number, prefix?: string, chassis: Chassis | undefined = box(MAC, 'A')) => ({
    map: map(first, prefix),
    chassis,
    driver: 'linksys',
  });
  const names = ['1', 'gi2'];

  it('is the same when nothing moved', () => {
    expect(compareMaps(stored(), now(49), names)).toEqual({ kind: 'same' });
  });

  it('has moved when listed ports have other rows, each of which is named', () => {
    expect(compareMaps(stored(), now(1), names)).toEqual({
      kind: 'moved',
      sentences: [
        'port 1 (gi1) was PoE row 1.49 and is PoE row 1.1',
        'port gi2 (gi2) was PoE row 1.50 and is PoE row 1.2',
      ],
    });
  });

  it('has moved when rows have other names', () => {
    expect(compareMaps(stored(), now(49, 'ge'), ['ge1'])).toEqual({
      kind: 'moved',
      sentences: ['port ge1 is PoE row 1.49, which was called gi1 and is called ge1'],
    });
  });

  it('has moved when units of a stack changed places, though every name has its row', () => {
    const verdict = compareMaps(stored(49, { chassis: box(MAC, 'A', 'B') }), now(49, 'gi', box(MAC, 'B', 'A')), names);
    expect(verdict).toMatchObject({
      kind: 'moved',
      sentences: [expect.stringContaining('unit B'), expect.any(String)],
    });
  });

  it('may move where nobody listed a port, and lose ports', () => {
    expect(compareMaps(stored(), now(1), [])).toEqual({ kind: 'same' });
    expect(compareMaps(stored(), now(49), ['gi9'])).toEqual({ kind: 'same' });
  });

  it('may be numbered anew where rows do not follow', () => {
    const renumbered = stored(49, { ports: map(49).ports.map((port) => ({ ...port, ifIndex: port.ifIndex + 1_000 })) });
    expect(compareMaps(renumbered, now(49), names)).toEqual({ kind: 'same' });
  });

  it('is that of another switch when the chassis is another, whatever moved', () => {
    expect(compareMaps(stored(), now(1, 'ge', box('00:00:00:00:00:02', 'Z')), names)).toEqual({
      kind: 'replaced',
      sentence: `another switch answers at this address: it was M A, ${MAC}, it is M Z, 00:00:00:00:00:02`,
    });
  });

  it('is compared where the switch does not say which one it is', () => {
    expect(compareMaps(stored(), now(1, 'gi', box(undefined)), names)).toMatchObject({ kind: 'moved' });
  });

  it('is not compared with the rows of another driver, whose table is another', () => {
    expect(compareMaps(stored(), { ...now(1), driver: 'generic' }, names)).toEqual({ kind: 'same' });
  });
});
