import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeWith } from '../support/needs.ts';
import { makeFakeImage } from './support/fake-image.ts';
import { sealed } from './support/sealed.ts';

const SERVING = ['unshare', 'ip', 'mount', 'ganesha.nfsd', 'rpcbind', 'dbus-daemon', 'nfs-cat'];
const BACKENDS = ['btrfs', 'reflink', 'overlay', 'copy'] as const;

interface BackendResult {
  possible: string[];
  refused: string[];
  served: string[];
  restarted: [string, boolean][];
}

let scratch: string;
let image: string;
beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'pirack-roots-'));
  image = makeFakeImage(join(scratch, 'image'));
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

describeWith({ root: true, programs: [...SERVING, 'mkfs.btrfs', 'btrfs', 'mkfs.xfs'] })('every way to clone', () => {
  let results: Record<(typeof BACKENDS)[number], BackendResult>;
  beforeAll(async () => {
    results = await sealed('backends.ts', [scratch, image], { limit: 110_000 });
  }, 120_000);

  test.each(BACKENDS)('%s: makes, serves, finds again after a restart, removes', (backend) => {
    const attaches = backend === 'btrfs' || backend === 'overlay';
    expect(results[backend]).toMatchObject({
      first: [
        [backend, true],
        [backend, true],
        [backend, true],
      ],
      again: [false, false, false],
      isolated: true,
      sameIds: true,
      distinctIds: true,
      served: ['pi1\n', 'pi1\n', 'pi2\n', 'pi2\n', 'pi3\n', 'pi3\n'],
      deep: 100_000,
      detached: attaches ? 3 : 0,
      restarted: [
        [backend, false],
        [backend, false],
        ['copy', true],
      ],
      kept: 'written by slot 1',
      names: ['pi1\n', 'pi2\n', 'pi3\n'],
      other: 'RootHasOtherImage',
      left: [],
      mounts: 0,
    });
  });

  test('each file system is found to do what it can, and the rest is refused with a reason', () => {
    expect(results.btrfs.possible).toEqual(['btrfs', 'overlay', 'reflink', 'copy']);
    expect(results.reflink.possible).toEqual(['overlay', 'reflink', 'copy']);
    expect(results.reflink.refused).toEqual(['btrfs']);
  });
});

describeWith({ root: true, programs: SERVING })('a full rack', () => {
  test('108 roots are made, exported, taken away and adopted', async () => {
    const full = mkdtempSync(join(scratch, 'full-'));
    const result = await sealed<{ milliseconds: Record<string, number> }>('many.ts', [full, image], { limit: 110_000 });
    console.info('108 overlay roots, milliseconds:', JSON.stringify(result.milliseconds));
    expect(result).toMatchObject({ made: 108, removed: 108, added: 108, adopted: 108 });
  }, 120_000);
});

describeWith({ root: true, programs: ['unshare', 'ganesha.nfsd', 'rpcbind', 'dbus-daemon'] })(
  'without rights on the machine',
  () => {
    test('serving is refused with what it would need', async () => {
      const result = await sealed<{
        start: string[];
        prepare: string[];
        doctor: { subject: string; grade: string; text: string }[];
      }>('without-rights.ts', [scratch, image], { user: true });
      const namespace = expect.stringContaining('the machine’s own user namespace is needed');
      expect(result.start).toEqual([namespace]);
      expect(result.prepare).toContainEqual(namespace);
      const [roots, , quotas, server] = result.doctor;
      expect(roots).toMatchObject({ grade: 'degraded', text: expect.stringMatching(/^cloned by copy.*not overlay: /) });
      expect(quotas).toMatchObject({ grade: 'degraded' });
      expect(server).toMatchObject({ grade: 'missing', text: expect.stringMatching(/user namespace/) });
    });
  },
);
