import { expect, it } from 'vitest';
import { describeWith } from '../support/needs.ts';
import { SEALED, sealed } from './support/sealed.ts';

describeWith(SEALED)('mounts without a child process', () => {
  it('have their flags and options, and fail as system calls do', async () => {
    const seen = await sealed<Record<string, unknown>>('mount.ts');
    expect(seen).toMatchObject({
      unmounts: { link: 'umount EINVAL', good: 'none', again: 'umount EINVAL' },
      noType: 'mount ENODEV',
      noTarget: 'mount ENOENT',
      badOption: 'mount EINVAL',
      longest: 'mount ENAMETOOLONG',
      tooLong: [
        'data: expected 1 to 4095 bytes of text',
        'target: expected 1 to 4095 bytes of text',
        'name: expected 1 to 255 bytes of text',
      ],
      many: 1,
      // What snapshots are made of, back-ends.test.ts sees on a real btrfs.
      noBtrfs: ['BTRFS_IOC_SNAP_CREATE_V2 ENOTTY', 'BTRFS_IOC_INO_LOOKUP ENOTTY', 'open ENOTDIR'],
      leaked: 0,
    });
    expect(String(seen.line).split(' ').slice(0, 3)).toEqual(['first', '/run/mounts/target', 'tmpfs']);
    const options = String(seen.line).split(' ')[3]?.split(',');
    expect(options).toEqual(expect.arrayContaining(['rw', 'nosuid', 'nodev', 'noexec', 'size=1024k', 'mode=700']));
  });
});
