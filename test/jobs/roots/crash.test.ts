/** Controllers that die at any moment of jobs on roots: no board ever boots a mixture, and each ends with one good root. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { expectSwept, live } from './live.ts';
import { SLOT, World } from './world.ts';

test.each([
  ['reimage', 'debian@2', 'slot-001.', 'on'],
  ['reimage', 'bad@1', 'slot-001', 'on'],
  ['reimage', 'bad@1', 'slot-001', 'off'],
  ['undo', undefined, 'slot-001', 'on'],
] as const)('%s with %s, killed anywhere', async (kind, image, current, wanted) => {
  let crashes = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 8 }), async (lives) => {
      const world = new World(wanted);
      if (kind === 'undo') await live(world, 'reimage', 'debian@2', Number.POSITIVE_INFINITY);
      for (const moments of lives) {
        await live(world, kind, image, moments);
        crashes++;
        expect(world.wrong).toEqual([]);
        expect(world.table.withRole('current')).toHaveLength(1);
      }
      await live(world, kind, image, Number.POSITIVE_INFINITY);
      expect(world.jobs.table.newest(9).filter((job) => job.kind === kind)).toHaveLength(1);
      const root = world.table.of(SLOT, 'current')?.place ?? '';
      expect(root.startsWith(current) && (current.endsWith('.') || root === current), root).toBe(true);
      expect(world.exported).toEqual([root]);
      expect([world.wanted, world.port]).toEqual([wanted, wanted]);
      if (wanted === 'on') expect(world.booted).toBe(root);
      expect(world.wrong).toEqual([]);
      await expectSwept(world);
      world.jobs.db.close();
    }),
    { numRuns: 15 },
  );
  expect(crashes).toBeGreaterThan(20);
});
