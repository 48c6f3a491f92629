import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BuildRefused } from '../../../src/roots/build/errors.ts';
import { formatPackageList, listDifference, parsePackageList } from '../../../src/roots/build/package-list.ts';
import { RELEASES } from '../../../src/roots/build/releases.ts';

const [bookworm] = RELEASES;
if (bookworm === undefined) throw new Error('there are no releases');
const list = {
  release: bookworm,
  arch: 'arm64',
  date: Date.UTC(2026, 6, 11, 10, 16, 37) / 1000,
  packages: [
    { purpose: 'wanted', name: 'openssh-server', arch: 'arm64', version: '1:9.2p1-2+deb12u10' },
    { purpose: 'needed', name: 'libstdc++6', arch: 'arm64', version: '12.2.0-14+deb12u1' },
    { purpose: 'boot', name: 'raspi-firmware', arch: 'all', version: '1.20220830+ds-1' },
  ],
} as const;

const TEXT = `# pirack debian-12 arm64 2026-07-11T10:16:37Z
boot raspi-firmware all 1.20220830+ds-1
needed libstdc++6 arm64 12.2.0-14+deb12u1
wanted openssh-server arm64 1:9.2p1-2+deb12u10
`;

describe('packages.list', () => {
  test('says what an image is made of, and is read back', () => {
    expect(formatPackageList(list)).toBe(TEXT);
    const read = parsePackageList(TEXT);
    expect(read).toMatchObject({ release: { suite: 'bookworm' }, arch: 'arm64', date: list.date });
    expect(formatPackageList(read)).toBe(TEXT);
  });

  test.each([
    ['', /must begin with "# pirack/],
    ['# pirack debian-11 arm64 2026-07-11T10:16:37Z\n', /must begin with/],
    ['# pirack debian-12 arm64 2026-99-11T10:16:37Z\n', /must begin with/],
    ['# pirack debian-12 arm64 2026-07-11T10:16:37Z\n', /has 0 packages/],
    [`${TEXT}wanted sudo arm64\n`, /line 5 .* got "wanted sudo arm64"/],
    [`${TEXT}maybe sudo arm64 1\n`, /line 5/],
    [`${TEXT}wanted sudo amd64 1\n`, /line 5/],
    [`${TEXT}wanted -oDPkg::Pre-Invoke=x arm64 1\n`, /line 5/],
    [`${TEXT}wanted sudo arm64 1;reboot\n`, /line 5/],
    [`${TEXT}wanted ../sudo arm64 1\n`, /line 5/],
  ])('refuses %j', (text, expected) => {
    expect(() => parsePackageList(text)).toThrow(BuildRefused);
    expect(() => parsePackageList(text)).toThrow(expected);
  });

  test('any text is a list or is refused', () => {
    const lines = fc.array(fc.oneof(fc.string(), fc.constantFrom(...TEXT.split('\n'))));
    fc.assert(
      fc.property(lines, (text) => {
        try {
          parsePackageList([TEXT.split('\n')[0], ...text].join('\n'));
        } catch (error) {
          expect(error).toBeInstanceOf(BuildRefused);
        }
      }),
    );
  });

  test('two lists differ by what either has alone', () => {
    const newer = { name: 'libstdc++6', arch: 'arm64', version: '13' };
    expect(listDifference(list.packages, [...list.packages])).toEqual([]);
    expect(listDifference(list.packages.slice(0, 2), [list.packages[0], newer])).toEqual([
      'not libstdc++6=12.2.0-14+deb12u1',
      'libstdc++6=13',
    ]);
  });
});
