/** Controllers that die at any moment of a restore: a board has one good root and its export, or is dark; never a mixture. */
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { ended } from '../durable/support.ts';
import { expectSwept, live } from '../roots/live.ts';
import { request, SLOT, World } from '../roots/world.ts';

const FOR_EVER = Number.POSITIVE_INFINITY;
const lives = fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 8 });

async function killedAnywhere(make: () => World, check: (world: World) => Promise<void>): Promise<void> {
  let crashes = 0;
  await fc.assert(
    fc.asyncProperty(lives, async (moments) => {
      const world = make();
      for (const each of moments) {
        await live(world, 'restore', undefined, each);
        crashes++;
        expect(world.wrong).toEqual([]);
        expect(world.table.withRole('current')).toHaveLength(1);
      }
      await live(world, 'restore', undefined, FOR_EVER);
      expect(world.jobs.table.newest(9).map(({ kind }) => kind)).toEqual(['restore']);
      expect(world.exported).toEqual([world.table.of(SLOT, 'current')?.place]);
      await check(world);
      expect(world.wrong).toEqual([]);
      await expectSwept(world);
      expect(world.table.of(SLOT, 'making')).toBeUndefined();
      world.jobs.db.close();
    }),
    { numRuns: 15 },
  );
  expect(crashes).toBeGreaterThan(20);
}

const current = (world: World) => world.table.of(SLOT, 'current')?.place ?? '';
const outcome = (world: World) => world.jobs.table.newest(1)[0]?.state;

describe('a restore, killed anywhere', () => {
  it.each(['on', 'off'] as const)('gives the root that was saved, and power as it was: %s', async (wanted) => {
    await killedAnywhere(
      () => new World(wanted),
      async (world) => {
        expect([outcome(world), world.files.get(current(world))]).toEqual(['done', 'saved']);
        expect([world.wanted, world.port]).toEqual([wanted, wanted]);
        if (wanted === 'on') expect(world.booted).toBe(current(world));
        expect(world.rows()[0]).toBe('slot-001 kept');
      },
    );
  });

  it.each([
    ['cannot be read', undefined],
    ['does not boot', 'bad@1'],
  ] as const)('of a backup that %s leaves the board the root it had', async (_, backup) => {
    await killedAnywhere(
      () => Object.assign(new World(), { backup }),
      async (world) => {
        expect([outcome(world), current(world)]).toEqual(['failed', 'slot-001']);
        expect([world.wanted, world.port, world.booted]).toEqual(['on', 'on', 'slot-001']);
      },
    );
  });
});

describe('a recovery, killed anywhere', () => {
  it.each(['on', 'off'] as const)('gives power (%s) when the root is back, and not before', async (wanted) => {
    await killedAnywhere(
      () => World.afterLoss(wanted),
      async (world) => {
        expect([outcome(world), world.files.get(current(world))]).toEqual(['done', 'saved']);
        expect([world.wanted, world.port]).toEqual([wanted, wanted]);
        // The fresh clone was nobody's.
        expect(world.rows().filter((row) => row.startsWith('slot-001 kept'))).toEqual([]);
      },
    );
  });

  it.each(Array.from({ length: 16 }, (_, more) => 30 + more))(
    'once, after %d moments, when the board may have power already, lets it boot',
    async (moments) => {
      const world = World.afterLoss('on');
      await live(world, 'restore', undefined, moments);
      await live(world, 'restore', undefined, FOR_EVER);
      expect([outcome(world), world.port, world.wrong]).toEqual(['done', 'on', []]);
    },
  );

  it.each([
    ['cannot be read', undefined],
    ['does not boot', 'bad@1'],
  ] as const)('of a backup that %s leaves the board off', async (_, backup) => {
    await killedAnywhere(
      () => Object.assign(World.afterLoss('on'), { backup }),
      async (world) => {
        expect([outcome(world), world.wanted, world.port]).toEqual(['failed', 'off', 'off']);
      },
    );
  });
});

test('a recovery that is cancelled before its turn leaves the board off', async () => {
  const world = World.afterLoss('on');
  const { runner } = world.begin();
  const job = runner.list(1)[0];
  await runner.cancel(job?.id ?? 0, 'ann');
  expect(await ended(runner, job?.id ?? 0)).toMatchObject({ state: 'cancelled', step: 0 });
  await new Promise((resolve) => setImmediate(resolve));
  expect([world.wanted, world.port, world.wrong]).toEqual(['off', 'off', []]);
});

test('what a recovery has half made is in no root that is made later', async () => {
  const world = Object.assign(World.afterLoss('on'), { backup: undefined });
  await live(world, 'restore', undefined, FOR_EVER);
  const { runner } = world.begin();
  const { id } = await runner.ask(request('reimage', { image: 'debian@1' }));
  expect(await ended(runner, id)).toMatchObject({ state: 'done' });
  expect(world.files.get(current(world))).toBe('debian@1');
  expect([world.booted, world.wrong]).toEqual([current(world), []]);
});
