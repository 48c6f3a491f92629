import { expect, it } from 'vitest';
import { boardIdentity } from '../../../src/sim/board/identity.ts';

it('has addresses of its own for every slot', () => {
  const macs = new Set<string>();
  for (let slot = 1; slot <= 1080; slot++) {
    for (const model of ['3B', '4B'] as const) {
      const identity = boardIdentity(slot, model);
      expect(identity).toEqual(boardIdentity(slot, model));
      macs.add(identity.mac);
    }
  }
  expect(macs.size).toBe(2160);
});
