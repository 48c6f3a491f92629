import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { admit, RESERVED_WATTS } from '../../src/rack/admission.ts';
import { slotNumber, watts } from '../../src/rack/units.ts';

const queue = [1, 2, 3, 4, 5].map(slotNumber);

describe('admission', () => {
  it('lets in what both limits bear, in order', () => {
    expect(admit(queue, { booting: 22, concurrentBoots: 24, watts: watts(0), budget: watts(370) })).toEqual({
      admitted: [1, 2],
      waiting: '24 boards of this switch are booting, which is its limit',
    });
    expect(admit(queue, { booting: 0, concurrentBoots: 24, watts: watts(346), budget: watts(370) })).toEqual({
      admitted: [1, 2, 3],
      waiting: 'power budget: 346 of 370 W in use, the next board needs 8 W',
    });
    expect(
      admit(queue, { booting: 0, concurrentBoots: 24, watts: watts(0), budget: watts(370) }).waiting,
    ).toBeUndefined();
  });

  it('never lets in more than either limit bears', () => {
    const load = fc.record({
      booting: fc.nat(50),
      concurrentBoots: fc.nat(50),
      watts: fc.nat(500),
      budget: fc.nat(500),
    });
    fc.assert(
      fc.property(load, fc.nat(60), ({ booting, concurrentBoots, watts: drawn, budget }, length) => {
        const slots = Array.from({ length }, (_, index) => slotNumber(index + 1));
        const { admitted, waiting } = admit(slots, {
          booting,
          concurrentBoots,
          watts: watts(drawn),
          budget: watts(budget),
        });
        expect(admitted).toEqual(slots.slice(0, admitted.length));
        if (admitted.length > 0) {
          expect(booting + admitted.length).toBeLessThanOrEqual(concurrentBoots);
          expect(drawn + admitted.length * RESERVED_WATTS).toBeLessThanOrEqual(budget);
        }
        expect(waiting === undefined).toBe(admitted.length === length);
      }),
    );
  });
});
