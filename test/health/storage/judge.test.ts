import { describe, expect, test } from 'vitest';
import { Conditions } from '../../../src/health/storage/conditions.ts';
import { judge } from '../../../src/health/storage/judge.ts';
import type { FileSystemSample, RootSample, StorageSample } from '../../../src/health/storage/sample.ts';
import { daysUntilFull, type FreeAt, remembered } from '../../../src/health/storage/trend.ts';
import { bytes, hours, millis, slotNumber } from '../../../src/rack/units.ts';
import { STORAGE } from '../../support/plan.ts';

const LIMITS = { ...STORAGE, reserve: 3 };
const disk = (change: Partial<FileSystemSample> = {}): FileSystemSample => ({
  path: '/srv/roots',
  size: bytes(1000e9),
  free: bytes(500e9),
  files: 0,
  filesFree: 0,
  refusesWrites: undefined,
  errors: [],
  ...change,
});
const root = (used: number, change: Partial<RootSample> = {}): RootSample => ({
  slot: slotNumber(7),
  kept: false,
  used: bytes(used * 1e9),
  limit: bytes(10e9),
  ...change,
});
const sample = (change: Partial<StorageSample> = {}): StorageSample => ({
  fileSystems: [disk()],
  roots: [root(1)],
  databases: [{ name: 'state.db', bytes: 1e6 }],
  leftOvers: [],
  nfs: { running: true, trouble: undefined },
  damaged: new Map(),
  ...change,
});
const found = (change: Partial<StorageSample>, raised: string[] = [], days = new Map<string, number>()) =>
  judge(sample(change), LIMITS, new Set(raised), days);
const kinds = (...args: Parameters<typeof found>) => found(...args).map(({ kind }) => kind);

describe('what needs a person', () => {
  test('nothing does where all is well', () => {
    expect(found({})).toEqual([]);
    expect(
      found({ nfs: undefined, fileSystems: [], roots: [root(9, { kept: true }), root(99, { limit: undefined })] }),
    ).toEqual([]);
  });

  test.each<[string, Partial<StorageSample>, string, RegExp]>([
    [
      'little room',
      { fileSystems: [disk({ free: bytes(90e9) })] },
      'disk_low',
      /^\/srv\/roots has 90 GB of 1 TB left: .*add a disk$/,
    ],
    [
      'no room',
      { fileSystems: [disk({ free: bytes(29e9) })] },
      'disk_full',
      /29 GB of 1 TB left, less than the 3 % .* no board can be reimaged/,
    ],
    [
      'roots that are kept',
      { fileSystems: [disk({ free: bytes(90e9) })], roots: [root(5, { kept: true }), root(6, { kept: true })] },
      'disk_low',
      /2 roots that are kept for an undo hold 11 GB: .* shorten keep_old/,
    ],
    [
      'few inodes',
      { fileSystems: [disk({ files: 1000, filesFree: 99 })] },
      'files_low',
      /room for 99 more files of 1000/,
    ],
    ['a read-only disk', { fileSystems: [disk({ refusesWrites: 'EROFS' })] }, 'read_only', /has become read-only/],
    [
      'a shut-down XFS',
      { fileSystems: [disk({ refusesWrites: 'EIO' })] },
      'read_only',
      /nothing can be written .*\(EIO\)/,
    ],
    [
      'counted errors',
      { fileSystems: [disk({ errors: [{ device: 'device 1', count: 3 }] })] },
      'disk_errors',
      /3 errors on device 1/,
    ],
    ['a filling root', { roots: [root(8)] }, 'root_filling', /^slot 7 has written 8 GB of the 10 GB of its disk$/],
    ['a full root', { roots: [root(9.5)] }, 'root_full', /9.5 GB of the 10 GB.*refused more/],
    [
      'a large database',
      { databases: [{ name: 'health.db', bytes: 3e9 }] },
      'database_large',
      /health.db has grown to 3 GB.*VACUUM/,
    ],
    [
      'left-overs',
      { leftOvers: ['/srv/roots/.slot-001.making'] },
      'left_overs',
      /such as \/srv\/roots\/.slot-001.making/,
    ],
    [
      'no NFS server',
      { nfs: { running: false, trouble: 'had died (3 restarts)' } },
      'nfs_down',
      /boards stand still.*had died \(3 restarts\)/,
    ],
    [
      'a damaged image',
      { damaged: new Map([['debian@12', '2 differences']]) },
      'image_damaged',
      /^the image debian@12 is not what was imported \(2 differences\)/,
    ],
  ])('%s', (_, change, kind, text) => {
    expect(found(change)).toEqual([expect.objectContaining({ kind, text: expect.stringMatching(text) })]);
  });

  test('a disk that fills is told by its trend', () => {
    const soon = new Map([['/srv/roots', 3.4]]);
    expect(found({}, [], soon)).toMatchObject([
      { kind: 'disk_filling', text: expect.stringContaining('full in 3 days') },
    ]);
    expect(found({}, [], new Map([['/srv/roots', 7.5]]))).toEqual([]);
  });

  test('what is raised is over only when it is better by a margin', () => {
    const free = (percent: number) => ({ fileSystems: [disk({ free: bytes(percent * 10e9) })] });
    expect(kinds(free(11))).toEqual([]);
    expect(kinds(free(11), ['disk_low /srv/roots'])).toEqual(['disk_low']);
    expect(kinds(free(12), ['disk_low /srv/roots'])).toEqual([]);
    expect(kinds(free(4), ['disk_full /srv/roots'])).toEqual(['disk_full']);
    expect(kinds(free(5), ['disk_full /srv/roots'])).toEqual(['disk_low']);
    const written = (gigabytes: number) => ({ roots: [root(gigabytes)] });
    expect(kinds(written(9.4))).toEqual(['root_filling']);
    expect(kinds(written(9.4), ['root_full slot 7'])).toEqual(['root_full']);
    expect(kinds(written(7.9), ['root_filling slot 7'])).toEqual(['root_filling']);
    expect(kinds(written(7.7), ['root_filling slot 7'])).toEqual([]);
    expect(kinds({}, ['disk_filling /srv/roots'], new Map([['/srv/roots', 8]]))).toEqual(['disk_filling']);
  });
});

