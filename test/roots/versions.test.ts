import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { inspectImage, readImage } from '../../src/roots/images.ts';
import { nfsVersionOf } from '../../src/roots/known-images.ts';
import { describeWith } from '../support/needs.ts';
import { makeFakeImage, scratchDirectory } from './support/fake-image.ts';
import { sealed } from './support/sealed.ts';

const TRIM = { firmware: 'auto', initramfs: 'keep', kernel: 'keep' } as const;

/** An image with this in its image.json. */
function imageSaying(nfs: unknown): string {
  const directory = makeFakeImage(scratchDirectory());
  const path = join(directory, 'image.json');
  writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')), nfs }));
  return directory;
}

test('the rack file’s word on an image counts most, then the image’s own, then the rack file’s on all', async () => {
  const silent = await readImage(imageSaying(undefined));
  const says = await readImage(imageSaying('4.1'));
  const planned = (nfs?: '3' | '4.1') => ({ name: 'a', directory: '/a', trim: TRIM, nfs });
  expect(nfsVersionOf({ image: silent, planned: undefined }, { version: '3' })).toBe('3');
  expect(nfsVersionOf({ image: silent, planned: planned('4.1') }, { version: '3' })).toBe('4.1');
  expect(nfsVersionOf({ image: says, planned: undefined }, { version: '3' })).toBe('4.1');
  expect(nfsVersionOf({ image: says, planned: planned() }, { version: '3' })).toBe('4.1');
  expect(nfsVersionOf({ image: says, planned: planned('3') }, { version: '4.1' })).toBe('3');
});

test('an image that says something else cannot be used', async () => {
  expect(await inspectImage(imageSaying('4.2'))).toEqual({
    problems: [{ kind: 'field', field: 'nfs', detail: 'expected "3" or "4.1"' }],
  });
});

const SERVING = ['unshare', 'ip', 'mount', 'ganesha.nfsd', 'rpcbind', 'dbus-daemon', 'nfs-cat', 'mkfs.btrfs'];

describeWith({ root: true, programs: SERVING })('roots by both versions at once', () => {
  test('each is mounted by its own board and version, undisturbed by what is exported meanwhile', async () => {
    const scratch = mkdtempSync(join(tmpdir(), 'pirack-versions-'));
    try {
      const result = await sealed<Record<'btrfs' | 'overlay', unknown> & { wanted: string }>('versions.ts', [scratch]);
      const expected = {
        mounted: ['3', '4.1', '3'],
        own: ['read', 'NFS4ERR_NOENT', 'MNT3ERR_ACCES', 'read'],
        foreign: ['MNT3ERR_ACCES', 'NFS4ERR_NOENT', 'MNT3ERR_ACCES', 'NFS4ERR_NOENT'],
        hashes: [result.wanted, result.wanted],
        disturbed: true,
        again: { added: 0, removed: 0, replaced: 0, unchanged: 3 },
      };
      expect(result).toEqual({ btrfs: expected, overlay: expected, wanted: result.wanted });
    } finally {
      rmSync(scratch, { recursive: true, force: true });
    }
  }, 130_000);
});
