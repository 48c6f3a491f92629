import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Probe } from '../../src/roots/backends/probe.ts';
import { cloneFinding, examineRootsDirectory, serverFinding } from '../../src/roots/doctor.ts';
import { makeFakeImage, scratchDirectory } from './support/fake-image.ts';

const probe = (name: Probe['name'], refusal?: string, durableHandles?: boolean): Probe => ({
  name,
  refusal,
  durableHandles,
});
const NO_BTRFS = probe('btrfs', 'not a btrfs');

describe('cloneFinding', () => {
  test.each([
    ['the best that works', [probe('btrfs'), probe('copy')], 'ok', /^cloned by btrfs, a few milliseconds a root$/],
    [
      'and why the better ones do not',
      [NO_BTRFS, probe('overlay', undefined, true)],
      'ok',
      /^cloned by overlay.*\(not btrfs: not a btrfs\)$/,
    ],
    [
      'what an old kernel costs',
      [NO_BTRFS, probe('overlay', undefined, false)],
      'degraded',
      /all boards must reboot when this machine does/,
    ],
    ['a slow way', [NO_BTRFS, probe('copy')], 'degraded', /^cloned by copy/],
    [
      'no way',
      [NO_BTRFS, probe('copy', 'disk full')],
      'missing',
      /no way.*not btrfs: not a btrfs; not copy: disk full/,
    ],
  ] as const)('says %s', (_, probes, grade, text) => {
    expect(cloneFinding('/srv/roots', probes)).toMatchObject({ grade, text: expect.stringMatching(text) });
  });
});

test('serverFinding says who can, and why the others cannot', () => {
  const kernel = { name: 'kernel', refusals: ['no nfsd', 'no exportfs'] } as const;
  expect(serverFinding([kernel, { name: 'ganesha', refusals: [] }])).toMatchObject({
    grade: 'ok',
    text: 'by ganesha (not kernel: no nfsd, no exportfs)',
  });
  expect(serverFinding([kernel])).toMatchObject({ grade: 'missing', fix: expect.stringContaining('nfs-ganesha') });
});

test('a directory is really tried, images are looked at, and nothing is left behind', async () => {
  const scratch = scratchDirectory();
  makeFakeImage(join(scratch, 'cache/images/good'));
  makeFakeImage(join(scratch, 'cache/images/bad'), 'not a version');
  const findings = await examineRootsDirectory(join(scratch, 'state/of/racks'), join(scratch, 'cache'));
  expect(findings[0]?.text).toMatch(/^cloned by /);
  expect(findings[1]).toMatchObject({
    subject: `room in ${scratch}`,
    text: expect.stringMatching(/^[\d.]+ [MGT]B of .* are free/),
  });
  expect(findings[2]?.text).toMatch(/^(kept by|nothing keeps a board from filling the disk of all: )/);
  expect(findings.slice(4).map(({ subject, grade }) => [subject.split('/').at(-1), grade])).toEqual([
    ['bad', 'degraded'],
    ['good', 'ok'],
  ]);
  expect(existsSync(join(scratch, 'state'))).toBe(false);
  expect(readdirSync(scratch)).toEqual(['cache']);
});

test('no image, and a directory that cannot be made, are findings', async () => {
  const scratch = scratchDirectory();
  const findings = await examineRootsDirectory('/proc/nonexistent', scratch);
  expect(findings.map(({ grade }) => grade)).toEqual(['missing', expect.any(String), 'degraded']);
  expect(findings[0]?.text).toMatch(/cannot be tried/);
  expect(findings[2]?.fix).toMatch(/make-image/);
});
