import { expect, it } from 'vitest';
import { judgeLeaving, LEAVES_WITHIN, type LeavingSeen, RETURNS_WITHIN } from '../../src/rack/reboot.ts';
import { millis } from '../../src/rack/units.ts';

it.each<[LeavingSeen, string, RegExp?]>([
  [{ waited: millis(0), dropped: false, began: false }, 'waiting'],
  [{ waited: millis(LEAVES_WITHIN - 1), dropped: false, began: false }, 'waiting'],
  [{ waited: LEAVES_WITHIN, dropped: false, began: false }, 'stayed', /still connected after 30 s/],
  [{ waited: LEAVES_WITHIN, dropped: true, began: false }, 'waiting'],
  [{ waited: RETURNS_WITHIN, dropped: true, began: false }, 'stayed', /began no boot in 150 s/],
  [{ waited: RETURNS_WITHIN, dropped: false, began: true }, 'gone'],
  [{ waited: millis(1), dropped: false, began: true }, 'gone'],
])('%j: %s', (seen, kind, why) => {
  expect(judgeLeaving(seen)).toMatchObject({ kind, ...(why && { why: expect.stringMatching(why) }) });
});
