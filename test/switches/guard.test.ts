import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WriteRefused } from '../../src/switches/errors.ts';
import { writableRows } from '../../src/switches/guard.ts';
import { resolvePorts } from '../../src/switches/port-map.ts';

const PORTS = 24;
const map = resolvePorts({
  poeRows: Array.from({ length: PORTS }, (_, place) => `1.${place + 1}`),
  interfaces: new Map(
    Array.from({ length: PORTS + 4 }, (_, place) => [place + 1, { type: 6, name: `gi1/0/${place + 1}` }]),
  ),
});

const attempt = (listed: string[], uplinks: string[], ports: string[]) => {
  try {
    return writableRows(map, { listed, uplinks }, ports);
  } catch (error) {
    expect(error).toBeInstanceOf(WriteRefused);
    return (error as WriteRefused).message;
  }
};

describe('the write guard', () => {
  it('lets listed ports through, in any spelling', () => {
    expect(attempt(['1', 'gi1/0/2'], ['28'], ['GI1/0/1', '2'])).toEqual(
      new Map([
        ['GI1/0/1', '1.1'],
        ['2', '1.2'],
      ]),
    );
  });

  it.each([
    ['an uplink', ['1', '24'], ['24'], ['24'], 'port 24 is not written: it is an uplink'],
    ['an uplink by another name', ['1', '24'], ['24'], ['gi1/0/24'], 'it is an uplink'],
    ['an uplink that the rack file lists too', ['24'], ['Gi1/0/24'], ['24'], 'it is an uplink'],
    ['an unlisted port', ['1'], [], ['2'], 'no slot of the rack file lists it'],
    ['an unknown port', ['1', 'eth99'], [], ['eth99'], 'the switch has no PoE port of that name'],
    ['a port without PoE', ['26'], [], ['26'], 'the switch has no PoE port of that name'],
    ['one port by two names', ['1'], [], ['1', 'gi1/0/1'], 'it is named twice'],
    ['anything while an uplink is not found', ['1'], ['te1'], ['1'], 'the uplink te1 is not found on this switch'],
  ])('refuses %s', (_title, listed, uplinks, ports, reason) => {
    expect(attempt(listed, uplinks, ports)).toContain(reason);
  });

  it('refuses all when one is refused', () => {
    expect(attempt(['1', '2'], [], ['1', '2', '3'])).toContain('port 3');
  });

  it('never gives out the row of an uplink or an unlisted port, whatever the names', () => {
    const spelling = fc
      .tuple(fc.integer({ min: 1, max: PORTS + 6 }), fc.constantFrom('', 'gi1/0/', 'Gi1/0/', 'GI 1/0/', 'te'))
      .map(([number, prefix]) => ({ number, name: `${prefix}${number}`, known: prefix !== 'te' }));
    const some = fc.array(spelling, { maxLength: 12 });
    // Half of the time what is listed is asked for, so that something is given out.
    const asked = some.chain((listed) =>
      fc.tuple(fc.constant(listed), fc.oneof(some, fc.subarray(listed, { maxLength: Math.min(3, listed.length) }))),
    );
    let given = 0;
    fc.assert(
      fc.property(asked, some, ([listed, ports], uplinks) => {
        const text = (names: { name: string }[]) => names.map(({ name }) => name);
        const rows = attempt(text(listed), text(uplinks), text(ports));
        if (typeof rows === 'string') return;
        given += rows.size;
        const numbers = (names: { number: number; known: boolean }[]) =>
          new Set(names.filter(({ known }) => known).map(({ number }) => number));
        for (const row of rows.values()) {
          const number = Number(row.split('.')[1]);
          expect(numbers(uplinks).has(number)).toBe(false);
          expect(numbers(listed).has(number)).toBe(true);
          expect(numbers(ports).has(number)).toBe(true);
        }
        expect(rows.size).toBe(new Set(text(ports)).size);
      }),
      { numRuns: 2_000 },
    );
    // Not by refusing everything.
    expect(given).toBeGreaterThan(50);
  });
});
