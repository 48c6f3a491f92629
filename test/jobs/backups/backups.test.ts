/** When backups are asked for and missed, and whose backup a slot may be given. */
import { pino } from 'pino';
import { describe, expect, it, test } from 'vitest';
import { BackupKeeper } from '../../../src/jobs/backups/keeper.ts';
import { type BackupParts, chooseSnapshot } from '../../../src/jobs/backups/parts.ts';
import { backupKind } from '../../../src/jobs/backups/run.ts';
import { JobRefused } from '../../../src/jobs/durable/kind.ts';
import { WHOLE_RACK } from '../../../src/jobs/durable/rack-jobs.ts';
import { millis, slotNumber } from '../../../src/rack/units.ts';
import { BackupTable } from '../../../src/store/backups.ts';
import { RootTable } from '../../../src/store/roots.ts';
import { makePlan } from '../../support/plan.ts';
import { ended, openJobs, runnerOf } from '../durable/support.ts';

const HOUR = 3_600_000;
const START = Date.parse('2026-11-25T12:00:00Z');

function world(change: Partial<BackupParts> = {}) {
  const jobs = openJobs();
  const roots = new RootTable(jobs.db);
  const table = new BackupTable(jobs.db);
  const events: string[] = [];
  const clock = {
    at: START,
    now: () => millis(clock.at),
    monotonic: () => millis(clock.at),
    after: undefined as never,
  };
  for (const slot of [1, 2]) roots.add(slotNumber(slot), 'debian@1', 'current', () => `slot-00${slot}`, millis(START));
  const backups = {
    slots: [1, 2, 3].map(slotNumber),
    schedule: { at: 3 * 60, jitter: millis(0) },
    keep: undefined,
    overdueDays: 2,
    trial: false,
    concurrent: 1,
  };
  const parts = {
    plan: makePlan(3),
    backups,
    restic: { place: '/srv/backup', prepare: async () => undefined, snapshots: async () => [] },
    roots,
    table,
    commit: jobs.commit,
    tenantOf: () => undefined,
    boardIn: () => ({}),
    images: { get: () => undefined },
    rootsDirectory: '/nonexistent/roots',
    event: (slot: number | undefined, kind: string, text: string) => void events.push(`${slot} ${kind}: ${text}`),
    random: () => 0,
    clock,
    log: pino({ level: 'silent' }),
    ...change,
  } as unknown as BackupParts;
  return { jobs, parts, table, events, clock };
}

const row = (slot: number, endedAt: number, error?: string) => ({
  job: 1,
  slot: slotNumber(slot),
  root: 1,
  beganAt: millis(endedAt),
  endedAt: millis(endedAt),
  snapshot: '0123abcd',
  stillness: 'instant',
  files: 1,
  bytes: 1,
  added: 1,
  tried: false,
  leftOut: [],
  error,
});

