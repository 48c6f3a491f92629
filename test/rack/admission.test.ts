import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { admit, refill } from '../../src/rack/admission.ts';
import { millis, slotNumber, watts } from '../../src/rack/units.ts';

const queue = [1, 2, 3, 4, 5].map((slot) => ({ slot: slotNumber(slot), need: watts(8) }));
const LIMITS = { concurrentBoots: 24, undetected: 100, budget: watts(370) };
const LOAD = { booting: 0, undetected: 0, used: watts(0) };

describe('admission', () => {
  it.each([
    ['nothing is in the way', {}, {}, 100, [1, 2, 3, 4, 5], undefined],
    ['boards boot', { booting: 22 }, {}, 100, [1, 2], '24 boards of this switch are booting, which is its limit'],
    [
      'power is short',
      { used: 346 },
      {},
      100,
      [1, 2, 3],
      'power budget: 370 of 370 W in use, the next board needs 8 W',
    ],
    [
      'ports get no power yet',
      { undetected: 3 },
      { undetected: 4 },
      100,
      [1],
      '4 ports were switched on and not yet given power by the switch, which is the limit',
    ],
    [
      'one port at a time is tried',
      { undetected: 1 },
      { undetected: 1 },
      100,
      [],
      'a port was switched on and not yet given power by the switch, which is the limit',
    ],
    ['the bucket is low', {}, {}, 2, [1, 2], 'boards of one switch are started one after the other'],
    [
      'all is in the way: what lasts longest is told',
      { booting: 24, undetected: 4, used: 370 },
      { undetected: 4 },
      0,
      [],
      'power budget: 370 of 370 W in use, the next board needs 8 W',
    ],
  ])('in order, when %s', (_title, load, limits, tokens, admitted, waiting) => {
    const now = { ...LOAD, ...load } as typeof LOAD;
    expect(admit(queue, now, { ...LIMITS, ...limits }, tokens)).toEqual({ admitted, waiting });
  });

  it('does not let a small board pass a big one', () => {
    const mixed = [
      { slot: slotNumber(1), need: watts(30) },
      { slot: slotNumber(2), need: watts(4) },
    ];
    expect(admit(mixed, { ...LOAD, used: watts(345) }, LIMITS, 9)).toEqual({
      admitted: [],
      waiting: 'power budget: 345 of 370 W in use, the next board needs 30 W',
    });
  });

  it('never lets in more than any limit bears, and never fewer than all bear', () => {
    const load = fc.record({ booting: fc.nat(50), undetected: fc.nat(50), used: fc.nat(500).map(watts) });
    const limits = fc.record({
      concurrentBoots: fc.nat(50),
      undetected: fc.nat(50),
      budget: fc.nat(500).map(watts),
    });
    const needs = fc.array(fc.integer({ min: 1, max: 60 }).map(watts), { maxLength: 60 });
    fc.assert(
      fc.property(load, limits, needs, fc.nat(50), (now, most, wanted, tokens) => {
        const candidates = wanted.map((need, place) => ({ slot: slotNumber(place + 1), need }));
        const { admitted, waiting } = admit(candidates, now, most, tokens);
        const fits = (count: number) =>
          now.booting + count <= most.concurrentBoots &&
          now.undetected + count <= most.undetected &&
          count <= tokens &&
          now.used + wanted.slice(0, count).reduce((sum, need) => sum + need, 0) <= most.budget;
        expect(admitted).toEqual(candidates.slice(0, admitted.length).map(({ slot }) => slot));
        if (admitted.length > 0) expect(fits(admitted.length)).toBe(true);
        if (admitted.length < wanted.length) expect(fits(admitted.length + 1)).toBe(false);
        expect(waiting === undefined).toBe(admitted.length === wanted.length);
      }),
    );
  });
});

describe('the bucket of starts', () => {
  const every = millis(500);
  it.each([
    // tokens, time passed, tokens after, and how much time is left over
    [4, 0, 4, 0],
    [0, 499, 0, 499],
    [0, 500, 1, 0],
    [0, 1_250, 2, 250],
    [1, 5_000, 4, 0],
    [4, 60_000, 4, 0],
  ])('with %i tokens has %i ms later %i', (tokens, passed, after, left) => {
    const now = millis(1_000 + passed);
    const bucket = refill({ tokens, at: millis(1_000) }, 4, every, now);
    expect([bucket.tokens, now - bucket.at]).toEqual([after, left]);
  });

  it('gives no more than its size and one more each time, however it is asked', () => {
    const takes = fc.array(fc.record({ wait: fc.nat(3_000), want: fc.nat(6) }), { maxLength: 50 });
    fc.assert(
      fc.property(takes, (steps) => {
        let bucket = { tokens: 4, at: millis(0) };
        let now = 0;
        const taken: number[] = [];
        for (const { wait, want } of steps) {
          now += wait;
          bucket = refill(bucket, 4, every, millis(now));
          const got = Math.min(want, bucket.tokens);
          bucket = { ...bucket, tokens: bucket.tokens - got };
          taken.push(...Array<number>(got).fill(now));
          for (const [place, at] of taken.entries())
            expect(taken.length - place).toBeLessThanOrEqual(4 + Math.floor((now - at) / every));
        }
      }),
    );
  });
});
