import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bytes } from '../../src/rack/units.ts';
import { BtrfsQuotas } from '../../src/roots/quotas/btrfs.ts';
import { BtrfsFiles } from '../../src/roots/quotas/btrfs-files.ts';
import { ProjectQuotas, parseReport } from '../../src/roots/quotas/project.ts';
import { fileLimit, QuotaNotSet } from '../../src/roots/quotas/quota.ts';
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
    const quotas = new BtrfsQuotas('qgroup', '/roots', on, async (_program, args) => {
      ran.push(args.join(' '));
      return { stdout: args[0] === 'inspect-internal' ? '257\n' : '', stderr: '' };
    });
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
      if (limit) lines.set(Number(limit[2]), { used: lines.get(Number(limit[2]))?.used ?? 0, limit: Number(limit[1]) });
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
