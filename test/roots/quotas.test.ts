import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bytes } from '../../src/rack/units.ts';
import { type PlaceName, writeCloneRecord } from '../../src/roots/place.ts';
import { BtrfsQuotas } from '../../src/roots/quotas/btrfs.ts';
import { BtrfsFiles } from '../../src/roots/quotas/btrfs-files.ts';
import { projectSupport } from '../../src/roots/quotas/detect.ts';
import { ProjectQuotas, parseReport } from '../../src/roots/quotas/project.ts';
import { fileLimit, QuotaNotSet } from '../../src/roots/quotas/quota.ts';
import { RootQuotas } from '../../src/roots/quotas/root-quotas.ts';
import { describeWith } from '../support/needs.ts';
import { scratchDirectory } from './support/fake-image.ts';
import { sealed } from './support/sealed.ts';

const MB = 1e6;

interface Tried {
  fresh: unknown;
  refusals: string[];
  kept: [number, number][];
  [more: string]: unknown;
}

describeWith({
  root: true,
  programs: ['unshare', 'ip', 'mount', 'ganesha.nfsd', 'rpcbind', 'dbus-daemon', 'nfs-cp', 'mkfs.btrfs'],
})('a board that fills its disk', () => {
  let scratch: string;
  let results: { whole: Tried; simply: Tried; none: unknown };
  beforeAll(async () => {
    scratch = mkdtempSync(join(tmpdir(), 'pirack-quotas-'));
    results = await sealed('quotas.ts', [scratch], { limit: 170_000 });
  }, 180_000);
  afterAll(() => rmSync(scratch, { recursive: true, force: true }));

  test.each(['whole', 'simply'] as const)('btrfs, counted %s: is stopped at its size, and nobody else is', (way) => {
    expect(results[way]).toMatchObject({
      fresh: [
        [0, 20 * MB],
        [0, 50 * MB],
      ],
      // A large file is cut short on its way, and then there is no room for a small one, by either protocol.
      refusals: ['Failed to write', 'NFS3ERR_DQUOT', 'NFS4ERR_DQUOT'],
      full: [
        [20, 20 * MB],
        [35, 50 * MB],
      ],
      afterDeleting: 'Failed to write',
      afterBackup: expect.stringMatching(/^(Failed to write|NFS3ERR_DQUOT)$/),
      made: [20 * MB, 20 * MB],
      mended: [
        { mended: ['slot-002 had no limit instead of 50 MB'], failed: [] },
        { mended: [], failed: [] },
      ],
    });
    expect(results[way].kept[0]?.[0]).toBeLessThanOrEqual(20);
  });

  test.each(['whole', 'simply'] as const)(
    'btrfs, counted %s: a clone that was cut off before its limit is none',
    (way) => {
      expect(results[way]).toMatchObject({ cutShort: 'cut short', left: 1, afterCrash: 20 * MB, making: 0 });
    },
  );

  test('where there are none, roots are made and the reason is known', () => {
    expect(results.none).toEqual({
      ready: 1,
      quotas: expect.stringMatching(/overlay on \w+ has none|not mounted with prjquota/),
    });
  });
});

