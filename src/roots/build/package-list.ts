/**
 * `packages.list`: which packages an image was made of, to the version. With it the same image can be made again. Pure.
 *
 *     # pirack debian-12 arm64 2026-07-11T10:16:37Z
 *     wanted openssh-server arm64 1:9.2p1-2+deb12u10
 *     needed libwrap0 arm64 7.6.q-32
 *     boot raspi-firmware all 1.20220830+ds-1
 */
import { BuildRefused } from './errors.ts';
import { ARCHITECTURES, type BuildArchitecture, RELEASES, type Release } from './releases.ts';

/** `wanted` and `needed` are in the root, because somebody asked for them or because of others; `boot` is only taken apart. */
export const PURPOSES = ['wanted', 'needed', 'boot'] as const;
export type Purpose = (typeof PURPOSES)[number];

export interface Package {
  readonly name: string;
  readonly arch: string;
  readonly version: string;
}

export interface ListedPackage extends Package {
  readonly purpose: Purpose;
}

export interface PackageList {
  readonly release: Release;
  readonly arch: BuildArchitecture;
  /** Seconds since 1970: no file of the image is younger. */
  readonly date: number;
  readonly packages: readonly ListedPackage[];
}

/** Debian policy §5.6.1, §5.6.12; nothing in them has a meaning to a shell or to apt. */
const NAME = /^[a-z0-9][a-z0-9+.-]{1,99}$/;
const VERSION = /^[0-9][A-Za-z0-9.+:~-]{0,99}$/;
const ARCH = /^(all|arm64|armhf)$/;
const HEAD = /^# pirack (\S+) (\S+) (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)$/;
/** Ten times a desktop. */
const MOST = 20_000;

export const isPackageName = (text: string): boolean => NAME.test(text);

export const isPackage = ({ name, arch, version }: Package): boolean =>
  NAME.test(name) && ARCH.test(arch) && VERSION.test(version);

export function formatPackageList({ release, arch, date, packages }: PackageList): string {
  const lines = packages.map((each) => `${each.purpose} ${each.name} ${each.arch} ${each.version}\n`);
  return `# pirack ${release.name} ${arch} ${isoSecond(date)}\n${lines.sort().join('')}`;
}

/** Throws BuildRefused with the line that is wrong. */
export function parsePackageList(text: string): PackageList {
  const [first = '', ...lines] = text.split('\n').map((line) => line.trimEnd());
  const [, name, arch, time] = HEAD.exec(first) ?? [];
  const release = RELEASES.find((each) => each.name === name);
  const known = ARCHITECTURES.find((each) => each === arch);
  const date = Date.parse(time ?? '') / 1000;
  if (release === undefined || known === undefined || Number.isNaN(date))
    throw new BuildRefused(
      `the package list must begin with "# pirack debian-12 arm64 2026-07-11T10:16:37Z", not ${shown(first)}`,
    );
  const packages = lines.flatMap((line, index) => (line === '' ? [] : [parseLine(line, index + 2)]));
  if (packages.length === 0 || packages.length > MOST)
    throw new BuildRefused(`the package list has ${packages.length} packages, expected 1 to ${MOST}`);
  return { release, arch: known, date, packages };
}

function parseLine(line: string, number: number): ListedPackage {
  const [word, name = '', arch = '', version = '', ...more] = line.split(' ');
  const purpose = PURPOSES.find((each) => each === word);
  const found = { name, arch, version };
  if (purpose === undefined || more.length > 0 || !isPackage(found))
    throw new BuildRefused(
      `line ${number} of the package list: expected "${PURPOSES.join('|')} NAME ARCH VERSION", got ${shown(line)}`,
    );
  return { purpose, ...found };
}

const shown = (text: string): string => JSON.stringify(text.slice(0, 100));

export const isoSecond = (date: number): string => `${new Date(date * 1000).toISOString().slice(0, 19)}Z`;

export const packageText = ({ name, version }: Package): string => `${name}=${version}`;

/** What one list has and the other has not, as `name=version`. */
export function listDifference(expected: readonly Package[], found: readonly Package[]): string[] {
  const there = new Set(found.map(packageText));
  const wanted = new Set(expected.map(packageText));
  return [
    ...expected
      .map(packageText)
      .filter((text) => !there.has(text))
      .map((text) => `not ${text}`),
    ...found.map(packageText).filter((text) => !wanted.has(text)),
  ];
}
