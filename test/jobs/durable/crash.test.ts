/** A process that dies at any write and at any part of a step, again and again: what is asked for is done once and whole. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { JobKind } from '../../../src/jobs/durable/kind.ts';
import { StepFailed } from '../../../src/jobs/durable/kind.ts';
import { slotNumber } from '../../../src/rack/units.ts';
import { ended, type Jobs, kind, openJobs, runnerOf, step } from './support.ts';

/** What outlives a process: a set of things that are there. */
type World = Set<string>;
const NEVER = new Promise<never>(() => undefined);

/** A process that lives for a number of moments: it dies before or after a commit, or a change of the world. */
class Life {
  #left: number;
  over = false;

  constructor(moments: number) {
    this.#left = moments;
  }

  async moment(act: () => Promise<void> | void): Promise<void> {
    if (this.#die()) return NEVER;
    await act();
    if (this.#die()) return NEVER;
  }

  #die(): boolean {
    this.over ||= this.#left-- <= 0;
    return this.over;
  }
}

const PARTS = ['a1', 'a2', 'b1', 'c1', 'c2'];

/** Three steps that each make parts of a whole; the failing one never works, and then all is taken back. */
function kindIn(world: World, life: Life, failing: boolean): JobKind {
  const make = (names: readonly string[]) => async () => {
    for (const name of names) await life.moment(() => void world.add(name));
    return { last: names.at(-1) };
  };
  const remove = (names: readonly string[]) => async () => {
    for (const name of names) await life.moment(() => void world.delete(name));
    return undefined;
  };
  const last = failing
    ? async () => {
        await life.moment(() => void world.add('c1'));
        throw new StepFailed('broken', 'c2 cannot be made');
      }
    : make(['c1', 'c2']);
  return kind(
    'work',
    [step('a', make(['a1', 'a2'])), step('b', make(['b1'])), step('c', last, { tries: 2 })],
    [step('undo c', remove(['c1', 'c2'])), step('undo the rest', remove(['a1', 'a2', 'b1']))],
  );
}

async function live(jobs: Jobs, world: World, moments: number, failing: boolean): Promise<number | undefined> {
  const life = new Life(moments);
  const write = (act: () => void) => life.moment(() => jobs.commit.write(act)) as Promise<void>;
  const { runner } = runnerOf(jobs, [kindIn(world, life, failing)], { write });
  runner.resume();
  const known = jobs.table.newest(1)[0];
  // Whoever asked does not know whether it was heard: asked again with the same key, it is one job.
  const asked =
    known === undefined
      ? runner.ask({ kind: 'work', slot: slotNumber(1), who: 'ann', parameters: {}, key: 'once' })
      : undefined;
  for (let turn = 0; turn < 3000; turn++) {
    if (life.over) break;
    const job = jobs.table.newest(1)[0];
    if (job !== undefined && ['done', 'failed'].includes(job.state)) break;
    await new Promise((resolve) => setImmediate(resolve));
  }
  runner.stop();
  void asked;
  return known?.id;
}

test.each([false, true])('every crash is survived (a step that never works: %s)', async (failing) => {
  let crashes = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 24 }), { maxLength: 12 }), async (lives) => {
      const jobs = openJobs();
      const world: World = new Set();
      for (const moments of lives) {
        await live(jobs, world, moments, failing);
        crashes++;
      }
      await live(jobs, world, 1_000, failing);
      const all = jobs.table.newest(10);
      expect(all).toHaveLength(1);
      expect(all[0]?.state).toBe(failing ? 'failed' : 'done');
      expect([...world].sort()).toEqual(failing ? [] : PARTS);
      if (failing) expect(all[0]?.failure).toEqual({ code: 'broken', text: 'c2 cannot be made' });
      jobs.db.close();
    }),
    { numRuns: 60 },
  );
  expect(crashes).toBeGreaterThan(100);
});

test('a job of a kind that is not known any more keeps its row and its slot', async () => {
  const jobs = openJobs();
  const { runner } = runnerOf(jobs, [kind('old', [step('a', () => NEVER)])]);
  const { id } = await runner.ask({ kind: 'old', slot: slotNumber(1), who: 'ann', parameters: {}, key: undefined });
  runner.stop();
  const next = runnerOf(jobs, [kind('new', [step('a', async () => undefined)])]);
  next.runner.resume();
  await expect(
    next.runner.ask({ kind: 'new', slot: slotNumber(1), who: 'ann', parameters: {}, key: undefined }),
  ).rejects.toMatchObject({ code: 'busy' });
  expect(next.runner.get(id)?.kind).toBe('old');
  const other = await next.runner.ask({ kind: 'new', slot: slotNumber(2), who: 'ann', parameters: {}, key: undefined });
  expect(await ended(next.runner, other.id)).toMatchObject({ state: 'done' });
});
