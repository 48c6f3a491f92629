/** The job: asked, refused, ignored, killed in the middle. */
import { describe, expect, it } from 'vitest';
import type { Asked } from '../../../src/jobs/reboot/ask-board.ts';
import { type RebootParts, rebootKind } from '../../../src/jobs/reboot/reboot.ts';
import type { SlotState } from '../../../src/rack/slot-state.ts';
import { millis, slotNumber } from '../../../src/rack/units.ts';
import { makePlan } from '../../support/plan.ts';
import { ended, HastyClock, openJobs, runnerOf } from '../durable/support.ts';

const SLOT = slotNumber(1);
const NEVER = new Promise<never>(() => undefined);
const REFUSED: Asked = { taken: false, code: 'key_refused', why: 'it does not take the key' };

/** A board, its port and a controller that may die. */
class Rack {
  readonly jobs = openJobs();
  readonly done: string[] = [];
  up = true;
  powered = true;
  cycling = false;
  boots = 1;
  bootAt = 0;
  /** What the board does when it is asked. */
  answer: () => Asked | Promise<Asked> = () => this.#obeys();
  hostKey: string | undefined = 'SHA256:its';

  begin(hasKey = true) {
    const plan = makePlan(1);
    const slots = plan.slots.map((slot) => ({ ...slot, image: 'debian' }));
    const clock = new HastyClock();
    const parts = {
      plan: { ...plan, slots },
      state: { get: () => this.#state() },
      power: {
        intend: async (_: unknown, action: string, who: string) => {
          this.done.push(`${action} by ${who}`);
          this.boot(clock.now());
        },
      },
      table: { of: (_: unknown, role: string) => (role === 'current' ? { hostKey: this.#key() } : undefined) },
      clock,
      ask: hasKey
        ? async ({ address, hostKey }: { address: string; hostKey: string }) => {
            this.done.push(`ask ${address} with ${hostKey}`);
            return this.answer();
          }
        : undefined,
    } as unknown as RebootParts;
    const kind = rebootKind(parts);
    const { runner } = runnerOf(this.jobs, [kind]);
    runner.resume();
    const request = (how?: string, until?: string) =>
      runner.ask({ kind: 'reboot', slot: SLOT, who: 'ann', parameters: { how, until }, key: undefined });
    const run = async (how?: string) => {
      const job = await ended(runner, (await request(how)).id);
      return { job, outcome: kind.outcome?.(job) };
    };
    return { runner, kind, clock, request, run };
  }

  boot(at: number): void {
    this.boots++;
    this.bootAt = at;
  }

  #key() {
    return this.hostKey === undefined ? undefined : { fingerprint: this.hostKey };
  }

  #obeys(): Asked {
    // Later than the job, on any clock.
    this.boot(Number.MAX_SAFE_INTEGER);
    return { taken: true, dropped: Promise.resolve(), end: () => this.done.push('end') };
  }

  #state(): SlotState {
    const steps = this.up ? [{ milestone: 'ssh_up', at: millis(this.bootAt), detail: '' }] : [];
    return {
      slot: SLOT,
      wanted: 'on',
      phase: 'settled',
      cycling: this.cycling,
      power: { admin: this.powered, detection: this.powered ? 'deliveringPower' : 'disabled' },
      boot: { startedAt: millis(this.bootAt), steps, activity: 'x' },
    } as unknown as SlotState;
  }
}

describe('a reboot', () => {
  it('is soft where the board does as it is asked', async () => {
    const rack = new Rack();
    const { job, outcome } = await rack.begin().run();
    expect(job).toMatchObject({ state: 'done' });
    expect(outcome).toEqual({ how: 'soft', text: 'it restarted when asked over SSH' });
    expect(rack.done).toEqual([`ask 10.20.0.2 with SHA256:its`, 'end']);
  });

  it('is hard where that is asked for, without a word to the board', async () => {
    const rack = new Rack();
    const { job, outcome } = await rack.begin().run('hard');
    expect(job).toMatchObject({ state: 'done' });
    expect(outcome).toEqual({ how: 'hard', text: 'its power was cut' });
    expect(rack.done).toEqual([`cycle by ann, job ${job.id}`]);
  });

  it.each<[string, (rack: Rack) => void, RegExp]>([
    ['refuses', (rack) => (rack.answer = () => REFUSED), /does not take the key/],
    [
      'stays',
      (rack) => (rack.answer = () => ({ taken: true, dropped: NEVER, end: () => undefined })),
      /still connected/,
    ],
    [
      'only hangs up',
      (rack) => (rack.answer = () => ({ taken: true, dropped: Promise.resolve(), end: () => undefined })),
      /began no boot/,
    ],
    ['is down', (rack) => (rack.powered = false), /not up \(off\)/],
    ['has a root of before host keys were known', (rack) => (rack.hostKey = undefined), /host key of its root/],
  ])('of a board that %s is hard when it may be, and else says why not', async (_, prepare, why) => {
    const rack = new Rack();
    prepare(rack);
    const auto = await rack.begin().run('auto');
    expect(auto.job).toMatchObject({ state: 'done' });
    expect(auto.outcome).toEqual({ how: 'hard', text: expect.stringMatching(why) });
    expect(rack.done.filter((each) => each.startsWith('cycle'))).toHaveLength(1);

    const other = new Rack();
    prepare(other);
    const soft = await other.begin().run('soft');
    expect(soft.job).toMatchObject({ state: 'failed', failure: { text: expect.stringMatching(why) } });
    expect(soft.outcome).toBeUndefined();
    expect(other.done.filter((each) => each.startsWith('cycle'))).toEqual([]);
  });

  it('is hard where the controller has no key', async () => {
    const { outcome } = await new Rack().begin(false).run();
    expect(outcome).toMatchObject({ how: 'hard', text: expect.stringContaining('no SSH key of its own') });
  });

  it('that a controller began and the next one finds done is not asked for again', async () => {
    const rack = new Rack();
    rack.answer = () => NEVER;
    const first = rack.begin();
    const { id } = await first.request();
    await expect.poll(() => rack.done.length).toBe(1);
    first.runner.stop();
    rack.boot(Number.MAX_SAFE_INTEGER);
    const next = rack.begin();
    const job = await ended(next.runner, id);
    expect([job.state, next.kind.outcome?.(job)?.how]).toEqual(['done', 'soft']);
    expect(rack.done).toHaveLength(1);
  });

  it('that a controller began and the board never heard of is asked for again', async () => {
    const rack = new Rack();
    rack.answer = () => NEVER;
    const first = rack.begin();
    const { id } = await first.request('soft');
    await expect.poll(() => rack.done.length).toBe(1);
    first.runner.stop();
    const again = new Rack();
    again.jobs.db.close();
    Object.assign(again, { jobs: rack.jobs });
    const next = again.begin();
    expect(await ended(next.runner, id)).toMatchObject({ state: 'done' });
    expect(again.done).toEqual(['ask 10.20.0.2 with SHA256:its', 'end']);
  });

  it('cuts the power once, also when the controller is killed between that and its record', async () => {
    const rack = new Rack();
    let die = false;
    rack.answer = () => REFUSED;
    const first = rack.begin();
    const write = rack.jobs.commit.write.bind(rack.jobs.commit);
    rack.jobs.commit.write = (act) => (die ? NEVER : write(act));
    const push = rack.done.push.bind(rack.done);
    rack.done.push = (...items) => {
      die ||= items.some((item) => item.startsWith('cycle'));
      return push(...items);
    };
    const { id } = await first.request();
    await expect.poll(() => rack.done.length).toBe(2);
    first.runner.stop();
    die = false;
    rack.boot(Number.MAX_SAFE_INTEGER);
    const next = rack.begin();
    const job = await ended(next.runner, id);
    expect([job.state, next.kind.outcome?.(job)?.how]).toEqual(['done', 'hard']);
    expect(rack.done.filter((each) => each.startsWith('cycle'))).toHaveLength(1);
  });

  it('is refused with words for what it cannot be', async () => {
    const { request } = new Rack().begin();
    await expect(request('gently')).rejects.toMatchObject({ code: 'parameters' });
  });
});
