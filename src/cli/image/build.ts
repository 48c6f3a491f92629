import { readFileSync } from 'node:fs';
import { release as kernelRelease } from 'node:os';
import { Command } from 'commander';
import { findProgram, run } from '../../net/run.ts';
import { machineSettings } from '../../roots/build/apt.ts';
import { readTargets } from '../../roots/build/apt-output.ts';
import { chooseEmulation, type Emulation } from '../../roots/build/emulation.ts';
import { type BuildOptions, buildImage, PACKAGE_LIST } from '../../roots/build/index.ts';
import { type PackageList, parsePackageList } from '../../roots/build/package-list.ts';
import { ARCHITECTURES, type BuildArchitecture, RELEASES, type Release } from '../../roots/build/releases.ts';
import { sourcesFromMachine, sourcesFromMirrors } from '../../roots/build/sources.ts';
import { CliError, EXIT } from '../exit.ts';
import { type BuildRequest, dateOf, packageNames, referenceOf, wanted } from './build-request.ts';
import { assertRoot, megabytes, openStore, reference, withStoreOptions } from './common.ts';
import { preparedLines } from './describe.ts';
import { interruptible } from './interruptible.ts';
import { assertLabel, offerBuilt } from './offer.ts';

export function buildCommand(): Command {
  const command = new Command('build')
    .argument('[release]', RELEASES.map(({ name }) => name).join(' or '))
    .description('make a small Debian from its packages, which boots on a Pi 3 or Pi 4')
    .option(
      '--arch <arch>',
      `${ARCHITECTURES.join(' or ')}: of the programs; the kernel is arm64’s either way`,
      'arm64',
    )
    .option('--name <name>', 'the image’s name (default: the release, with -armhf for that)')
    .option('--version <version>', 'its version (default: the day of --date)')
    .option('--date <date>', 'no file is younger: 2026-07-11 or 2026-07-11T10:16:37Z (default: the archive’s own)')
    .option('--include <package...>', 'packages besides the usual ones, such as cloud-init')
    .option('--from-list <file>', `exactly the packages of another image’s ${PACKAGE_LIST}`)
    .option('--mirror <uri...>', 'archives to take packages from (default: those of this machine’s apt)')
    .option('--label <text>', 'offer it under this text for every model that it boots')
    .addHelpText(
      'after',
      `
Needs root, and a Debian archive. Packages are verified against Debian's keys. The same list and date are meant to give
the same files. On another processor the packages' scripts run in an emulator, which takes minutes. What is interrupted
leaves nothing behind. The first image becomes the default of every model that has none.
Exit codes: 0 built, 1 refused (the reason is told), 2 wrong usage, 69 not root, or a program is missing.
Example: pirack image build debian-12
         pirack image build --from-list /var/lib/pirack/images/debian-12@2026-07-11/${PACKAGE_LIST} --version again`,
    );
  return withStoreOptions(command).action(async (release: string | undefined, request: BuildRequest) => {
    assertRoot('a build');
    assertLabel(request.label);
    assertPrograms();
    const list = request.fromList === undefined ? undefined : readList(request.fromList);
    const options = { ...(await optionsFor(release, request, list)), list };
    const {
      image,
      details,
      list: made,
    } = await interruptible(request.json, (tools) => buildImage(openStore(request), { ...options, ...tools }));
    const offered = await offerBuilt(openStore(request), image, details, request.label);
    if (request.json)
      console.log(JSON.stringify({ image: reference(image), directory: image.directory, details, offered }, null, 2));
    else {
      console.log(preparedLines(details).join('\n'));
      for (const line of offered) console.log(line);
      console.log(
        `${reference(image)}: ${details.os.title}, ${image.arch}, ${made.packages.length} packages, ${megabytes(details.manifest.bytes)} MB in ${details.manifest.entries} files, manifest ${details.manifest.sha256.slice(0, 16)}…`,
      );
    }
    process.exitCode = EXIT.done;
  });
}

/** What is run, and the Debian package that has it. */
const PROGRAMS: Readonly<Record<string, string>> = {
  mmdebstrap: 'mmdebstrap',
  'apt-get': 'apt',
  gpgv: 'gpgv',
  'dpkg-deb': 'dpkg',
  unshare: 'util-linux',
  mkimage: 'u-boot-tools',
  cpio: 'cpio',
  depmod: 'kmod',
  xz: 'xz-utils',
  zstd: 'zstd',
};

function assertPrograms(): void {
  const missing = Object.entries(PROGRAMS).filter(([name]) => findProgram(name, process.env.PATH ?? '') === undefined);
  if (missing.length === 0) return;
  throw new CliError(
    EXIT.missing,
    `a build needs ${missing.map(([name]) => name).join(', ')}: apt-get install ${missing.map(([, name]) => name).join(' ')}`,
  );
}

function readList(path: string): PackageList {
  try {
    return parsePackageList(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new CliError(EXIT.failed, `--from-list ${path}: ${(cause as Error).message}`, { cause });
  }
}

async function optionsFor(
  named: string | undefined,
  request: BuildRequest,
  list: PackageList | undefined,
): Promise<Omit<BuildOptions, 'list' | 'now' | 'signal' | 'onProgress'>> {
  const { release, arch } = wanted(named, request, list);
  const settings = await machineSettings();
  return {
    release,
    arch,
    ...referenceOf(request, release, arch),
    date: dateOf(request.date),
    sources: await sourcesFor(request.mirror, release),
    settings,
    include: packageNames(request.include ?? []),
    emulation: emulationFor(arch),
  };
}

async function sourcesFor(mirrors: readonly string[] | undefined, { suite }: Release): Promise<readonly string[]> {
  if (mirrors !== undefined) return sourcesFromMirrors(mirrors, suite);
  const { stdout } = await run('apt-get', [
    'indextargets',
    '--format',
    '$(REPO_URI)|$(RELEASE)|$(SIGNED_BY)',
    'Identifier: Packages',
  ]);
  const host = /^VERSION_CODENAME=(\w+)$/m.exec(read('/etc/os-release') ?? '')?.[1];
  return sourcesFromMachine(readTargets(stdout), suite, host);
}

function emulationFor(arch: BuildArchitecture): Emulation {
  return chooseEmulation(arch, {
    arch: process.arch,
    kernel: kernelRelease(),
    find: (program) => findProgram(program, process.env.PATH ?? ''),
    handler: (name) => read(`/proc/sys/fs/binfmt_misc/${name}`),
  });
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
