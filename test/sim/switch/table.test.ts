import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Mib, MibPart } from '../../../src/sim/switch/mib.ts';
import { createMib, TAG } from '../../../src/sim/switch/mib.ts';
import { scalar } from '../../../src/sim/switch/objects/scalar.ts';
import { compareArcs, parseOid } from '../../../src/sim/switch/oid.ts';
import { fixedRows, table } from '../../../src/sim/switch/table.ts';

const two = (rows: Map<string, number>, changes: { count: number }): MibPart =>
  table('1.3.6.1.5.1', { version: () => changes.count, entries: () => rows }, [
    { arc: 2, tag: TAG.Integer32, read: (row) => row },
    { arc: 3, tag: TAG.Integer32, read: (row) => -row, has: (row) => row % 2 === 0 },
  ]);

function walk(mib: Mib): string[] {
  const oids: string[] = [];
  for (let node = mib.next('1.3'); node; node = mib.next(node.oid)) oids.push(node.oid);
  return oids;
}

const value = (mib: Mib, oid: string) => mib.get(oid)?.read();

describe('a table', () => {
  it('has the rows of the moment, in the order of their numbers', () => {
    const rows = new Map([
      ['10', 10],
      ['9', 9],
    ]);
    const changes = { count: 0 };
    const mib = createMib([scalar('1.3.6.1.9', TAG.Integer32, () => 1), two(rows, changes)]);
    expect(walk(mib)).toEqual(['1.3.6.1.5.1.2.9', '1.3.6.1.5.1.2.10', '1.3.6.1.5.1.3.10', '1.3.6.1.9.0']);
    rows.delete('10');
    rows.set('2.4', 24);
    changes.count += 1;
    expect(walk(mib)).toEqual(['1.3.6.1.5.1.2.2.4', '1.3.6.1.5.1.2.9', '1.3.6.1.5.1.3.2.4', '1.3.6.1.9.0']);
    expect([value(mib, '1.3.6.1.5.1.3.2.4'), value(mib, '1.3.6.1.5.1.3.9'), value(mib, '1.3.6.1.5.1.2.10')]).toEqual([
      -24,
      undefined,
      undefined,
    ]);
  });

  it('is gone on with from a row that has vanished meanwhile', () => {
    const rows = new Map([
      ['1', 1],
      ['2', 2],
      ['3', 3],
    ]);
    const changes = { count: 0 };
    const mib = createMib([two(rows, changes)]);
    expect(mib.next('1.3.6.1.5.1.2.1')?.oid).toBe('1.3.6.1.5.1.2.2');
    rows.delete('2');
    changes.count += 1;
    expect(mib.next('1.3.6.1.5.1.2.2')?.oid).toBe('1.3.6.1.5.1.2.3');
    rows.clear();
    changes.count += 1;
    expect(mib.next('1.3.6.1.5.1.2.2')).toBeUndefined();
    expect(mib.objectOf('1.3.6.1.5.1.2.2')?.oid).toBe('1.3.6.1.5.1.2');
  });

  it('goes on from any OID with what follows it', () => {
    const arc = fc.integer({ min: 0, max: 7 });
    const index = fc.array(arc, { minLength: 1, maxLength: 3 }).map((arcs) => arcs.join('.'));
    fc.assert(
      fc.property(fc.uniqueArray(index, { maxLength: 12 }), fc.array(arc, { maxLength: 6 }), (indices, tail) => {
        const rows = fixedRows(indices.map((text, place) => [text, place] as const));
        const read = () => 1;
        const columns = [1, 3].map((column) => ({ arc: column, tag: TAG.Integer32, read }));
        const mib = createMib([table('1.3.6', rows, columns), scalar('1.3.5', TAG.Integer32, read)]);
        const from = ['1.3', ...tail].join('.');
        const known = [...[1, 3].flatMap((column) => indices.map((text) => `1.3.6.${column}.${text}`)), '1.3.5.0'];
        const following = known
          .filter((oid) => compareArcs(parseOid(oid), parseOid(from)) > 0)
          .sort((a, b) => compareArcs(parseOid(a), parseOid(b)));
        expect(mib.next(from)?.oid).toBe(following[0]);
        expect(mib.get(from)?.oid).toBe(known.find((oid) => oid === from));
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('objects', () => {
  it('may not be one inside another, nor the same twice', () => {
    const one = scalar('1.3.6.1', TAG.Integer32, () => 1);
    const error = 'object 1.3.6.1.2 is within 1.3.6.1';
    expect(() => createMib([scalar('1.3.6.1.2', TAG.Integer32, () => 1), one])).toThrow(error);
    const columns = [{ arc: 1, tag: TAG.Integer32, read: () => 1 }];
    expect(() => createMib([one, table('1.3.6', fixedRows([['1', 1]]), columns)])).toThrow('within 1.3.6.1');
  });
});
