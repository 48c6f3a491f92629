import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { describeWith } from '../support/needs.ts';

const scenario = resolve(import.meta.dirname, 'support/mount-scenario.ts');

describeWith({ root: true, programs: ['unshare'] })('mounts without a child process', () => {
  it('have their flags and options, and fail as system calls do', () => {
    const scratch = mkdtempSync(join(tmpdir(), 'pirack-mount-'));
    try {
      const seen = JSON.parse(
        execFileSync('unshare', ['-m', '--propagation', 'private', process.execPath, scenario, scratch], {
          encoding: 'utf8',
          stdio: ['ignore', 'pipe', 'inherit'],
        }),
      ) as Record<string, unknown>;
      expect(seen).toMatchObject({
        unmounts: { link: 'umount EINVAL', good: 'none', again: 'umount EINVAL' },
        noType: 'mount ENODEV',
        noTarget: 'mount ENOENT',
        badOption: 'mount EINVAL',
        tooLong: 'data: expected 1 to 4095 bytes of text',
        // What snapshots are made of, back-ends.test.ts sees on a real btrfs.
        noBtrfs: ['BTRFS_IOC_SNAP_CREATE_V2 ENOTTY', 'BTRFS_IOC_INO_LOOKUP ENOTTY', 'open ENOTDIR'],
      });
      expect(String(seen.line).split(' ').slice(0, 3)).toEqual(['first', join(scratch, 'target'), 'tmpfs']);
      const options = String(seen.line).split(' ')[3]?.split(',');
      expect(options).toEqual(expect.arrayContaining(['rw', 'nosuid', 'nodev', 'noexec', 'size=1024k', 'mode=700']));
    } finally {
      rmSync(scratch, { recursive: true, force: true });
    }
  });
});
