import { describe, expect, it } from 'vitest';
import { sleep } from '../../src/rack/clock.ts';
import { millis, seconds } from '../../src/rack/units.ts';
import { VirtualClock } from '../../src/sim/virtual-clock.ts';
import { SwitchJobTooLate, SwitchQueueFull } from '../../src/switches/errors.ts';
import { createQueue } from '../../src/switches/queue.ts';

function rig(depth = 4) {
  const clock = new VirtualClock();
  const queue = createQueue(clock, depth);
  const ran: string[] = [];
  const job = (what: string, takes: number, more: { urgent?: boolean; deadline?: number } = {}) =>
    queue.run({
      what,
      deadline: millis(more.deadline ?? 60_000),
      urgent: more.urgent ?? false,
      work: async () => {
        ran.push(what);
        await sleep(clock, millis(takes));
        return what;
      },
    });
  return { clock, queue, ran, job };
}

const failure = (promise: Promise<unknown>) => promise.catch((error: unknown) => error);

describe('the queue of a switch', () => {
  it('runs one job at a time, in order, and urgent ones first', async () => {
    const { clock, ran, job } = rig();
    const all = Promise.all([
      job('a', 10),
      job('b', 10),
      job('c', 10),
      job('d', 10, { urgent: true }),
      job('e', 10, { urgent: true }),
    ]);
    await clock.advanceAsync(25);
    expect(ran).toEqual(['a', 'd', 'e']);
    await clock.advanceAsync(25);
    expect(await all).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(ran).toEqual(['a', 'd', 'e', 'b', 'c']);
  });

  it('says what runs, and what waits for what', async () => {
    const { clock, queue, job } = rig();
    const all = Promise.all([job('read all ports', 100), job('identity', 1)]);
    await clock.advanceAsync(30);
    const power = job('switch port 7 off', 1, { urgent: true });
    expect(queue.state()).toEqual({
      running: { what: 'read all ports', since: 30 },
      waiting: [
        { what: 'switch port 7 off', since: 0, behind: 'read all ports' },
        { what: 'identity', since: 30, behind: 'switch port 7 off' },
      ],
    });
    await clock.advanceAsync(200);
    await Promise.all([all, power]);
    expect(queue.state()).toEqual({ running: undefined, waiting: [] });
  });

  it('refuses more than its depth, and says what it waits for', async () => {
    const { clock, job } = rig(2);
    const first = [job('slow', 100), job('b', 1), job('c', 1)];
    const refused = await failure(job('d', 1));
    expect(refused).toBeInstanceOf(SwitchQueueFull);
    expect(String(refused)).toContain('"d" was not queued: 2 jobs wait already, behind "slow"');
    await clock.advanceAsync(200);
    await Promise.all(first);
  });

  it('drops a job that waits beyond its deadline, and never runs it', async () => {
    const { clock, ran, job } = rig();
    const slow = job('slow', 1_000);
    const late = failure(job('late', 1, { deadline: 200 }));
    await clock.advanceAsync(2_000);
    expect(await late).toMatchObject({ name: 'SwitchJobTooLate', ran: false });
    expect(String(await late)).toContain('it still waits behind "slow"');
    await slow;
    expect(ran).toEqual(['slow']);
  });

  it('lets a job that overran end before the next begins', async () => {
    const { clock, ran, job } = rig();
    const overrun = failure(job('overrun', 1_000, { deadline: 300 }));
    const next = job('next', 1);
    await clock.advanceAsync(500);
    expect(await overrun).toBeInstanceOf(SwitchJobTooLate);
    expect(await overrun).toMatchObject({ ran: true });
    expect(ran).toEqual(['overrun']);
    await clock.advanceAsync(1_000);
    expect(await next).toBe('next');
  });

  it('goes on after a job that failed, even one that throws at once', async () => {
    const { clock, queue, job } = rig();
    const fails = failure(queue.run({ what: 'x', deadline: seconds(1), work: () => Promise.reject(new Error('no')) }));
    const throws = failure(
      queue.run({
        what: 'y',
        deadline: seconds(1),
        work: () => {
          throw new Error('at once');
        },
      }),
    );
    const after = job('z', 1);
    await clock.advanceAsync(100);
    expect([String(await fails), String(await throws), await after]).toEqual(['Error: no', 'Error: at once', 'z']);
    expect(clock.pending).toBe(0);
  });
});
