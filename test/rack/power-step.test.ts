import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextStep, type StepInput } from '../../src/rack/power-step.ts';
import { millis } from '../../src/rack/units.ts';

type Change = Partial<Omit<StepInput, 'state'>> & Partial<StepInput['state']>;

function step({ wanted = 'on', cycling = false, quarantine, ...rest }: Change, admin: boolean, detection: string) {
  const seen = { admin, detection, watts: undefined, readAt: millis(0) };
  const state = { wanted, cycling, power: seen, quarantine };
  return nextStep({
    held: undefined,
    barred: undefined,
    delayed: undefined,
    unsure: false,
    cycles: false,
    ...rest,
    state,
  });
}

const quarantine = { cause: 'x', at: millis(0) };
const denied = { reason: 'denied', denied: true };
const failed = { reason: 'failed', denied: false };

describe('the next step of a port that delivers', () => {
  it.each([
    [{}, 'nothing'],
    [{ wanted: 'off' }, 'off'],
    [{ cycling: true }, 'off'],
    [{ cycling: true, cycles: true }, 'cycle'],
    [{ cycling: true, cycles: true, barred: 'not isolated' }, 'off'],
    [{ held: 'its VLAN is written' }, 'off'],
    [{ held: 'its VLAN is written', quarantine }, 'off'],
    [{ barred: 'not isolated' }, 'nothing'],
    [{ quarantine }, 'nothing'],
    [{ delayed: denied }, 'nothing'],
    [{ delayed: failed, wanted: 'off' }, 'nothing'],
    [{ delayed: failed, held: 'its VLAN is written' }, 'nothing'],
  ] as [Change, string][])('with %o is: %s', (change, kind) => {
    expect(step(change, true, 'deliveringPower').kind).toBe(kind);
  });
});

describe('the next step of a port that is on without power', () => {
  it.each([
    [{}, 'nothing'],
    [{ delayed: denied }, 'off'],
    [{ delayed: failed }, 'nothing'],
    [{ cycling: true, cycles: true }, 'off'],
  ] as [Change, string][])('with %o is: %s', (change, kind) => {
    expect(step(change, true, 'searching').kind).toBe(kind);
  });
});

describe('the next step of a port that is off', () => {
  it.each([
    [{}, { kind: 'on' }],
    [{ wanted: 'off' }, { kind: 'settled-off' }],
    [{ cycling: true }, { kind: 'hold' }],
    [{ quarantine }, { kind: 'nothing' }],
    [{ held: 'its VLAN is written' }, { kind: 'wait', reason: 'its VLAN is written' }],
    [
      { held: 'its VLAN is written', cycling: true },
      { kind: 'wait', reason: 'its VLAN is written' },
    ],
    [{ held: 'its VLAN is written', wanted: 'off' }, { kind: 'settled-off' }],
    [{ barred: 'not isolated' }, { kind: 'wait', reason: 'not isolated' }],
    [{ barred: 'not isolated', cycling: true }, { kind: 'hold' }],
    [{ unsure: true }, { kind: 'on' }],
    [{ unsure: true, wanted: 'off' }, { kind: 'off' }],
    [{ unsure: true, cycling: true }, { kind: 'off' }],
    [{ unsure: true, held: 'its VLAN is written' }, { kind: 'off' }],
    [{ unsure: true, held: 'its VLAN is written', delayed: failed }, { kind: 'nothing' }],
    [{ delayed: denied }, { kind: 'wait', reason: 'denied' }],
    [{ delayed: failed }, { kind: 'wait', reason: 'failed' }],
  ] as [Change, object][])('with %o is: %o', (change, expected) => {
    expect(step(change, false, 'disabled')).toEqual(expected);
  });
});

it('does nothing to a port that was never read', () => {
  const state = { wanted: 'off', cycling: true, power: undefined, quarantine: undefined } as const;
  const rest = { held: 'x', barred: undefined, delayed: undefined, unsure: true, cycles: true };
  expect(nextStep({ ...rest, state }).kind).toBe('nothing');
});

it('gives no power to a slot that is held, barred, delayed, quarantined or wanted off', () => {
  const reason = fc.option(fc.constant('because'), { nil: undefined });
  const input = fc.record({
    wanted: fc.constantFrom('on', 'off'),
    cycling: fc.boolean(),
    cycles: fc.boolean(),
    unsure: fc.boolean(),
    held: reason,
    barred: reason,
    delayed: fc.option(fc.constantFrom(denied, failed), { nil: undefined }),
    quarantine: fc.option(fc.constant(quarantine), { nil: undefined }),
  });
  fc.assert(
    fc.property(
      input,
      fc.boolean(),
      fc.constantFrom('disabled', 'searching', 'deliveringPower', 'fault'),
      (change, admin, detection) => {
        const { kind } = step(change as Change, admin, detection);
        if (kind !== 'on') return;
        const { wanted, held, barred, delayed, quarantine: left } = change;
        expect([wanted, admin, held, barred, delayed, left]).toEqual(['on', false, ...Array(4).fill(undefined)]);
      },
    ),
  );
});
