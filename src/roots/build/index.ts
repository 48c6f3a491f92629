/**
 * Builds an image from Debian packages: finds out which, fetches them, installs them, adds what boots a board, and gives the
 * result its name in the store. What is stopped at any moment leaves nothing behind but what the next build takes away.
 */
import { mkdirSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readBoot } from '../facts/boot.ts';
import { readLayout, readOs } from '../facts/os.ts';
import type { ImageDetails } from '../image-store/details.ts';
import { writePrepared } from '../image-store/finish.ts';
import { formatReference } from '../image-store/reference.ts';
import { ImageExists, type ImageStore } from '../image-store/store.ts';
import type { Image } from '../images.ts';
import { NoRoom } from '../import/errors.ts';
import { StillTree } from '../still-tree.ts';
import { Apt } from './apt.ts';
import { releaseDate } from './apt-output.ts';
import type { Emulation } from './emulation.ts';
import { formatPackageList, isoSecond, type PackageList } from './package-list.ts';
import { type Chosen, choosePackages, type Wishes } from './packages.ts';
import { runProgram } from './program.ts';
import type { BuildArchitecture, Release } from './releases.ts';
import { makeRootTree, SCRIPTS } from './root-tree.ts';
import { noneYounger } from './times.ts';

export type BuildPhase = 'reading' | 'fetching' | 'installing' | 'booting';

export interface BuildProgress {
  readonly phase: BuildPhase | 'hashing' | 'preparing' | 'storing';
  readonly done: number;
  readonly total: number | undefined;
  /** What is counted; bytes where nothing is said. */
  readonly unit?: 'packages';
}

export interface BuildOptions {
  readonly release: Release;
  readonly arch: BuildArchitecture;
  readonly name: string;
  /** By default the day of `date`. */
  readonly version?: string | undefined;
  /** Seconds since 1970; by default when the archive was last changed. */
  readonly date?: number | undefined;
  /** Lines of sources.list(5). */
  readonly sources: readonly string[];
  /** Proxies of the machine's apt. */
  readonly settings: Readonly<Record<string, string>>;
  /** Packages besides those of releases.ts. */
  readonly include: readonly string[];
  /** Exactly these, and nothing else. */
  readonly list?: PackageList | undefined;
  readonly emulation: Emulation;
  readonly now: () => Date;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress: (progress: BuildProgress) => void;
}

export interface Built {
  readonly image: Image;
  readonly details: ImageDetails;
  readonly list: PackageList;
}

export const PACKAGE_LIST = 'packages.list';
/** Kept free on the disk of the boards, whatever happens. */
const RESERVE = 512 * 2 ** 20;

/** Needs root. Throws BuildRefused, PackagesGone, NoRoom, ImageExists, or the signal's reason. */
export async function buildImage(store: ImageStore, options: BuildOptions): Promise<Built> {
  const { name, version, onProgress, signal } = options;
  if (version !== undefined && store.has(name, version)) throw new ImageExists(formatReference(name, version));
  const work = await store.begin();
  try {
    onProgress({ phase: 'reading', done: 0, total: undefined });
    const { apts, date } = await readArchive(work, options);
    const reference = { name, version: version ?? isoSecond(date).slice(0, 10) };
    if (store.has(reference.name, reference.version))
      throw new ImageExists(formatReference(reference.name, reference.version));
    const wishes: Wishes = { include: options.include, list: options.list };
    const chosen = await choosePackages(apts, wishes);
    assertRoom(work, chosen);
    await fetchAll(apts, chosen, onProgress);
    const made = join(work, 'new');
    mkdirSync(made, { mode: 0o755 });
    const list: PackageList = { release: options.release, arch: options.arch, date, packages: chosen.packages };
    await install(work, made, apts.root, list, options);
    onProgress({ phase: 'booting', done: 0, total: undefined });
    const debs = chosen.boot.map(({ file }) => join(apts.boot.archives, file));
    await runProgram(join(SCRIPTS, 'make-full-boot'), [made, work, ...debs], {
      env: { PATH: process.env.PATH, LC_ALL: 'C.UTF-8', SOURCE_DATE_EPOCH: String(date) },
      signal,
    });
    writeFileSync(join(made, PACKAGE_LIST), formatPackageList(list), { mode: 0o644 });
    const details = await describe(made, reference, list, options);
    // The steps of the preparation wrote today.
    await noneYounger([join(made, 'root'), join(made, 'boot')], date, signal);
    onProgress({ phase: 'storing', done: 0, total: undefined });
    return { image: await store.publish(made, reference.name, reference.version), details, list };
  } finally {
    await store.abandon(work);
  }
}

/** The kernel is arm64's whatever the root is. */
export interface Apts {
  readonly root: Apt;
  readonly boot: Apt;
}

async function readArchive(work: string, { arch, sources, settings, signal, date, list }: BuildOptions) {
  const apt = (of: string) => new Apt({ directory: join(work, `apt-${of}`), arch: of, sources, settings, signal });
  const root = apt(arch);
  const boot = arch === 'arm64' ? root : apt('arm64');
  const releases = await root.update();
  if (boot !== root) await boot.update();
  return { apts: { root, boot }, date: date ?? list?.date ?? releaseDate(releases) ?? 0 };
}

function assertRoom(work: string, { bytes, installedBytes }: Chosen): void {
  const { bavail, bsize } = statfsSync(work);
  const needed = bytes + installedBytes + RESERVE;
  if (bavail * bsize < needed) throw new NoRoom(work, bavail * bsize, needed);
}

async function fetchAll(apts: Apts, { root, boot, bytes }: Chosen, onProgress: BuildOptions['onProgress']) {
  const tell = (before: number) => (done: number) =>
    onProgress({ phase: 'fetching', done: before + Math.round(done), total: bytes });
  await apts.boot.fetch(boot, tell(0));
  await apts.root.fetch(root, tell(boot.reduce((sum, each) => sum + each.bytes, 0)));
}

async function install(work: string, made: string, apt: Apt, list: PackageList, options: BuildOptions): Promise<void> {
  const total = list.packages.filter(({ purpose }) => purpose !== 'boot').length;
  const tell = (done: number) => options.onProgress({ phase: 'installing', done, total, unit: 'packages' });
  tell(0);
  await makeRootTree({
    release: list.release,
    arch: list.arch,
    date: list.date,
    apt,
    aptDirectory: join(work, `apt-${list.arch}`),
    root: join(made, 'root'),
    packages: list.packages,
    emulation: options.emulation,
    signal: options.signal,
    onPackages: tell,
  });
}

async function describe(
  made: string,
  reference: { readonly name: string; readonly version: string },
  { release, arch, date, packages }: PackageList,
  { now, signal, onProgress }: BuildOptions,
): Promise<ImageDetails> {
  const root = new StillTree(join(made, 'root'));
  const os = readOs(root);
  const bootFacts = await readBoot(new StillTree(join(made, 'boot')), root);
  const described = `${packages.length} packages of Debian's ${release.suite} as of ${isoSecond(date)}`;
  const { image, details } = await writePrepared(
    made,
    {
      ...reference,
      created: now().toISOString(),
      arch,
      os,
      ...readLayout(root, os),
      bootFacts,
      cmdline: 'console=ttyS1,115200',
    },
    { source: { file: PACKAGE_LIST, described }, capabilities: [], dropped: { special: [], attributes: {} } },
    { ...(signal ? { signal } : {}), onProgress },
  );
  writeFileSync(join(made, 'image.json'), image, { mode: 0o644 });
  return details;
}
