import { describe, expect, it } from 'vitest';
import type { SlotPlan } from '../../src/rack/plan.ts';
import { parseSlots, UnknownSlotsError } from '../../src/rack/slots.ts';

const rackOf = (...slots: number[]) => ({ rack: 'oak', slots: slots.map((slot) => ({ slot }) as unknown as SlotPlan) });
const oak = rackOf(1, 2, 3, 4, 7, 8);

describe('parseSlots', () => {
  it.each([
    ['7', [7]],
    ['1-3', [1, 2, 3]],
    ['8,1-2', [1, 2, 8]],
    ['all', [1, 2, 3, 4, 7, 8]],
    [' all ', [1, 2, 3, 4, 7, 8]],
  ])('%j', (text, slots) => expect(parseSlots(text, oak)).toEqual(slots));

  it.each([
    ['5', 'slot 5 is not in rack oak; expected slots from 1-4,7-8'],
    ['0', 'slot 0 is not in rack oak; expected slots from 1-4,7-8'],
    ['4-9', 'slots 5-6,9 are not in rack oak; expected slots from 1-4,7-8'],
    ['seven', '"seven" is not a number or a range; expected slots from 1-4,7-8'],
    ['', '"" is not a number or a range; expected slots from 1-4,7-8'],
    ['1,1', '1 is named twice; expected slots from 1-4,7-8'],
    ['ALL', '"ALL" is not a number or a range; expected slots from 1-4,7-8'],
  ])('refuses %j', (text, message) => {
    expect(() => parseSlots(text, oak)).toThrow(UnknownSlotsError);
    expect(() => parseSlots(text, oak)).toThrow(expect.objectContaining({ message }));
  });

  it('says so where a rack has none', () => {
    expect(() => parseSlots('1', rackOf())).toThrow('slot 1 is not in rack oak; but it has no slots');
    expect(parseSlots('all', rackOf())).toEqual([]);
  });
});
