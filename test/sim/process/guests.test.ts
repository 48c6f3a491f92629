import { expect, it } from 'vitest';
import { withoutImpossible } from '../../../src/sim/process/guests.ts';
import { makePlan, makeSlot } from '../../support/plan.ts';

const plan = makePlan(0, { slots: [makeSlot(1, { simulate: '3B' }), makeSlot(2, { simulate: 'qemu' })] });

it('leaves the plan alone where taps are allowed, or there are no guests', () => {
  const complaints: string[] = [];
  expect(withoutImpossible(plan, true, (text) => complaints.push(text))).toBe(plan);
  const boards = makePlan(2);
  expect(withoutImpossible(boards, false, (text) => complaints.push(text))).toBe(boards);
  expect(complaints).toEqual([]);
});

it('empties the slots of guests where they cannot be, and names them', () => {
  const complaints: string[] = [];
  const possible = withoutImpossible(plan, false, (text) => complaints.push(text));
  expect(possible.slots.map((slot) => slot.simulate)).toEqual(['3B', undefined]);
  expect(complaints).toEqual(['slots 2 stay empty: a qemu board needs /dev/net/tun, which this user may not open']);
});
