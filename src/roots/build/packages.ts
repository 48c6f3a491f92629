/** Which packages an image gets: resolved by apt, or exactly those of a list. */
import type { Download } from './apt-output.ts';
import { BuildRefused, PackagesGone } from './errors.ts';
import type { Apts } from './index.ts';
import { type ListedPackage, listDifference, type Package, type PackageList, packageText } from './package-list.ts';
import { BOOT_PACKAGES, KERNEL_PACKAGE, ROOT_PACKAGES } from './releases.ts';

export interface Wishes {
  readonly include: readonly string[];
  readonly list?: PackageList | undefined;
}

export interface Chosen {
  readonly packages: readonly ListedPackage[];
  readonly root: readonly Download[];
  readonly boot: readonly Download[];
  /** To be fetched. */
  readonly bytes: number;
  /** On the disk, with all that is needed meanwhile. */
  readonly installedBytes: number;
}

/** Throws PackagesGone where a version is not there any more, BuildRefused where apt cannot put them together. */
export async function choosePackages(apts: Apts, { include, list }: Wishes): Promise<Chosen> {
  const wanted = list === undefined ? [...ROOT_PACKAGES, ...include] : namesFor(list, 'wanted');
  // Each is asked for; that one is gone is told together with the others that are.
  const asked = await gathered([
    () => apts.root.plan(list === undefined ? ['apt', '?essential', ...wanted] : rootOf(list).map(packageText)),
    () => planBoot(apts, list),
  ]);
  const [root = [], boot = []] = asked;
  if (list !== undefined) {
    const differing = listDifference(list.packages, [...root, ...boot]);
    if (differing.length > 0)
      throw new BuildRefused(`the package list does not hold together: ${differing.slice(0, 20).join(', ')}`);
  }
  const names = new Set(wanted);
  const packages = [
    ...root.map((each) => listed(each, names.has(each.name) ? 'wanted' : 'needed')),
    ...boot.map((each) => listed(each, 'boot')),
  ];
  const sum = (of: readonly Download[]) => of.reduce((total, { bytes }) => total + bytes, 0);
  const installedBytes = (await installedSize(apts.root, root)) + 2 * (await installedSize(apts.boot, boot));
  return { packages, root, boot, bytes: sum(root) + sum(boot), installedBytes };
}

async function planBoot({ boot }: Apts, list: PackageList | undefined): Promise<readonly Download[]> {
  if (list !== undefined) {
    return boot.planAlone(list.packages.filter(({ purpose }) => purpose === 'boot').map(packageText));
  }
  const [stanza] = await boot.show([KERNEL_PACKAGE]);
  const kernel = /(?:^|, )(linux-image-[a-z0-9.+-]+) \(= [^)]+\)/.exec(stanza?.get('Depends') ?? '')?.[1];
  if (kernel === undefined) throw new BuildRefused(`${KERNEL_PACKAGE} depends on no kernel`);
  return boot.planAlone([kernel, ...BOOT_PACKAGES]);
}

async function gathered<T>(each: readonly (() => Promise<T>)[]): Promise<T[]> {
  const results: T[] = [];
  const gone: PackagesGone[] = [];
  for (const ask of each) {
    try {
      results.push(await ask());
    } catch (error) {
      if (!(error instanceof PackagesGone)) throw error;
      gone.push(error);
    }
  }
  const [first] = gone;
  if (first === undefined) return results;
  throw gone.length === 1
    ? first
    : new PackagesGone(
        gone.flatMap(({ packages }) => packages),
        first.archive,
      );
}

async function installedSize(apt: Apts['root'], packages: readonly Package[]): Promise<number> {
  const stanzas = await apt.show(packages.map(packageText));
  return stanzas.reduce((sum, stanza) => sum + Number(stanza.get('Installed-Size') ?? 0) * 1024, 0);
}

const rootOf = (list: PackageList): readonly ListedPackage[] =>
  list.packages.filter(({ purpose }) => purpose !== 'boot');
const namesFor = (list: PackageList, purpose: string): string[] =>
  list.packages.filter((each) => each.purpose === purpose).map(({ name }) => name);
const listed = ({ name, arch, version }: Package, purpose: ListedPackage['purpose']): ListedPackage => ({
  purpose,
  name,
  arch,
  version,
});