describe('qgroups as files', () => {
  /** A file system as the kernel shows it, with one subvolume. */
  function files(group: Record<string, string>, status: Record<string, string> = { enabled: '1', mode: 'qgroup' }) {
    const base = scratchDirectory();
    mkdirSync(join(base, 'uuid/devices/loop7'), { recursive: true });
    mkdirSync(join(base, 'features'));
    mkdirSync(join(base, 'uuid/qgroups/0_257'), { recursive: true });
    for (const [name, text] of Object.entries(status)) writeFileSync(join(base, 'uuid/qgroups', name), `${text}\n`);
    for (const [name, text] of Object.entries(group))
      writeFileSync(join(base, 'uuid/qgroups/0_257', name), `${text}\n`);
    return base;
  }
  const unlimited = { referenced: '30', exclusive: '5', max_referenced: '0', max_exclusive: '18446744073709551615' };

  test('are found by the device, and read', async () => {
    const base = files(unlimited);
    expect(await BtrfsFiles.on('/dev/loop8', base)).toBeUndefined();
    const found = (await BtrfsFiles.on('/dev/loop7', base)) as BtrfsFiles;
    expect(await found.mode()).toBe('qgroup');
    expect(await found.ids()).toEqual([257]);
    expect(await found.qgroup(257)).toEqual({
      referenced: 30,
      exclusive: 5,
      maxReferenced: undefined,
      maxExclusive: undefined,
    });
    expect(await found.qgroup(258)).toBeUndefined();
  });

  test.each(['', 'many', '-1', '1e3', '9'.repeat(65_536)])('%.10s is no number, and no qgroup', async (text) => {
    const found = (await BtrfsFiles.on('/dev/loop7', files({ ...unlimited, exclusive: text }))) as BtrfsFiles;
    expect(await found.qgroup(257)).toBeUndefined();
    const limited = (await BtrfsFiles.on('/dev/loop7', files({ ...unlimited, max_referenced: text }))) as BtrfsFiles;
    expect(await limited.qgroup(257)).toMatchObject({ maxReferenced: undefined });
  });

  test.each([
    [{}, 'off'],
    [{ enabled: '0', mode: 'disabled' }, 'off'],
    [{ enabled: '1' }, 'qgroup'],
    [{ enabled: '1', mode: 'squota' }, 'simple'],
  ] as const)('%j is %s', async (status, mode) => {
    expect(await (await BtrfsFiles.on('/dev/loop7', files(unlimited, status)))?.mode()).toBe(mode);
  });

  test('a limit that does not read back as it was set is no success', async () => {
    const on = (await BtrfsFiles.on('/dev/loop7', files(unlimited))) as BtrfsFiles;
    const ran: string[] = [];
    const run = async (_program: string, args: readonly string[]) => {
      ran.push(args.join(' '));
      return { stdout: '', stderr: '' };
    };
    const quotas = new BtrfsQuotas('qgroup', '/roots', on, run, async () => 257);
    const root = { place: '/roots/slot-001', imageBytes: bytes(30), project: undefined };
    await expect(quotas.limit(root, bytes(1000))).rejects.toThrow(QuotaNotSet);
    // What the image brings along is beside the size; what is really taken may not be more than that.
    expect(ran.filter((line) => line.startsWith('qgroup'))).toEqual([
      'qgroup limit 1030 0/257 /roots',
      'qgroup limit -e 1000 0/257 /roots',
    ]);
  });
});

