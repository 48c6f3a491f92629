import { expect, test } from 'vitest';
import { millis } from '../../../src/rack/units.ts';
import { judgeLocks, type LockScene, type ResticLock } from '../../../src/roots/backups/locks.ts';

const now = Date.parse('2026-11-25T12:00:00Z');
const lock = (pid: number, hostname = 'here', minutesAgo = 1): ResticLock => ({
  time: new Date(now - minutesAgo * 60_000).toISOString(),
  exclusive: false,
  hostname,
  username: 'root',
  pid,
});
const judge = (locks: ResticLock[], dead: number[], running: number[] = []) => {
  const scene: LockScene = {
    locks,
    dead: dead.map((pid) => ({ pid, startTicks: '1', boot: 'b' })),
    host: 'here',
    now: millis(now),
    isRunning: (pid) => running.includes(pid),
  };
  return judgeLocks(scene).kind;
};

test.each([
  ['none', [], [7], [], 'nothing'],
  ['one of our dead process', [lock(7)], [7], [], 'unlock'],
  ['the same number on another machine', [lock(7, 'there')], [7], [], 'nothing'],
  ['one of nobody whom we know, of this machine and dead', [lock(8)], [7], [], 'nothing'],
  ['ours, and a live one of this machine', [lock(7), lock(9)], [7], [9], 'unlock'],
  ['ours, and a fresh one of another machine', [lock(7), lock(9, 'there')], [7], [], 'unlock'],
  // restic would take both.
  ['ours, and a dead one of this machine that is not ours', [lock(7), lock(8)], [7], [], 'leave'],
  ['ours, and an old one of another machine', [lock(7), lock(9, 'there', 45)], [7], [], 'leave'],
] as const)('%s', (_, locks, dead, running, expected) => {
  expect(judge([...locks], [...dead], [...running])).toBe(expected);
});
