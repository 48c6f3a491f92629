import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { slotNumber } from '../../../src/rack/units.ts';
import {
  assertDistinct,
  type ExportSeen,
  type ExportWanted,
  exportDifferences,
  exportOf,
  planExports,
} from '../../../src/roots/exports/spec.ts';
import { parseIpv4 } from '../../../src/wire/address.ts';

const wanted = (slot: number, change: Partial<ExportWanted> = {}): ExportWanted => ({
  ...exportOf(slotNumber(slot), `/roots/${slot}`, parseIpv4(`10.0.0.${slot}`)),
  identity: `1:${slot}`,
  ...change,
});
const seen = ({ id, path, pseudo, client, identity }: ExportWanted, change: Partial<ExportSeen> = {}): ExportSeen => ({
  id,
  path,
  pseudo,
  clients: [client],
  identity,
  ...change,
});

describe('planExports', () => {
  const one = wanted(1);
  const cases: [
    string,
    ExportSeen[],
    Partial<Record<'add' | 'remove' | 'update' | 'replace' | 'unchanged', number[]>>,
  ][] = [
    ['nothing there', [], { add: [1001] }],
    ['all there', [seen(one)], { unchanged: [1001] }],
    ['somebody else’s', [seen(one), seen(wanted(2))], { unchanged: [1001], remove: [1002] }],
    ['another client', [seen(one, { clients: ['10.0.0.9'] })], { update: [1001] }],
    ['a second client', [seen(one, { clients: ['10.0.0.1', '10.0.0.9'] })], { update: [1001] }],
    ['a whole network', [seen(one, { clients: ['10.0.0.0/24'] })], { update: [1001] }],
    ['another directory', [seen(one, { path: '/elsewhere' })], { replace: [1001] }],
    ['the same path, another root', [seen(one, { identity: '1:99' })], { replace: [1001] }],
    ['a root that is not known', [seen(one, { identity: undefined })], { replace: [1001] }],
    ['another place in the NFSv4 tree', [seen(one, { pseudo: '/x' })], { replace: [1001] }],
  ];
  test.each(cases)('%s', (_, there, expected) => {
    const plan = planExports([one], there);
    const ids = Object.fromEntries(
      Object.entries(plan).map(([key, items]) => [key, items.map((item: { id: number }) => item.id)]),
    );
    expect(ids).toEqual({ add: [], remove: [], update: [], replace: [], unchanged: [], ...expected });
  });

  test('carried out, it leaves no difference and nothing to do', () => {
    const some = fc.uniqueArray(fc.integer({ min: 1, max: 12 }), { maxLength: 12 });
    const changes = fc.constantFrom<Partial<ExportSeen>>(
      {},
      { path: '/x' },
      { clients: [] },
      { identity: '9:9' },
      { pseudo: '/y' },
    );
    fc.assert(
      fc.property(
        some,
        fc.uniqueArray(fc.tuple(fc.integer({ min: 1, max: 12 }), changes), { selector: ([slot]) => slot }),
        (slots, before) => {
          const specs = slots.map((slot) => wanted(slot));
          const there = new Map(before.map(([slot, change]) => [1000 + slot, seen(wanted(slot), change)]));
          const plan = planExports(specs, [...there.values()]);
          for (const { id } of [...plan.remove, ...plan.replace]) expect(there.delete(id)).toBe(true);
          for (const each of [...plan.add, ...plan.replace]) {
            expect(there.has(each.id)).toBe(false);
            there.set(each.id, seen(each));
          }
          for (const each of plan.update) there.set(each.id, seen(each));
          expect(exportDifferences(specs, [...there.values()])).toEqual([]);
          expect(planExports(specs, [...there.values()]).unchanged).toHaveLength(specs.length);
        },
      ),
    );
  });
});

test('exportDifferences names each difference', () => {
  const there = [
    seen(wanted(2), { path: '/other' }),
    seen(wanted(3), { clients: ['10.0.0.3', '10.0.0.4'] }),
    seen(wanted(4), { clients: [] }),
    seen(wanted(5), { pseudo: '/p' }),
    seen(wanted(9)),
  ];
  expect(
    exportDifferences(
      [1, 2, 3, 4, 5].map((slot) => wanted(slot)),
      there,
    ),
  ).toEqual([
    'slot 1 (/roots/1) is not exported',
    'slot 2 exports /other instead of /roots/2',
    'slot 3 is open to 10.0.0.3, 10.0.0.4 instead of 10.0.0.3',
    'slot 4 is open to nobody instead of 10.0.0.4',
    'slot 5 is at /p instead of /roots/5',
    "export 1009 (/roots/9) is there and is nobody's",
  ]);
});

describe('assertDistinct', () => {
  test.each([['path'], ['client'], ['pseudo'], ['id']] as const)('two slots may not share a %s', (field) => {
    const other = { ...wanted(2), [field]: wanted(1)[field] } as ExportWanted;
    expect(() => assertDistinct([wanted(1), other])).toThrow(new RegExp(`slots 1 and 2 have the same export ${field}`));
  });
  test('different ones are fine', () => expect(() => assertDistinct([wanted(1), wanted(2)])).not.toThrow());
});