describe('projects', () => {
  /** xfs_quota(8), as far as it is asked. */
  function fakeXfsQuota() {
    const lines = new Map([[0, { used: 12, limit: 0 }]]);
    const asked: string[] = [];
    const run = async (_program: string, args: readonly string[]) => {
      const command = args[args.indexOf('-c') + 1] as string;
      asked.push(command);
      const limit = /^limit -p bhard=(\d+)k? ihard=\d+ (\d+)$/.exec(command);
      // XFS keeps whole blocks, of 4 KiB unless it was made otherwise.
      const kept = Math.ceil(Number(limit?.[1]) / 4) * 4;
      if (limit) lines.set(Number(limit[2]), { used: lines.get(Number(limit[2]))?.used ?? 0, limit: kept });
      const stdout = [...lines]
        .map(([id, { used, limit: most }]) => `#${id}  ${used}  0  ${most}  00 [--------]\n`)
        .join('');
      return { stdout: command.startsWith('report') ? stdout : '', stderr: '' };
    };
    return { lines, asked, run };
  }

  test('a number is given while the place is empty; the limit is the size beside what the image took', async () => {
    const { lines, asked, run } = fakeXfsQuota();
    const randomBytes = () => Buffer.from([0, 0, 0, 7]);
    const quotas = new ProjectQuotas({ type: 'xfs', mount: '/srv', run, randomBytes });
    const project = await quotas.begin('/srv/roots/.slot-001.making');
    expect(project).toBe(2 ** 30 + 7);
    expect(asked.at(-1)).toBe(`project -s -p /srv/roots/.slot-001.making ${project}`);
    lines.set(project, { used: 1000, limit: 0 });
    const place = '/srv/roots/slot-001';
    const imageBytes = await quotas.counted({ place, project, imageBytes: undefined });
    expect(imageBytes).toBe(1_024_000);
    await quotas.limit({ place, project, imageBytes }, bytes(10_240_000));
    expect(asked).toContain(`limit -p bhard=11000k ihard=500000 ${project}`);
    lines.set(project, { used: 1500, limit: 11_000 });
    expect((await quotas.usage([{ place, project, imageBytes }])).get(place)).toEqual({
      used: 512_000,
      limit: 10_240_000,
    });
    // The same number is never given twice.
    await expect(quotas.begin('/srv/roots/.slot-002.making')).rejects.toThrow(/no free project/);
  });

  test.each([10e9, 1e9, 1, 2 ** 30])('a size of %d bytes, rounded up to blocks, is as it should be', async (size) => {
    const { lines, run } = fakeXfsQuota();
    const quotas = new ProjectQuotas({ type: 'xfs', mount: '/srv', run, randomBytes: () => Buffer.alloc(4) });
    const directory = scratchDirectory();
    const place = 'slot-001' as PlaceName;
    mkdirSync(join(directory, place));
    const of = new RootQuotas({ directory, quotas, sizeOf: () => bytes(size), log: pino({ level: 'silent' }) });
    const project = await of.begin(join(directory, place));
    lines.set(Number(project), { used: 1000, limit: 0 });
    const record = await of.counted(join(directory, place), project);
    await of.limit(place, join(directory, place), record);
    await writeCloneRecord(join(directory, place), { image: 'a@1', backend: 'copy', created: 'now', ...record });
    const limit = (await of.usage([place])).get(place)?.limit ?? 0;
    expect(limit - size).toBeGreaterThanOrEqual(0);
    expect(limit - size).toBeLessThan(65_536);
    expect(await of.mend([place])).toEqual({ mended: [], failed: [] });
  });

  test.each([
    ['xfs', 'prjquota', 'copy', true, undefined],
    ['ext4', 'prjquota', 'overlay', true, undefined],
    ['xfs', 'pquota', 'reflink', false, /^xfs_quota is not installed$/],
    ['xfs', 'pqnoenforce', 'copy', true, /^\/srv \(xfs\) is not mounted with prjquota$/],
    ['ext4', 'prjquota', 'copy', true, /an NFS server writes as root/],
    ['tmpfs', 'prjquota', 'overlay', true, /^overlay on tmpfs has none$/],
  ] as const)('%s with %s, by %s, xfs_quota %j', (type, option, backend, tool, refusal) => {
    const mount = { target: '/srv', type, source: '/dev/sda1', options: new Set(['rw', option]) };
    expect(projectSupport(mount, backend, tool)).toMatchObject(
      refusal === undefined ? { kind: 'project', on: true } : { refusal: expect.stringMatching(refusal) },
    );
  });

  test('a root of before has none, and a limit that is not taken is no success', async () => {
    const { run } = fakeXfsQuota();
    const randomBytes = () => Buffer.alloc(4);
    const deaf = async (program: string, args: readonly string[]) =>
      args.some((each) => each.startsWith('limit')) ? { stdout: '', stderr: '' } : run(program, args);
    const quotas = new ProjectQuotas({ type: 'xfs', mount: '/srv', run: deaf, randomBytes });
    const place = '/srv/roots/slot-001';
    await expect(quotas.limit({ place, project: undefined, imageBytes: undefined }, bytes(MB))).rejects.toThrow(
      QuotaNotSet,
    );
    await expect(quotas.limit({ place, project: 5, imageBytes: undefined }, bytes(MB))).rejects.toThrow(
      /reads back as 0/,
    );
  });

  test('reads what xfs_quota prints', () => {
    expect([...parseReport('#0   20480  0  0  00 [--------]\n#1073741831  4  0  8  00 [--------]\n')]).toEqual([
      [0, { used: 20_971_520, limit: 0 }],
      [1_073_741_831, { used: 4096, limit: 8192 }],
    ]);
    expect(parseReport('Project quota on /srv\n').size).toBe(0);
  });

  test('empty files are bounded too', () => {
    expect(fileLimit(bytes(100 * MB))).toBe(500_000);
    expect(fileLimit(bytes(100e9))).toBe(6_103_516);
  });
});
