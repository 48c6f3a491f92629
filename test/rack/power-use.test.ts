import { describe, expect, it } from 'vitest';
import { boardNeed, boardUse, classGrant, usableBudget } from '../../src/rack/power-use.ts';
import { watts } from '../../src/rack/units.ts';

const board = (starting: boolean, drawn: number | undefined) => ({
  starting,
  watts: drawn === undefined ? undefined : watts(drawn),
  grant: watts(15.4),
});

describe('what a board counts with', () => {
  it.each([
    // starting, what is read, what counts
    [true, 2.1, 8],
    [true, 11, 11],
    [true, undefined, 8],
    [false, 2.1, 2.1],
    [false, undefined, 8],
    [false, 0, 0],
  ])('where draw counts, starting %s and reading %s W, is %s W', (starting, drawn, counts) => {
    expect(boardUse('measured', board(starting, drawn))).toBe(counts);
    expect(boardUse('allocated', board(starting, drawn))).toBe(15.4);
  });

  it('is what it needs room for before it is on', () => {
    expect([boardNeed('measured', watts(30)), boardNeed('allocated', watts(30))]).toEqual([8, 30]);
  });

  it.each([
    ['class0', 15.4],
    ['class1', 4],
    ['class2', 7],
    ['class3', 15.4],
    ['class4', 30],
    ['unknown(9)', undefined],
    [undefined, undefined],
  ])('by class: %s gets %s W', (powerClass, grant) => {
    expect(classGrant(powerClass)).toBe(grant);
  });
});

describe('the budget', () => {
  it.each([
    // rack file, what the supply says, headroom, what may be used
    [370, undefined, 0, 370],
    [370, undefined, 15, 314.5],
    [370, 195, 0, 195],
    [370, 740, 10, 333],
    [370, 0, 0, 370],
  ])('of %i W, with %s W in the supply and %i %% kept free, is %s W', (planned, capacity, headroom, usable) => {
    expect(usableBudget(watts(planned), capacity === undefined ? undefined : watts(capacity), headroom)).toBe(usable);
  });
});
