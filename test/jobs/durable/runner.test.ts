import { describe, expect, it } from 'vitest';
import { JobRefused, StepFailed } from '../../../src/jobs/durable/kind.ts';
import { slotNumber } from '../../../src/rack/units.ts';
import { ended, kind, openJobs, runnerOf, step, untilAborted } from './support.ts';

const request = (slot = 1, change = {}) => ({
  kind: 'work',
  slot: slotNumber(slot),
  who: 'ann',
  parameters: {},
  key: undefined,
  ...change,
});

describe('the runner', () => {
  it('does steps in order, hands on what they find, and records every end', async () => {
    const jobs = openJobs();
    const seen: unknown[] = [];
    const { runner, events } = runnerOf(jobs, [
      kind('work', [
        step('a', async () => ({ found: 7 })),
        step('b', async ({ job, note }) => {
          note('half of it');
          seen.push(job.facts.found, jobs.table.get(job.id)?.step, runner.get(job.id)?.progress);
          return undefined;
        }),
      ]),
    ]);
    const { id } = await runner.ask(request());
    const job = await ended(runner, id);
    expect(job).toMatchObject({ state: 'done', facts: { found: 7 }, failure: undefined, who: 'ann' });
    expect(seen).toEqual([7, 1, 'half of it']);
    expect(jobs.table.get(id)).toEqual(job);
    expect(events).toEqual(['slot 1: job 1 (work, asked for by ann) is done']);
  });

  it('tries again with longer pauses, then puts back, and says why', async () => {
    const done: string[] = [];
    const { runner, clock, events } = runnerOf(openJobs(), [
      kind(
        'work',
        [
          step('a', async () => void done.push('a') as undefined),
          step('b', () => Promise.reject(new Error('no room left')), { tries: 3 }),
        ],
        [step('undo a', async () => void done.push('undo a') as undefined)],
      ),
    ]);
    const job = await ended(runner, (await runner.ask(request())).id);
    expect(job).toMatchObject({ state: 'failed', failure: { code: 'failed', text: 'no room left' } });
    expect(done).toEqual(['a', 'undo a']);
    expect(clock.waited).toEqual([500, 1000]);
    expect(events[0]).toContain('failed: no room left');
  });

  it('does not try again what is no use', async () => {
    let tries = 0;
    const act = () => Promise.reject(new StepFailed('no_image', 'gone', { permanent: true, cause: ++tries }));
    const { runner } = runnerOf(openJobs(), [kind('work', [step('a', act, { tries: 9 })])]);
    expect(await ended(runner, (await runner.ask(request())).id)).toMatchObject({ failure: { code: 'no_image' } });
    expect(tries).toBe(1);
  });

  it('refuses a second job of a slot by saying what is going on', async () => {
    const { runner } = runnerOf(openJobs(), [kind('work', [step('a', untilAborted)])]);
    const { id } = await runner.ask(request());
    const both = await Promise.allSettled([runner.ask(request()), runner.ask(request(2)), runner.ask(request(2))]);
    expect(both.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'rejected']);
    expect((both[0] as PromiseRejectedResult).reason).toMatchObject({
      code: 'busy',
      message: `slot 1 has job ${id} (work, doing a): one at a time`,
    });
    runner.stop();
  });

  it('refuses kinds it does not know and parameters that cannot be', async () => {
    const strict = {
      ...kind('work', []),
      accept: () => Promise.reject(new JobRefused('parameters', 'expected an image')),
    };
    const { runner } = runnerOf(openJobs(), [strict]);
    await expect(runner.ask(request(1, { kind: 'dance' }))).rejects.toThrow('no job dance: expected work');
    await expect(runner.ask(request())).rejects.toMatchObject({ code: 'parameters' });
    expect(runner.list(10)).toEqual([]);
  });

  it('makes one job of a request that comes twice', async () => {
    let times = 0;
    const { runner } = runnerOf(openJobs(), [kind('work', [step('a', async () => void times++ as undefined)])]);
    const [one, two] = await Promise.all([runner.ask(request(1, { key: 'k' })), runner.ask(request(1, { key: 'k' }))]);
    await ended(runner, one.id);
    const late = await runner.ask(request(1, { key: 'k' }));
    expect([two.id, late.id, times]).toEqual([one.id, one.id, 1]);
    await expect(runner.ask(request(2, { key: 'k' }))).rejects.toMatchObject({ code: 'key_reused' });
  });

  it('keeps to its places, and lets those wait beside them who only wait', async () => {
    let now = 0;
    let most = 0;
    let waiting = 0;
    const work = step('a', async () => {
      most = Math.max(most, ++now);
      for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
      now--;
      return undefined;
    });
    const wait = step(
      'b',
      (tools) => {
        waiting++;
        return untilAborted(tools);
      },
      { load: 'wait' },
    );
    const { runner } = runnerOf(openJobs(), [kind('work', [work, wait])], { places: 2 });
    await Promise.all([1, 2, 3, 4, 5].map((slot) => runner.ask(request(slot))));
    for (let turn = 0; turn < 200 && waiting < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect([most, waiting]).toEqual([2, 5]);
    runner.stop();
  });

  it('cancels what waits, what runs and what pauses; not what is past it', async () => {
    const undone: number[] = [];
    const undo = step('undo', async ({ job, signal }) => {
      expect(signal.aborted).toBe(false);
      undone.push(job.slot);
      return undefined;
    });
    const { runner } = runnerOf(
      openJobs(),
      [
        kind('work', [step('a', untilAborted)], [undo]),
        kind('final', [step('a', untilAborted, { cancellable: false, load: 'wait' })], [undo]),
      ],
      { places: 1 },
    );
    const runs = await runner.ask(request(1));
    const waits = await runner.ask(request(2));
    const final = await runner.ask(request(3, { kind: 'final' }));
    await new Promise((resolve) => setTimeout(resolve, 5));
    await runner.cancel(waits.id, 'bob');
    await runner.cancel(runs.id, 'bob');
    await expect(runner.cancel(final.id, 'bob')).rejects.toMatchObject({ code: 'too_late' });
    await expect(runner.cancel(99, 'bob')).rejects.toThrow('no job 99');
    expect(await ended(runner, waits.id)).toMatchObject({ state: 'cancelled', step: 0 });
    expect(await ended(runner, runs.id)).toMatchObject({
      state: 'cancelled',
      failure: { code: 'cancelled', text: 'cancelled by bob' },
    });
    await expect(runner.cancel(runs.id, 'bob')).rejects.toThrow('ended already (cancelled)');
    expect(undone).toEqual([1]);
    runner.stop();
  });

  it('keeps a bounded number of ended jobs', () => {
    const { table, db } = openJobs();
    const queued = { step: 0, attempts: 0, failure: undefined, cancelledBy: undefined };
    db.transaction(() => {
      for (let slot = 1; slot <= 2200; slot++) {
        const parts = { kind: 'work', slot: slotNumber(slot), who: 'ann', parameters: {}, key: undefined };
        table.add(parts, { ...queued, state: slot % 100 === 0 ? 'running' : 'done' }, 0 as never);
      }
    })();
    const kept = db.prepare(`SELECT count(*), max(slot) FROM jobs WHERE state = 'done'`).raw().get();
    expect(kept).toEqual([2000, 2199]);
    expect(table.active()).toHaveLength(22);
  });
});
