import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import {
  advanceJob,
  cancelRefusal,
  isEnded,
  type JobEvent,
  type JobShape,
  type JobStand,
  QUEUED,
  type StepShape,
  stepOf,
} from '../../src/rack/job.ts';

const step = (name: string, change: Partial<StepShape> = {}): StepShape => ({
  name,
  doing: `doing ${name}`,
  tries: 2,
  cancellable: true,
  ...change,
});
const SHAPE: JobShape = {
  steps: [step('clone'), step('swap', { cancellable: false, tries: 1 }), step('wait', { cancellable: false })],
  undo: [step('back'), step('discard')],
};
const failure = { code: 'disk', text: 'the disk is full' };
const started: JobEvent = { kind: 'started' };
const done: JobEvent = { kind: 'step_done' };
const fails: JobEvent = { kind: 'step_failed', failure, permanent: false };
const failsForGood: JobEvent = { kind: 'step_failed', failure, permanent: true };
const cancel: JobEvent = { kind: 'cancel', who: 'ann' };
const standAfter = (events: readonly JobEvent[], shape = SHAPE): JobStand =>
  events.reduce((stand, event) => advanceJob(shape, stand, event), QUEUED);

describe('a job', () => {
  test.each<[string, JobEvent[], Partial<JobStand>]>([
    ['begins with its first step', [started], { state: 'running', step: 0 }],
    ['goes on to the next step', [started, done], { state: 'running', step: 1, attempts: 0 }],
    ['is done after the last', [started, done, done, done], { state: 'done' }],
    ['tries a step again', [started, fails], { state: 'running', step: 0, attempts: 1, failure }],
    [
      'forgets what went wrong when it goes right',
      [started, fails, done],
      { step: 1, attempts: 0, failure: undefined },
    ],
    ['puts back after the last try', [started, fails, fails], { state: 'undoing', step: 0, attempts: 0, failure }],
    ['puts back at once when trying is useless', [started, failsForGood], { state: 'undoing', failure }],
    ['has failed when all is put back', [started, failsForGood, done, done], { state: 'failed', failure }],
    ['tries to put back again', [started, failsForGood, fails], { state: 'undoing', step: 0, attempts: 1 }],
    ['ends before it began when cancelled', [cancel], { state: 'cancelled', cancelledBy: 'ann' }],
    ['ends its step before it obeys', [started, cancel], { state: 'running', step: 0, cancelledBy: 'ann' }],
    ['puts back when cancelled', [started, cancel, done], { state: 'undoing', step: 0 }],
    ['is cancelled, not failed, whatever its step says', [started, cancel, fails, done, done], { state: 'cancelled' }],
    ['is not cancelled past the point', [started, done, cancel, done, done], { state: 'done', cancelledBy: undefined }],
    ['does not move once it has ended', [cancel, started, done, fails, cancel], { state: 'cancelled', step: 0 }],
  ])('%s', (_, events, expected) => expect(standAfter(events)).toMatchObject(expected));

  it('that cannot be put back says both what failed and what could not be put back', () => {
    const worse = { kind: 'step_failed', failure: { code: 'nfs', text: 'no server' }, permanent: true } as const;
    expect(standAfter([started, failsForGood, worse])).toMatchObject({
      state: 'failed',
      failure: { code: 'undo_failed', text: expect.stringMatching(/disk is full.*doing back.*no server/) },
    });
  });

  it('without anything to put back fails at once', () => {
    expect(standAfter([started, failsForGood], { ...SHAPE, undo: [] })).toMatchObject({ state: 'failed', failure });
  });

  test.each<[JobEvent[], string | undefined]>([
    [[], undefined],
    [[started], undefined],
    [[started, done], 'past the point where it can be cancelled: doing swap'],
    [[started, failsForGood], 'put back already'],
    [[cancel], 'ended already (cancelled)'],
  ])('after %j says whether it can be cancelled', (events, expected) => {
    const refusal = cancelRefusal(SHAPE, standAfter(events));
    if (expected === undefined) expect(refusal).toBeUndefined();
    else expect(refusal).toContain(expected);
  });
});

test('whatever happens, a job keeps to its steps and ends for good', () => {
  const event = fc.constantFrom(started, done, fails, failsForGood, cancel);
  let ends = 0;
  fc.assert(
    fc.property(fc.array(event, { maxLength: 30 }), (events) => {
      let stand = QUEUED;
      for (const each of events) {
        const next = advanceJob(SHAPE, stand, each);
        if (isEnded(stand.state)) expect(next).toEqual(stand);
        else if (!isEnded(next.state)) expect(stepOf(SHAPE, next)).toBeDefined();
        // Never from putting back to going on.
        if (stand.state === 'undoing') expect(next.state).not.toBe('running');
        if (stand.state === next.state) expect(next.step).toBeGreaterThanOrEqual(stand.step);
        if (next.state === 'failed' || next.state === 'cancelled') expect(next.failure).toBeDefined();
        stand = next;
      }
      if (isEnded(stand.state)) ends++;
    }),
  );
  expect(ends).toBeGreaterThan(10);
});
