import { describe, expect, it } from 'vitest';
import { MILESTONES, type Milestone } from '../../src/rack/milestone.ts';
import { backOff, judge, STAGE_RULES } from '../../src/rack/recovery.ts';
import { advance, type Boot } from '../../src/rack/timeline.ts';
import { millis, seconds } from '../../src/rack/units.ts';
import { makePlan } from '../support/plan.ts';

const timings = makePlan(1).timings.default;
const bootAt = (milestone: Milestone): Boot => advance(undefined, { milestone, at: seconds(100), detail: 'x' }).boot;

describe('recovery by cause', () => {
  it('has a rule for every milestone but the last', () => {
    expect(Object.keys(STAGE_RULES)).toEqual(MILESTONES.filter((milestone) => milestone !== 'ssh_up'));
  });

  it.each([
    ['power_on', 60, /no DHCP DISCOVER/],
    ['offer', 30, /no file was asked for/],
    ['first_request', 10, /TFTP stalled before the firmware/],
    ['firmware_sent', 10, /TFTP stalled before the kernel/],
    ['kernel_sent', 60, /never spoke DHCP/],
    ['kernel_dhcp', 60, /did not mount its root/],
    ['root_mounted', 60, /no SSH banner/],
  ] as const)('waits at %s for %i s, then says why and cycles', (milestone, limit, cause) => {
    const boot = bootAt(milestone);
    const just = millis(seconds(100) + seconds(limit));
    expect(judge(boot, timings, 0, millis(0), millis(just - 1))).toEqual({ kind: 'waiting', at: just });
    const verdict = judge(boot, timings, 0, millis(0), just);
    expect(verdict.kind).toBe('cycle');
    expect(verdict.kind === 'cycle' && verdict.cause).toMatch(cause);
    expect(verdict.kind === 'cycle' && verdict.cause).toMatch(/last seen: .*x; waited \d+ s/);
  });

  it('gives up with the same cause when the tries are spent', () => {
    const verdict = judge(bootAt('power_on'), timings, 3, millis(0), seconds(1000));
    expect(verdict.kind).toBe('give_up');
  });

  it('never acts on a board that is up', () => {
    expect(judge(bootAt('ssh_up'), timings, 0, millis(0), seconds(1e6))).toEqual({ kind: 'fine' });
  });

  it('does not hold the time before it watched against a board', () => {
    expect(judge(bootAt('first_request'), timings, 0, seconds(500), seconds(505)).kind).toBe('waiting');
    expect(judge(bootAt('first_request'), timings, 0, seconds(500), seconds(510)).kind).toBe('cycle');
  });

  it('backs off up to five minutes', () => {
    expect([0, 1, 2, 3, 4, 9].map(backOff)).toEqual([0, 10, 20, 40, 80, 300].map((value) => value * 1000));
  });
});
