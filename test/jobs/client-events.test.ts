import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ClientEvents, type PassingEvent } from '../../src/jobs/client-events.ts';
import { JobRunner } from '../../src/jobs/durable/runner.ts';
import { RackState } from '../../src/jobs/rack-state.ts';
import { DELIVERING } from '../../src/rack/slot-state.ts';
import { isClientEvent } from '../../src/rack/tenancy/event-types.ts';
import { millis, minutes, seconds, slotNumber, watts } from '../../src/rack/units.ts';
import { VirtualClock } from '../../src/sim/virtual-clock.ts';
import { Store } from '../../src/store/store.ts';
import { makePlan } from '../support/plan.ts';
import { kind, step } from './durable/support.ts';

const slot = slotNumber(1);
const log = pino({ level: 'silent' });
const fail = (what: string, cause: unknown) => {
  throw new Error(what, { cause });
};
let directory: string;
let store: Store;
let clock: VirtualClock;
let state: RackState;
let client: ClientEvents;
let passing: PassingEvent[];

function open(): void {
  store = new Store(directory);
  state = new RackState(makePlan(2), store, clock, log, fail);
  passing = [];
  client = new ClientEvents({
    state,
    clock,
    owner: () => ({ tenant: 'acme', name: 'web-1' as never }),
    last: (kinds) => store.events.lastOf(kinds),
  });
  client.onPassing((event) => passing.push(event));
}
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'pirack-client-events-'));
  clock = new VirtualClock();
  open();
});
afterEach(() => {
  store.close();
  rmSync(directory, { recursive: true });
});

function told(): string[] {
  store.commit.flush();
  const events = store.events.after(0, 10_000).filter((event) => isClientEvent(event.kind));
  return events.map(({ kind: type, data }) => ('milestone' in data ? `${type} ${data.milestone}` : type));
}

function power(on: boolean): void {
  const detection = on ? DELIVERING : 'disabled';
  state.setPower(slot, { admin: on, detection, watts: watts(on ? 4 : 0), readAt: clock.now() });
}

const boot = () => {
  for (const milestone of ['power_on', 'discover', 'first_request', 'kernel_sent', 'ssh_up'] as const) {
    state.saw(slot, milestone, 'port 7 of sw1');
    clock.advance(seconds(2));
  }
};

describe('a boot', () => {
  it('is told step by step, and says nothing of the rack', () => {
    power(true);
    boot();
    expect(told()).toEqual([
      'power.on',
      'boot.began',
      'boot.milestone power_on',
      'boot.milestone discover',
      'boot.milestone first_request',
      'boot.milestone kernel_sent',
      'boot.milestone ssh_up',
      'boot.up',
    ]);
    const rows = store.events.after(0, 100);
    expect(rows.at(-1)).toMatchObject({ slot: 1, data: { seconds: 8 }, text: 'the server is up after 8.0 s' });
    expect(JSON.stringify(rows)).not.toMatch(/sw1|port/);
  });

  it('that stands still is told with its cause; one whose power was cut is not', () => {
    state.saw(slot, 'power_on', '');
    state.endBoot(slot, 'stuck', 'no DISCOVER in 60 s');
    state.saw(slot, 'power_on', '');
    state.endBoot(slot, 'powered off', undefined);
    const stuck = store.commit.flush() ?? store.events.after(0, 100).filter((event) => event.kind === 'boot.stuck');
    expect(stuck).toMatchObject([{ data: { cause: 'no DISCOVER in 60 s' } }]);
  });

  it('is not told again by the next controller, nor is power that is as it was', () => {
    power(true);
    boot();
    const before = told();
    store.close();
    open();
    power(true);
    state.saw(slot, 'ssh_up', '');
    expect(told()).toEqual(before);
    power(false);
    expect(told()).toEqual([...before, 'power.off']);
  });

  it('that a hostile board makes up thousands of times fills nothing', () => {
    for (let n = 0; n < 2_000; n++) {
      state.saw(slot, 'discover', '');
      state.saw(slot, 'kernel_sent', '');
    }
    expect(told().length).toBeLessThanOrEqual(30);
    clock.advance(minutes(1));
    state.saw(slot, 'discover', '');
    expect(told().at(-1)).toBe('boot.milestone discover');
  });

  it('tells how much is loaded in passing, once a second, and keeps nothing of it', () => {
    for (const milestone of ['power_on', 'first_request', 'firmware_sent'] as const) state.saw(slot, milestone, '');
    const before = told();
    for (let part = 0; part < 100; part++) {
      state.touch(slot, 'file', { name: 'kernel8.img', role: 'kernel', bytes: part, size: 100 });
      clock.advance(millis(100));
    }
    expect(passing.length).toBe(10);
    expect(passing.at(-1)).toMatchObject({ kind: 'boot.progress', tenant: 'acme', text: 'Loading kernel (90 %)' });
    expect(told()).toEqual(before);
  });
});

describe('health', () => {
  it('is told where it changes', async () => {
    boot();
    const before = told().length;
    state.setReachable(slot, true, undefined);
    state.setReachable(slot, false, 'it is silent');
    state.doubtReachable(slot);
    state.setReachable(slot, false, 'it is silent');
    // The next controller knows nothing of it, and then sees it answer.
    told();
    store.close();
    open();
    state.setReachable(slot, true, undefined);
    void state.intend(slot, { quarantine: { cause: 'enough', at: clock.now() } });
    void state.intend(slot, { quarantine: undefined });
    expect(told().slice(before)).toEqual([
      'health.unreachable',
      'health.reachable',
      'health.quarantined',
      'health.released',
    ]);
  });
});

describe('a job', () => {
  it('is told with its steps and its end, in the commits of these', async () => {
    const jobs = new JobRunner({
      table: store.jobs,
      write: (write) => store.commit.write(write),
      kinds: [
        kind('reimage', [
          step('clone', async ({ note }) => {
            note('half of it');
            return undefined;
          }),
          step('swap', async () => undefined),
        ]),
        kind('rescue', [step('try', async () => Promise.reject(new Error('it is broken')))]),
      ],
      clock,
      log,
      places: 1,
      event: () => undefined,
      moved: (move) => client.jobMoved(move),
      fatal: fail,
    });
    jobs.onChange((job) => client.jobSaid(job));
    const ask = { slot, who: 'somebody', parameters: {}, key: undefined };
    await jobs.ask({ ...ask, kind: 'reimage' });
    await expect.poll(() => jobs.activeOf(slot)).toBeUndefined();
    await jobs.ask({ ...ask, kind: 'rescue' });
    await expect.poll(() => jobs.activeOf(slot)).toBeUndefined();
    expect(told()).toEqual([
      'job.queued',
      'job.began',
      'job.step',
      'job.done',
      'job.queued',
      'job.began',
      'job.failed',
    ]);
    const data = store.events.after(0, 100).map((event) => event.data);
    expect(data[2]).toEqual({ task: 1, kind: 'reimage', step: 'swap', number: 2, of: 2 });
    expect(data[6]).toMatchObject({ task: 2, kind: 'rescue', code: 'failed', error: 'it is broken' });
    expect(passing).toMatchObject([{ kind: 'job.progress', text: 'half of it', data: { task: 1, kind: 'reimage' } }]);
  });
});
