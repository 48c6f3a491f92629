/** One path, restored by controllers that die at any moment: what has the name that was asked for is whole. */
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { BackupParts, Restoring } from '../../../src/jobs/backups/parts.ts';
import { restorePathKind } from '../../../src/jobs/backups/restore-path.ts';
import { dropRestored, showRestored } from '../../../src/roots/backups/restore-path.ts';
import { targetFor } from '../../../src/roots/backups/restore-target.ts';
import { scratchDirectory } from '../../roots/support/fake-image.ts';
import { openJobs, runnerOf } from '../durable/support.ts';
import { Life, request } from '../roots/world.ts';

const ENDED = ['done', 'failed', 'cancelled'];
const FILES = ['a', 'b'];

function kindIn(life: Life, fails: boolean) {
  const run = async (_: string, args: readonly string[]) => {
    for (const name of FILES) await life.moment(() => writeFileSync(join(args.at(-1) ?? '', name), name));
    if (fails) throw new Error('the disk is full');
  };
  const restoring: Pick<Restoring, 'path' | 'show' | 'drop'> = {
    path: async (_, __, { to, name }) => {
      const target = targetFor(run as never, to, name);
      await life.moment(() => target.begin());
      await target.fill('/nonexistent/etc');
    },
    show: (_, wanted) => life.moment(() => showRestored(run as never, wanted)),
    drop: (_, wanted) => life.moment(() => dropRestored(run as never, wanted)),
  };
  return restorePathKind({
    backups: {},
    restic: {
      prepare: async () => undefined,
      snapshots: async () => [{ id: 'ab'.repeat(32), what: 'root', slot: 1 }],
    },
    roots: { of: () => undefined },
    tenantOf: () => undefined,
    event: () => undefined,
    restoring,
  } as unknown as BackupParts);
}

it.each([
  ['done', false, false],
  ['failed', true, false],
  ['failed', false, true],
])('ends %s (no room: %s, somebody makes the directory meanwhile: %s)', async (state, fails, taken) => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 16 }), { maxLength: 6 }), async (lives) => {
      const scratch = scratchDirectory();
      const to = join(scratch, 'out');
      const jobs = openJobs();
      for (const moments of [...lives, Number.POSITIVE_INFINITY]) {
        const life = new Life(moments);
        const write = (act: () => void) => life.moment(() => jobs.commit.write(act)) as Promise<void>;
        const { runner } = runnerOf(jobs, [kindIn(life, fails)], { write });
        runner.resume();
        if (jobs.table.newest(1).length === 0)
          void runner.ask(request('restore-path', { path: '/etc', to })).catch(() => undefined);
        for (let turn = 0; turn < 3_000 && !life.over; turn++) {
          const job = jobs.table.newest(1)[0];
          if (job !== undefined && ENDED.includes(job.state)) break;
          if (taken && job?.step === 0 && readdirSync(scratch).length > 0 && !existsSync(to)) {
            mkdirSync(to);
            writeFileSync(join(to, 'of somebody'), '');
          }
          await new Promise((resolve) => setImmediate(resolve));
        }
        runner.stop();
        if (existsSync(to)) expect(readdirSync(to)).toEqual(taken ? ['of somebody'] : FILES);
      }
      expect(jobs.table.newest(9).map((job) => job.state)).toEqual([state]);
      expect(readdirSync(scratch)).toEqual(state === 'done' || taken ? ['out'] : []);
      jobs.db.close();
    }),
    { numRuns: 12 },
  );
});