describe('the daily backup', () => {
  it('is the same request until the next one is due', async () => {
    const { parts, clock } = world();
    const keys: (string | undefined)[] = [];
    const ask = async ({ key }: { key: string | undefined }) => {
      keys.push(key);
      return { state: 'done' };
    };
    const keeper = new BackupKeeper({ parts, jobs: { ask } as never });
    for (const hour of [0, 1, 14.9, 15, 16]) {
      clock.at = START + hour * HOUR;
      await keeper.look();
    }
    const [today, tomorrow] = ['backup 2026-11-25T03:00:00.000Z', 'backup 2026-11-26T03:00:00.000Z'];
    expect(keys).toEqual([today, today, today, tomorrow, tomorrow]);
  });

  it.each([
    ['no_repository', [0, 1, 2, 3]],
    ['incomplete', [0]],
  ])('that failed with %s is tried again in an hour, or not, until the next one', async (code, begun) => {
    const { parts, clock } = world();
    const rows = new Map<string | undefined, object>();
    const ask = async ({ key }: { key: string | undefined }) => {
      const row = rows.get(key) ?? { state: 'failed', failure: { code, text: '' }, updatedAt: millis(clock.at) };
      rows.set(key, row);
      return row;
    };
    const keeper = new BackupKeeper({ parts, jobs: { ask } as never });
    const hours: number[] = [];
    for (let minute = 0; minute <= 200; minute += 20) {
      clock.at = START + minute * 60_000;
      const before = rows.size;
      await keeper.look();
      if (rows.size > before) hours.push(minute / 60);
    }
    expect(hours).toEqual(begun);
    clock.at = START + 15 * HOUR;
    await keeper.look();
    expect([...rows.keys()].at(-1)).toBe('backup 2026-11-26T03:00:00.000Z');
  });

  it('fails with no_repository where that is away, and saves nothing', async () => {
    const prepare = () => Promise.reject(new Error('the server does not answer'));
    const { parts, jobs, table } = world({ restic: { prepare } as never });
    const { runner } = runnerOf(jobs, [backupKind(parts)]);
    const { id } = await runner.ask({ kind: 'backup', slot: WHOLE_RACK, who: 'ann', parameters: {}, key: undefined });
    expect(await ended(runner, id)).toMatchObject({
      state: 'failed',
      failure: { code: 'no_repository', text: 'the server does not answer' },
    });
    expect(table.ofJob(id)).toEqual([]);
  });

  it('that cannot begin is a trouble, unless another is under way', async () => {
    const { parts } = world();
    let code = 'busy';
    const ask = () => Promise.reject(new JobRefused(code, 'no'));
    const keeper = new BackupKeeper({ parts, jobs: { ask } as never });
    await keeper.look();
    expect(keeper.troubles()).toEqual([]);
    code = 'nothing';
    await keeper.look();
    expect(keeper.troubles()).toEqual(['the daily backup cannot begin: no']);
  });

  it('is missed once a day, by the slots that have a root', async () => {
    const { parts, table, events, clock } = world();
    const keeper = new BackupKeeper({ parts, jobs: { ask: async () => ({ state: 'done' }) } as never });
    table.add(row(1, START + 20 * HOUR));
    table.add(row(1, START + 40 * HOUR, 'the disk is full'));
    for (const hour of [47, 49, 50]) {
      clock.at = START + hour * HOUR;
      await keeper.look();
    }
    expect(events).toEqual([
      expect.stringMatching(
        /^2 backup_overdue: no good backup of slot 2 since 2026-11-25 12:00 UTC \(none ever\): .*backup run 2/,
      ),
    ]);
    clock.at = START + 74 * HOUR;
    await keeper.look();
    expect(events.slice(1).map((text) => text.slice(0, 55))).toEqual([
      '1 backup_overdue: no good backup of slot 1 since 2026-1',
      '2 backup_overdue: no good backup of slot 2 since 2026-1',
    ]);
    expect(keeper.troubles()).toEqual([expect.stringContaining('no good backup of slots 1-2 since')]);
    for (const slot of [1, 2]) table.add(row(slot, clock.at));
    await keeper.look();
    expect(keeper.troubles()).toEqual([]);
  });
});

test.each([
  ['acme', undefined, undefined, 'b'],
  ['acme', 'a0a0', undefined, 'is of tenant bolt, and slot 1 is tenant acme’s now'],
  ['acme', 'a0a0', true, 'a'],
  [undefined, undefined, undefined, 'none of nobody, who has it now'],
  ['acme', 'ffff', undefined, 'slot 1 has no backup ffff'],
])('tenant %s, backup %s, another tenant’s %s: %s', async (tenant, snapshot, anotherTenant, expected) => {
  const of = (letter: string, owner: string, at: number) => ({
    id: `${letter}0`.repeat(32),
    what: 'root',
    slot: 1,
    tenant: owner,
    at,
  });
  const snapshots = async () => [of('b', 'acme', 1), of('a', 'bolt', 2)];
  const restic = { place: '/srv/backup', prepare: async () => undefined, snapshots };
  const { parts } = world({ restic: restic as never, tenantOf: () => tenant });
  const chosen = chooseSnapshot(parts, { slot: slotNumber(1), snapshot, anotherTenant });
  if (expected.length === 1) expect((await chosen).id[0]).toBe(expected);
  else await expect(chosen).rejects.toThrow(expected);
});

test('a run tells which slots failed, goes on with the others, and does none twice', async () => {
  const { jobs, parts, table, events } = world();
  const { runner } = runnerOf(jobs, [backupKind(parts)]);
  const request = { kind: 'backup', slot: WHOLE_RACK, who: 'test', parameters: {}, key: undefined };
  const asked = await runner.ask(request);
  await expect(runner.ask(request)).rejects.toThrow('the rack has job 1');
  const job = await ended(runner, asked.id);
  expect(job).toMatchObject({ state: 'failed', failure: { code: 'incomplete' } });
  expect(job.failure?.text).toMatch(
    /^not backed up: slots 1-2; the first: the root slot-001 cannot be saved: it is not there/,
  );
  expect(table.ofJob(job.id).map(({ slot }) => slot)).toEqual([1, 2]);
  expect(events.filter((text) => text.includes('backup_failed'))).toHaveLength(2);
});
