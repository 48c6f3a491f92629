/** Jobs over the socket, with a real runner behind it. */
import { mkdtempSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ControlClient, Refused } from '../../../src/api/control/client.ts';
import type { JobAsked } from '../../../src/api/control/job-protocol.ts';
import { jobTarget } from '../../../src/api/control/job-target.ts';
import { type ControlTarget, serveControl } from '../../../src/api/control/server.ts';
import type { JobRunner } from '../../../src/jobs/durable/runner.ts';
import { kind, openJobs, runnerOf, step, untilAborted } from '../../jobs/durable/support.ts';

let directory: string;
let server: Server;
let client: ControlClient;
let runner: JobRunner;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'pirack-control-'));
  const work = kind('work', [step('a', untilAborted), step('b', async () => undefined)]);
  runner = runnerOf(openJobs(), [work]).runner;
  const hasSlot = (slot: number) => slot <= 2;
  const path = join(directory, 'control.sock');
  server = await serveControl(
    path,
    { ...jobTarget(runner), hasSlot } as unknown as ControlTarget,
    pino({ level: 'silent' }),
  );
  client = new ControlClient(path);
});
afterEach(() => {
  runner.stop();
  server.close();
  server.closeAllConnections();
  rmSync(directory, { recursive: true });
});

const ask = (slots: number[], change = {}) =>
  client.askJobs({ kind: 'work', slots, parameters: { userData: 'password' }, who: 'ann', ...change });
const idOf = (asked: JobAsked | undefined) => (asked !== undefined && 'job' in asked ? asked.job.id : Number.NaN);

it('are asked for, one a slot, and shown without what they were given', async () => {
  const [one, two] = await ask([1, 2, 2]);
  expect(one).toMatchObject({ slot: 1, job: { kind: 'work', who: 'ann', what: 'work', cancellable: true } });
  const jobs = await client.jobs(10);
  expect(jobs.map(({ id }) => id)).toEqual([idOf(two), idOf(one)]);
  expect(await client.jobs(10, 2)).toHaveLength(1);
  expect(await client.job(idOf(one))).toMatchObject({ step: { number: 1, of: 2, name: 'a', doing: 'doing a' } });
  expect(JSON.stringify(jobs)).not.toContain('password');
});

it('are refused slot by slot, with a word and a sentence', async () => {
  await ask([1]);
  const [busy, other] = await ask([1, 2]);
  expect(busy).toMatchObject({ slot: 1, refused: { code: 'busy', text: expect.stringContaining('slot 1 has job 1') } });
  expect(other).toMatchObject({ slot: 2, job: { state: expect.stringMatching(/queued|running/) } });
});

it('are the same ones when a request with a key comes again', async () => {
  const first = await ask([1, 2], { key: 'k' });
  expect((await ask([1, 2], { key: 'k' })).map(idOf)).toEqual(first.map(idOf));
});

it('are cancelled', async () => {
  const [one] = await ask([1]);
  await client.cancelJob(idOf(one), 'bob');
  for (let turn = 0; turn < 100 && runner.activeOf(1 as never) !== undefined; turn++)
    await new Promise((resolve) => setImmediate(resolve));
  expect(await client.job(idOf(one))).toMatchObject({
    state: 'cancelled',
    step: null,
    cancellable: false,
    error: { code: 'cancelled', text: 'cancelled by bob' },
  });
});

it.each([
  ['a slot that is not there', () => ask([7]), 'no slot 7 in this rack'],
  ['a slot that is none', () => client.jobs(1, 0), 'slot: expected a number from 1 on'],
  ['no slot', () => ask([]), 'slots'],
  ['a key with spaces', () => ask([1], { key: 'a b' }), 'key'],
  ['a job that is not known', () => client.job(99), 'no job 99'],
  ['the end of one that is not known', () => client.cancelJob(99, 'bob'), 'no job 99'],
])('refuse %s', async (_, act, text) => {
  const error = await act().catch((cause: unknown) => cause);
  expect(error).toBeInstanceOf(Refused);
  expect((error as Error).message).toContain(text);
});
