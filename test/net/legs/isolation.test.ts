import { expect, it } from 'vitest';
import { describeWith } from '../../support/needs.ts';
import { SEALED, sealed } from '../support/sealed.ts';

interface Attempt {
  heard: string[];
  reached: string[];
  arpReplies: string[];
}

describeWith(SEALED)('the settings of a leg', () => {
  it('keep a hostile board to its own leg, and let it boot', async () => {
    const { before, after } = await sealed<{ before: Attempt; after: Attempt }>('isolation.ts');
    // A machine that routes, as the kernel sets it up by itself: the board reaches its neighbour and asks for any address.
    expect(before.reached).toEqual(['to the other board']);
    expect(before.heard).toEqual(['discover', 'own', 'spoofed']);
    expect(before.arpReplies).toEqual(['10.20.1.1', '10.20.1.1', '10.20.2.1']);

    expect(after.reached).toEqual([]);
    expect(after.heard).toEqual(['discover', 'own']);
    expect(after.arpReplies).toEqual(['10.20.1.1', '10.20.1.1']);
  });
});
