import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Apt } from '../../../src/roots/build/apt.ts';
import { PackagesGone } from '../../../src/roots/build/errors.ts';
import { type ListedPackage, packageText } from '../../../src/roots/build/package-list.ts';
import { choosePackages } from '../../../src/roots/build/packages.ts';
import { BOOT_PACKAGES, RELEASES, ROOT_PACKAGES } from '../../../src/roots/build/releases.ts';
import { describeWith } from '../../support/needs.ts';
import { scratchDirectory } from '../support/fake-image.ts';

const [release] = RELEASES;
if (release === undefined) throw new Error('there are no releases');
const KERNEL = 'linux-image-6.1.0-9-arm64';

interface Stanza {
  readonly name: string;
  readonly version?: string;
  readonly more?: string;
}

/** An archive in a directory, by its own word alone, with an apt that knows nothing else. */
async function archive(packages: readonly Stanza[]): Promise<Apt> {
  const directory = scratchDirectory();
  const pool = join(directory, 'pool');
  mkdirSync(pool);
  const stanzas = packages.map(({ name, version = '1', more = '' }) => {
    const file = `${name}_${version}_arm64.deb`;
    const bytes = `the package ${name} ${version}`;
    writeFileSync(join(pool, file), bytes);
    const hash = createHash('sha256').update(bytes).digest('hex');
    return `Package: ${name}\nVersion: ${version}\nArchitecture: arm64\nInstalled-Size: 10\nFilename: ./${file}\nSize: ${bytes.length}\nSHA256: ${hash}\nDescription: x\n${more}`;
  });
  writeFileSync(join(pool, 'Packages'), stanzas.join('\n'));
  const sources = [`deb [trusted=yes] copy:${pool} ./`];
  const apt = new Apt({ directory: join(directory, 'apt'), arch: 'arm64', sources, settings: {} });
  await apt.update();
  return apt;
}

const DEBIAN: readonly Stanza[] = [
  { name: 'base-files', more: 'Essential: yes\n' },
  { name: 'apt', more: 'Depends: libapt\n' },
  { name: 'libapt', version: '2:3.1' },
  ...ROOT_PACKAGES.map((name) => ({ name })),
  { name: 'linux-image-arm64', version: '6.1.9', more: `Depends: ${KERNEL} (= 6.1.9)\n` },
  { name: KERNEL, version: '6.1.9', more: 'Depends: initramfs-tools\n' },
  { name: 'cloud-init', more: 'Recommends: nano\n' },
  ...BOOT_PACKAGES.map((name) => ({ name })),
];

describeWith({ programs: ['apt-get', 'apt-cache'] })('the packages of an image', () => {
  test('are what apt resolves, and the kernel of the day by itself; they are fetched whole', async () => {
    const apt = await archive(DEBIAN);
    const { packages, root, boot, bytes, installedBytes } = await choosePackages(
      { root: apt, boot: apt },
      { include: ['cloud-init'] },
    );
    const named = (purpose: string) =>
      packages
        .filter((each) => each.purpose === purpose)
        .map(packageText)
        .sort();
    expect(named('needed')).toEqual(['apt=1', 'base-files=1', 'libapt=2:3.1']);
    expect(named('wanted')).toEqual([...ROOT_PACKAGES, 'cloud-init'].map((name) => `${name}=1`).sort());
    expect(named('boot')).toEqual([...BOOT_PACKAGES.map((name) => `${name}=1`), `${KERNEL}=6.1.9`].sort());
    expect(bytes).toBe([...root, ...boot].reduce((sum, each) => sum + each.bytes, 0));
    expect(installedBytes).toBe((root.length + 2 * boot.length) * 10 * 1024);
    await apt.fetch([...root, ...boot], () => {});
    expect(readdirSync(apt.archives).filter((file) => file.endsWith('.deb'))).toHaveLength(packages.length);
  }, 60_000);

  test('of a list are exactly those, of whatever versions there are; all that are gone are named at once', async () => {
    const apt = await archive([...DEBIAN, { name: 'libapt', version: '2:4.0' }]);
    const apts = { root: apt, boot: apt };
    const newest = await choosePackages(apts, { include: [] });
    expect(newest.packages.map(packageText)).toContain('libapt=2:4.0');
    const listOf = (packages: readonly ListedPackage[]) => ({ release, arch: 'arm64' as const, date: 0, packages });
    const older = newest.packages.map((each) => (each.name === 'libapt' ? { ...each, version: '2:3.1' } : each));
    const again = await choosePackages(apts, { include: [], list: listOf(older) });
    expect(again.packages.map(packageText).sort()).toEqual(older.map(packageText).sort());

    const gone = older.map((each) => (['sudo', KERNEL].includes(each.name) ? { ...each, version: '0.9' } : each));
    const refused = await choosePackages(apts, { include: [], list: listOf(gone) }).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(PackagesGone);
    expect((refused as PackagesGone).packages).toEqual(['sudo=0.9', `${KERNEL}=0.9`]);
    const short = older.filter(({ name }) => name !== 'libapt');
    await expect(choosePackages(apts, { include: [], list: listOf(short) })).rejects.toThrow(
      /does not hold together: libapt=2:4\.0/,
    );
  }, 60_000);

  test('that apt does not know are named', async () => {
    const apt = await archive(DEBIAN);
    await expect(choosePackages({ root: apt, boot: apt }, { include: ['no-such'] })).rejects.toThrow(/no-such/);
  }, 60_000);
});
