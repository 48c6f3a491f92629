import { describe, expect, it } from 'vitest';
import { FullLegs, HOLD_SECONDS, MOST_CONNECTIONS } from '../../src/jobs/full-legs.ts';
import type { Ipv4 } from '../../src/wire/address.ts';
import { makePlan } from '../support/plan.ts';

function made(options: { failing?: boolean } = {}) {
  const plan = makePlan(3);
  const held: [readonly string[], number][] = [];
  const events: [number, string][] = [];
  const failures: unknown[] = [];
  const time = { seconds: 100 };
  const legs = new FullLegs({
    plan,
    hold: async (names, seconds) => {
      held.push([names, seconds]);
      if (options.failing) throw new Error('nft is not there');
    },
    event: (slot, _kind, text) => events.push([slot, text]),
    failed: (cause) => failures.push(cause),
    now: () => time.seconds,
  });
  const saw = (...counts: number[]) =>
    legs.saw(new Map(counts.map((count, at) => [plan.slots[at]?.ipv4.board as Ipv4, count])));
  return { saw, held, events, failures, time };
}

describe('a leg with too many connections', () => {
  it('begins no more, is told of once, and is let go when it has fewer', async () => {
    const { saw, held, events } = made();
    await saw(1, MOST_CONNECTIONS, 0);
    expect(held).toEqual([]);
    await saw(1, MOST_CONNECTIONS + 1, 0);
    expect(held).toEqual([[['vlan102'], HOLD_SECONDS]]);
    expect(events).toEqual([[2, expect.stringContaining(`holds ${MOST_CONNECTIONS + 1} connections`)]]);
    await saw(1, 90, 0);
    expect(events).toHaveLength(1);
    await saw(1, 3, 0);
    expect(held.at(-1)).toEqual([[], HOLD_SECONDS]);
    await saw(1, 3, 0);
    expect(held).toHaveLength(2);
  });

  it('is held anew before the kernel lets it go', async () => {
    const { saw, held, time } = made();
    await saw(100);
    for (let second = 0; second < 2 * HOLD_SECONDS; second++) {
      time.seconds += 1;
      await saw(100);
    }
    expect(held).toHaveLength(7);
    expect(held.every(([names]) => names[0] === 'vlan101')).toBe(true);
  });

  it('is held together with the others that are', async () => {
    const { saw, held, events } = made();
    await saw(100);
    await saw(100, 0, 100);
    expect(held.at(-1)).toEqual([['vlan101', 'vlan103'], HOLD_SECONDS]);
    expect(events.map(([slot]) => slot)).toEqual([1, 3]);
  });

  it('that cannot be held is tried again, and keeps nobody from looking', async () => {
    const { saw, held, failures, time } = made({ failing: true });
    await saw(100);
    await saw(100);
    expect([held.length, failures.length]).toEqual([1, 1]);
    time.seconds += 5;
    await saw(100);
    expect([held.length, failures.length]).toEqual([2, 2]);
  });
});
