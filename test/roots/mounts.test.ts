import { describe, expect, test } from 'vitest';
import { mountedOn, mountOf, parseMountInfo } from '../../src/roots/mounts.ts';

const TABLE = parseMountInfo(`22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw,discard
40 22 0:36 / /srv/roots rw,noatime shared:20 master:3 - btrfs /dev/loop1 rw,space_cache=v2,subvolid=5,subvol=/
41 40 0:42 / /srv/roots/slot-001/root rw - overlay pirack rw,lowerdir=/img/root,index=on,nfs_export=on
42 40 0:43 / /srv/with\\040space rw - tmpfs t\\134x rw
this is no mount
43 40 0:44 / /srv/roots/slot-001/root rw - btrfs /dev/loop1 rw
`);

describe('parseMountInfo', () => {
  test('reads optional fields, escapes and options, and leaves out what is no mount', () => {
    expect(TABLE).toHaveLength(5);
    expect(TABLE[3]).toMatchObject({ target: '/srv/with space', type: 'tmpfs', source: 't\\x' });
    expect(TABLE[2]?.options.has('nfs_export=on')).toBe(true);
  });

  test('the last of two mounts on one directory is the one that is seen', () => {
    expect(mountedOn(TABLE, '/srv/roots/slot-001/root')?.type).toBe('btrfs');
    expect(mountedOn(TABLE, '/srv/roots/slot-001')).toBeUndefined();
  });

  test.each([
    ['/srv/roots/slot-002', 'btrfs'],
    ['/srv/roots', 'btrfs'],
    ['/srv/rootsy', 'ext4'],
    ['/srv', 'ext4'],
    ['/', 'ext4'],
  ])('%s lies on %s', (path, type) => {
    expect(mountOf(TABLE, path)?.type).toBe(type);
  });
});