test('a condition is told when it is raised and when it is over, and not in between', () => {
  const conditions = new Conditions();
  const at = (gigabytes: number) => judge(sample({ roots: [root(gigabytes)] }), LIMITS, conditions.keys(), new Map());
  const take = (gigabytes: number) => {
    const { raised, over } = conditions.take(at(gigabytes));
    return [raised.map(({ kind }) => kind), over.map(({ kind }) => kind)];
  };
  expect([take(1), take(8), take(8.2), take(7.9), take(9.6), take(9.5), take(2)]).toEqual([
    [[], []],
    [['root_filling'], []],
    [[], []],
    [[], []],
    [['root_full'], ['root_filling']],
    [[], []],
    [[], ['root_full']],
  ]);
});

describe('the trend', () => {
  const falling = (count: number, perHour: number): FreeAt[] =>
    Array.from({ length: count }, (_, i) => ({ at: hours(i), free: 1000 - i * perHour }));

  test('is the line through the last hours', () => {
    expect(daysUntilFull(falling(25, 10))).toBeCloseTo(760 / 240);
    expect(daysUntilFull(falling(25, 0))).toBeUndefined();
    expect(daysUntilFull(falling(25, -5))).toBeUndefined();
  });

  test('is not told from a few hours, or from one import', () => {
    expect(daysUntilFull([])).toBeUndefined();
    expect(daysUntilFull(falling(6, 100))).toBeUndefined();
  });

  test('remembers one point an hour, for a week', () => {
    let points: readonly FreeAt[] = [];
    for (let minute = 0; minute < 60 * 24 * 9; minute += 30)
      points = remembered(points, { at: millis(minute * 60_000), free: minute });
    expect(points.length).toBe(24 * 7 + 1);
    expect((points.at(-1)?.at ?? 0) - (points[0]?.at ?? 0)).toBe(hours(24 * 7));
  });
});
