import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeWith } from '../../support/needs.ts';
import { makeFakeImage } from '../support/fake-image.ts';
import { sealed } from '../support/sealed.ts';

const PROGRAMS = ['unshare', 'mount', 'restic', 'rsync', 'bwrap', 'mkfs.btrfs', 'btrfs', 'mkfs.xfs', 'python3'];

describeWith({ root: true, programs: PROGRAMS })('a root that is saved, destroyed and restored', () => {
  let scratch: string;
  let results: Record<string, { missing: string[]; differences: string[]; count: number }>;
  beforeAll(async () => {
    scratch = mkdtempSync(join(tmpdir(), 'pirack-backups-'));
    results = await sealed('backups.ts', [scratch, makeFakeImage(join(scratch, 'image'))], { limit: 290_000 });
  }, 300_000);
  afterAll(() => rmSync(scratch, { recursive: true, force: true }));

  test.each([
    ['btrfs', 'instant'],
    ['reflink', 'files'],
    // Where one name of a hard-linked file of the image was written to, all of the root is copied, and else the upper layer.
    ['overlay', 'loose'],
    ['copy', 'loose'],
  ])('%s: every file is as it was, with all that belongs to it', (backend, stillness) => {
    const result = results[backend];
    expect(result?.missing).toEqual([]);
    expect(result?.differences).toEqual([]);
    expect(result?.count).toBeGreaterThan(40);
    expect(result).toMatchObject({
      stillness,
      filled: true,
      same: true,
      hostKey: true,
      machineId: true,
      bothNames: 'both and more',
      holes: true,
      later: false,
      labels: [[1, 'fake@1', 'root', stillness]],
      left: [],
      locks: 0,
      mounts: 0,
    });
  });
});
