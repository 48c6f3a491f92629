import { beforeAll, describe, expect, it } from 'vitest';
import { LIMIT_MS } from './support/limit.ts';
import { faultsOf, type Outcome, outcomeOf } from './support/outcome.ts';
import { openSimRack } from './support/rack.ts';

interface Run extends Outcome {
  readonly faults: string[];
}

async function run(seed: number): Promise<Run> {
  const rack = openSimRack({ seed, faults: { loss: 0.01 } });
  try {
    await rack.start();
    await rack.until(rack.settled, 900_000);
    return { ...outcomeOf(rack), faults: faultsOf(rack) };
  } finally {
    rack.close();
  }
}

/** Every hundredth frame is lost, in both directions. A ROM asks for a file once: what it misses then is a power cycle. */
describe('108 boards with 1 % of all frames lost', () => {
  const runs = new Map<string, Run>();
  beforeAll(async () => {
    for (const [name, seed] of [
      ['1', 1],
      ['1 again', 1],
      ['2', 2],
      ['3', 3],
    ] as const)
      runs.set(name, await run(seed));
  }, LIMIT_MS);

  it.each(['1', '2', '3'])('all come up with seed %s, the dead ones after a power cycle', (name) => {
    const { conditions, sent, lost, powered, stuck, quarantined, cutAlive, faults } = runs.get(name)!;
    expect(conditions).toEqual({ up: 108 });
    expect(quarantined).toBe(0);
    expect(lost / sent).toBeGreaterThan(0.008);
    expect(lost / sent).toBeLessThan(0.012);
    // One cycle for each boot that stood still, and no other: none of a board that would have come up by itself.
    expect(stuck).toBeGreaterThan(0);
    expect(powered).toBe(108 + stuck);
    expect(cutAlive).toEqual([]);
    expect(faults).toEqual([]);
  });

  it('send no tagged frame, and no answer before its neighbour entry, with any seed', () => {
    for (const { trace } of runs.values()) expect(trace).toMatchObject({ tagged: 0, answersBeforeNeighbour: 0 });
  });

  it('are the same every time with one seed, to the last frame and the last row', () => {
    expect(runs.get('1 again')!.digest).toBe(runs.get('1')!.digest);
    expect(runs.get('1 again')!.events).toEqual(runs.get('1')!.events);
  });

  it('are others with another seed', () => {
    expect(new Set(['1', '2', '3'].map((name) => runs.get(name)!.digest)).size).toBe(3);
  });
});
