import { describe, expect, it } from 'vitest';
import { millis, watts } from '../../src/rack/units.ts';
import { RFC3621_ADMIN } from '../../src/switches/drivers/rfc3621.ts';
import { named } from '../../src/switches/mib/enumeration.ts';
import { DETECTION_STATUS } from '../../src/switches/mib/power-ethernet.ts';
import type { Detection, PortSeen } from '../../src/switches/power-state.ts';
import {
  adminOf,
  deniedSince,
  describeSeen,
  inferDetection,
  isDelivering,
  isDenied,
  isFaulty,
  isOff,
  pollPause,
  restarted,
} from '../../src/switches/power-state.ts';

const seen = (admin: boolean | undefined, detection: Detection, denied?: number): PortSeen => ({
  admin,
  detection,
  denied,
});

describe('a port', () => {
  it.each([
    // status, off while admin is off, delivering while admin is on
    [1, 'disabled', true, false],
    [2, 'searching', true, false],
    [3, 'deliveringPower', false, true],
    [4, 'fault', true, false],
    [5, 'test', true, false],
    [6, 'otherFault', true, false],
    [0, 'unknown(0)', false, false],
    [17, 'unknown(17)', false, false],
  ] as const)('with detection status %i, %s', (status, name, off, delivering) => {
    const detection = named(DETECTION_STATUS, status);
    expect(detection).toBe(name);
    expect(isFaulty(detection)).toBe(status === 4 || status === 6);
    expect(isOff(seen(false, detection))).toBe(off);
    expect(isDelivering(seen(true, detection))).toBe(delivering);
    // Whatever it delivers, what is not switched so does not count.
    expect(isOff(seen(true, detection))).toBe(false);
    expect(isOff(seen(undefined, detection))).toBe(false);
    expect(isDelivering(seen(false, detection))).toBe(false);
    expect(isDelivering(seen(undefined, detection))).toBe(false);
  });

  it('describes itself', () => {
    expect(describeSeen(seen(true, 'searching'))).toBe('admin on, searching');
    expect(describeSeen(seen(undefined, 'unknown(9)'))).toBe('admin neither on nor off, unknown(9)');
  });

  it.each([
    [1, true],
    [2, false],
    [0, undefined],
    [undefined, undefined],
  ])('reads TruthValue %s as %s', (value, expected) => {
    expect(adminOf(RFC3621_ADMIN, value)).toBe(expected);
  });

  it.each([
    // cpeExtPsePortEnable: auto, static, limit, disable
    [1, true],
    [2, true],
    [3, true],
    [4, false],
    [0, undefined],
  ])('reads %s of a column with several ways to be on as %s', (value, expected) => {
    expect(adminOf({ off: 4, readsOn: [1, 2, 3] }, value)).toBe(expected);
  });

  it.each([
    // admin, watts, link, what it must be
    [true, 4.2, undefined, 'deliveringPower'],
    [true, 0, 'up', 'searching'],
    [true, undefined, 'up', 'deliveringPower'],
    [true, undefined, 'down', 'searching'],
    [false, 0, 'up', 'disabled'],
    [false, 0.4, 'down', 'deliveringPower'],
    [false, undefined, 'down', 'disabled'],
    [undefined, 0, undefined, 'disabled'],
    [true, undefined, undefined, 'unknown(0)'],
    [false, undefined, undefined, 'unknown(0)'],
  ] as const)(
    'without a detection status, admin %s, %s W, link %s, is taken for %s',
    (admin, drawn, link, expected) => {
      expect(inferDetection(admin, drawn === undefined ? undefined : watts(drawn), link)).toBe(expected);
    },
  );

  it('is refused power by its counter or by its status', () => {
    expect(isDenied(seen(true, 'searching', 3), seen(true, 'searching', 3))).toBe(false);
    expect(isDenied(seen(true, 'searching', 3), seen(true, 'searching', 4))).toBe(true);
    expect(isDenied(seen(true, 'searching'), seen(true, 'denied'))).toBe(true);
  });

  it.each([
    [3, 3, 0],
    [3, 5, 2],
    [0xffff_fffe, 1, 1],
    [undefined, 5, 0],
    [3, undefined, 0],
  ])('that was denied %s times, and now %s', (before, now, expected) => {
    expect(deniedSince(seen(true, 'searching', before), seen(true, 'searching', now))).toBe(expected);
  });
});

describe('the pause between two looks', () => {
  it.each([
    [0, 1, 20],
    [800, 1, 20],
    [2_000, 1, 50],
    [20_000, 1, 500],
    [60_000, 1, 500],
    [0, 700, 700],
    [60_000, 700, 700],
  ])('after %i ms, when a look takes %i ms, is %i ms', (waited, look, pause) => {
    expect(pollPause(millis(waited), millis(look))).toBe(pause);
  });
});

describe('sysUpTime', () => {
  const at = (ticks: number, from: number, to = from) => ({ ticks, from: millis(from), to: millis(to) });
  const wrap = 2 ** 32;
  it.each([
    ['goes on', at(1_000, 0), at(2_000, 10_000), false],
    ['goes on a little slowly', at(1_000, 0), at(360_000, 3_660_000), false],
    ['is answered late', at(1_000, 0, 1), at(1_005, 50, 60_000), false],
    ['was answered late', at(1_000, 0, 60_000), at(7_005, 60_050), false],
    ['is refreshed now and then', at(1_000, 0), at(1_000, 9_000), false],
    ['goes on faster than here', at(1_000, 0), at(500_000, 10_000), false],
    ['starts again and is small both times', at(100, 0), at(150, 30_000), true],
    ['starts again at once', at(500, 0), at(10, 1_000), true],
    ['stands still', at(1_000, 0), at(1_000, 0), false],
    ['starts again', at(100_000, 0), at(500, 10_000), true],
    ['starts again late', at(100_000, 0), at(99_000, 3_600_000), true],
    ['wraps after 497 days', at(wrap - 500, 0), at(500, 10_000), false],
    ['is about to wrap', at(wrap - 1_500, 0), at(wrap - 500, 10_000), false],
    ['starts again where it would have wrapped', at(wrap - 500, 0), at(100, 600_000), true],
    ['starts again, long before it would wrap', at(wrap / 2, 0), at(500, 10_000), true],
  ])('%s', (_title, before, now, expected) => {
    expect(restarted(before, now)).toBe(expected);
  });
});
