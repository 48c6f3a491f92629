import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MILESTONES, type Milestone } from '../../src/rack/milestone.ts';
import {
  advance,
  type Boot,
  bootDuration,
  progressSentence,
  reachedAt,
  stage,
  touch,
} from '../../src/rack/timeline.ts';
import { millis } from '../../src/rack/units.ts';

function play(sightings: readonly [Milestone, number][]): { boot: Boot | undefined; began: number } {
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
