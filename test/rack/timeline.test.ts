import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Load, loadRate } from '../../src/rack/load.ts';
import { MILESTONES, type Milestone } from '../../src/rack/milestone.ts';
import {
  advance,
  type Boot,
  bootDuration,
  load,
  MOST_RECENT,
  progressSentence,
  reachedAt,
  stage,
  touch,
} from '../../src/rack/timeline.ts';
import { millis } from '../../src/rack/units.ts';

function play(sightings: readonly (readonly [Milestone, number])[]): { boot: Boot | undefined; began: number } {
  let boot: Boot | undefined;
  let began = 0;
  for (const [milestone, at] of sightings) {
    const next = advance(boot, { milestone, at: millis(at), detail: '' });
    boot = next.boot;
    if (next.began) began++;
  }
  return { boot, began };
}

describe('a boot', () => {
  it('takes the second stage asking again as the same boot, and keeps the first time', () => {
    const { boot, began } = play([
      ['power_on', 0],
      ['discover', 5000],
      ['offer', 5001],
      ['first_request', 5050],
      ['discover', 5160],
      ['offer', 5161],
    ]);
    expect(began).toBe(1);
    expect(reachedAt(boot as Boot, 'discover')).toBe(5000);
    expect((boot as Boot).activityAt).toBe(5161);
    expect(stage(boot as Boot)).toBe('first_request');
  });

  it.each([['kernel_sent'], ['root_mounted'], ['ssh_up']] as const)(
    'begins anew with a ROM DISCOVER after %s',
    (late) => {
      const { boot, began } = play([
        ['power_on', 0],
        ['discover', 1],
        [late, 2],
        ['discover', 60_000],
      ]);
      expect(began).toBe(2);
      expect((boot as Boot).startedAt).toBe(60_000);
      expect(stage(boot as Boot)).toBe('discover');
    },
  );

  it('begins anew with power-on, whatever came before', () => {
    expect(
      play([
        ['power_on', 0],
        ['discover', 1],
        ['power_on', 2],
      ]).began,
    ).toBe(2);
  });

  it('takes a power-on that is read late as its own', () => {
    const { boot, began } = play([
      ['discover', 0],
      ['offer', 1],
      ['power_on', 16],
    ]);
    expect(began).toBe(1);
    expect((boot as Boot).startedAt).toBe(0);
    expect(
      play([
        ['root_mounted', 0],
        ['power_on', 16],
      ]).began,
    ).toBe(2);
  });

  it('may be joined in the middle, as after a restart of the controller', () => {
    const { boot, began } = play([['kernel_dhcp', 7]]);
    expect(began).toBe(1);
    expect(progressSentence(boot as Boot)).toBe('Mounting root file system');
  });

  it('counts from its start to the SSH banner', () => {
    const { boot } = play([
      ['power_on', 100],
      ['ssh_up', 31_100],
    ]);
    expect(bootDuration(boot as Boot)).toBe(31_000);
    expect(bootDuration(play([['power_on', 100]]).boot as Boot)).toBeUndefined();
  });

  it('remembers a sign of life that is no milestone', () => {
    const boot = touch(play([['power_on', 0]]).boot as Boot, millis(9), 'start.elf served');
    expect(boot).toMatchObject({ activityAt: 9, activity: 'start.elf served' });
  });

  it('keeps the last signs of life, and of a file on its way the last only', () => {
    let boot = play([['power_on', 0]]).boot as Boot;
    const file = (name: string, bytes: number) => ({ name, role: 'kernel' as const, bytes, size: 100 });
    for (const bytes of [10, 20, 30]) boot = touch(boot, millis(bytes), `a ${bytes}`, file('a', bytes));
    boot = touch(boot, millis(40), 'b 5', file('b', 5));
    expect(boot.recent.map(({ text }) => text)).toEqual(['power_on', 'a 30', 'b 5']);
    for (let i = 0; i < 100; i++) boot = touch(boot, millis(50 + i), `request ${i}`);
    expect(boot.recent).toHaveLength(MOST_RECENT);
    expect(boot.recent.at(-1)).toEqual({ at: 149, text: 'request 99' });
    expect(boot.transfer).toBeUndefined();
  });

  it.each([
    ['first_request', 'firmware', 50, 200, 'Loading firmware (25 %)'],
    ['first_request', 'other', 50, 200, 'Loading firmware'],
    ['firmware_sent', 'kernel', 124, 200, 'Loading kernel (62 %)'],
    ['firmware_sent', 'kernel', 199, 200, 'Loading kernel (99 %)'],
    ['firmware_sent', 'initramfs', 0, 200, 'Loading initramfs (0 %)'],
    ['firmware_sent', 'other', 20, 200, 'Loading kernel'],
    ['firmware_sent', 'kernel', 0, 0, 'Loading kernel'],
    // A tenant may fetch its own kernel when it is up: that is no boot.
    ['kernel_sent', 'kernel', 50, 200, 'Starting kernel'],
    ['ssh_up', 'kernel', 50, 200, 'Up'],
  ] as const)('says at %s with its %s on its way how far it is', (milestone, role, bytes, size, sentence) => {
    const boot = play([
      ['power_on', 0],
      ...(milestone === 'first_request' ? [] : [['first_request', 1] as const]),
      [milestone, 2],
    ]);
    expect(progressSentence(touch(boot.boot as Boot, millis(3), '', { name: 'x', role, bytes, size }))).toBe(sentence);
  });

  it('says no per cent of a file that has arrived', () => {
    const loading = touch(play([['firmware_sent', 0]]).boot as Boot, millis(1), '', {
      name: 'kernel8.img',
      role: 'kernel',
      bytes: 5,
      size: 10,
    });
    expect(progressSentence(touch(loading, millis(2), 'kernel8.img sent'))).toBe('Loading kernel');
  });

  it('counts what was sent to the stage that it is in', () => {
    let boot = play([['first_request', 0]]).boot as Boot;
    boot = load(boot, { requests: 1 });
    boot = load(boot, { requests: 1, missing: 1 });
    boot = load(boot, { files: 1, bytes: 3_000_000, ms: 2700, retransmits: 2 });
    boot = advance(boot, { milestone: 'firmware_sent', at: millis(3000), detail: '' }).boot;
    boot = load(boot, { broken: 1, bytes: 512, ms: 10_000 });
    const none = { requests: 0, missing: 0, files: 0, broken: 0, bytes: 0, ms: 0, retransmits: 0 };
    expect(boot.loads).toEqual([
      {
        ...none,
        stage: 'first_request',
        requests: 2,
        missing: 1,
        files: 1,
        bytes: 3_000_000,
        ms: 2700,
        retransmits: 2,
      },
      { ...none, stage: 'firmware_sent', broken: 1, bytes: 512, ms: 10_000 },
    ]);
    expect(loadRate(boot.loads[0] as Load)).toBeCloseTo(1_111_111, 0);
    expect(loadRate({ bytes: 0, ms: 0 })).toBeUndefined();
  });

  it('holds each milestone at most once, in order of time, whatever is seen', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...MILESTONES), { maxLength: 60 }), (seen) => {
        const { boot } = play(seen.map((milestone, at) => [milestone, at]));
        if (boot === undefined) return;
        const names = boot.steps.map((step) => step.milestone);
        expect(new Set(names).size).toBe(names.length);
        expect(boot.steps.map((step) => step.at)).toEqual(boot.steps.map((step) => step.at).sort((a, b) => a - b));
        expect(boot.steps[0]?.at).toBe(boot.startedAt);
      }),
    );
  });
});
