import { describe, expect, it } from 'vitest';
import { booked, knownOf, opened } from '../../../src/jobs/health/accounts.ts';
import { DELIVERING, NO_BOARD, type SlotState } from '../../../src/rack/slot-state.ts';
import { advance } from '../../../src/rack/timeline.ts';
import { millis, seconds, slotNumber, watts } from '../../../src/rack/units.ts';

const NOW = millis(1_000_000);
const STALE = seconds(60);
const boot = advance(undefined, { milestone: 'power_on', at: NOW, detail: '' }).boot;
const up = advance(boot, { milestone: 'ssh_up', at: NOW, detail: '' }).boot;
const power = (on: boolean, readAt = NOW) => ({
  admin: on,
  detection: on ? DELIVERING : 'disabled',
  watts: watts(4),
  readAt,
});

const state = (change: Partial<SlotState>): SlotState => ({
  ...{ slot: slotNumber(1), assigned: true, wanted: 'on', cycling: false, phase: 'settled', waiting: undefined },
  ...{ power: power(true), board: NO_BOARD, boot: up, bootId: 1, attempts: 0, reachable6: true },
  ...{ quarantine: undefined, lastCause: undefined, since: NOW },
  ...change,
});

describe('what is known of a slot', () => {
  it.each<[string, Partial<SlotState>, unknown]>([
    ['up', {}, { powered: true, answers: true, condition: 'up' }],
    ['up and silent', { reachable6: false }, { powered: true, answers: false, condition: 'unreachable' }],
    [
      'up, and not asked since the controller began',
      { reachable6: undefined },
      { powered: true, answers: undefined, condition: 'up' },
    ],
    ['booting', { boot, reachable6: undefined }, { powered: true, answers: false, condition: 'booting' }],
    [
      'off',
      { power: power(false), boot: undefined, reachable6: undefined },
      { powered: false, answers: false, condition: 'off' },
    ],
    [
      'off, by a switch that was read too long ago',
      { power: power(false, millis(NOW - STALE - 1)), boot: undefined, reachable6: undefined },
      { powered: undefined, answers: undefined, condition: undefined },
    ],
    [
      'answering, though the switch does not',
      { power: power(true, millis(NOW - STALE - 1)) },
      { powered: undefined, answers: true, condition: undefined },
    ],
    [
      'before its switch was read',
      { power: undefined, boot: undefined, reachable6: undefined },
      { powered: undefined, answers: undefined, condition: undefined },
    ],
  ])('that is %s', (_what, change, expected) => {
    expect(knownOf(state(change), NOW, STALE)).toEqual(expected);
  });
});

describe('an account', () => {
  const on = { powered: true, answers: true, condition: 'up' } as const;
  const off = { powered: false, answers: false, condition: 'off' } as const;
  const unknown = { powered: undefined, answers: undefined, condition: undefined };

  it('books the time on what was known in it', () => {
    let account = opened(on, millis(0));
    account = booked(account, off, seconds(10));
    account = booked(account, unknown, seconds(14));
    account = booked(account, on, seconds(44));
    expect(booked(account, on, seconds(50))).toMatchObject({
      powerKnown: seconds(20),
      powered: seconds(16),
      asked: seconds(20),
      answered: seconds(16),
    });
  });

  it('books nothing of the time in which the process stood still, or of a clock that went back', () => {
    for (const now of [seconds(3_600), seconds(-1)])
      expect(booked(opened(on, millis(0)), on, now)).toMatchObject({
        powerKnown: 0,
        powered: 0,
        asked: 0,
        answered: 0,
      });
  });
});
