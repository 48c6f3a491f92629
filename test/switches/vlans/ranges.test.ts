import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { vlanId } from '../../../src/rack/units.ts';
import { includes, rangesOf, vlansIn } from '../../../src/switches/vlans/ranges.ts';

describe('sets of VLAN ids as text', () => {
  it.each([
    [[], ''],
    [[7], '7'],
    [[3, 1, 2, 1], '1-3'],
    [[1, 10, 11, 12, 4094], '1,10-12,4094'],
  ])('%j is "%s"', (ids, text) => expect(rangesOf(ids)).toBe(text));

  it('come back as they went, in any order', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: 1, max: 4094 }), { maxLength: 60 }),
        fc.integer({ min: 1, max: 4094 }),
        (ids, one) => {
          const ranges = rangesOf(ids);
          expect([...vlansIn(ranges)]).toEqual([...ids].sort((a, b) => a - b));
          expect(rangesOf([...ids].reverse())).toBe(ranges);
          expect(includes(ranges, vlanId(one))).toBe(ids.includes(one));
        },
      ),
    );
  });
});
