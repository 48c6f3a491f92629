import { describe, expect, it } from 'vitest';
import { arubaCx } from '../../../src/sim/switch/families/aruba-cx.ts';
import type { FamilyUnderTest } from './support/story.ts';
import { storyOf, tellStory } from './support/story.ts';

const BRIDGE = '1.3.111.2.802.1.1.4.1';

const FAMILY: FamilyUnderTest = {
  driver: 'aruba-cx',
  options: arubaCx(),
  rule: 'the PoE port index is an ifIndex',
  ports: ['1/1/1', '1/1/2', '1/1/3', '1/1/4'],
  uplink: '1/1/7',
  vlanObjects: [BRIDGE],
  third: (oid) => oid === `${BRIDGE}.4.5.1.1.1.3`,
};

describe('Aruba CX', () => {
  tellStory(FAMILY);

  it('cycles a port by itself', async () => {
    const { poe, clock, boards, done } = storyOf(FAMILY);
    await done(poe.poll());
    await clock.advanceAsync(5_000);
    const board = boards.get(3)!;
    const written = await done(poe.cycle(['1/1/3'], 5));
    expect([...written.keys()]).toEqual(['1/1/3']);
    await clock.advanceAsync(3_000);
    expect(board).toMatchObject({ powered: false, timesOff: 1 });
    await clock.advanceAsync(5_000);
    expect(board).toMatchObject({ powered: true, timesOn: 2 });
  });
});
