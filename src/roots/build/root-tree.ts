/** Makes the root file system: mmdebstrap with packages that were fetched before, in namespaces of its own. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Apt } from './apt.ts';
import type { Emulation } from './emulation.ts';
import { BuildRefused } from './errors.ts';
import { type ListedPackage, listDifference, type Package } from './package-list.ts';
import { runProgram } from './program.ts';
import type { BuildArchitecture, Release } from './releases.ts';

export const SCRIPTS = resolve(import.meta.dirname, '../../../scripts/image');

export interface RootTreeOptions {
  readonly release: Release;
  readonly arch: BuildArchitecture;
  readonly date: number;
  readonly apt: Apt;
  readonly aptDirectory: string;
  /** Does not exist yet. */
  readonly root: string;
  readonly packages: readonly ListedPackage[];
  readonly emulation: Emulation;
  readonly signal?: AbortSignal | undefined;
  /** Packages that are set up, half a package for each that is only unpacked. */
  readonly onPackages: (done: number) => void;
}

/** Throws BuildRefused, also where what was installed is not what was asked for. */
export async function makeRootTree(options: RootTreeOptions): Promise<void> {
  const { release, arch, date, aptDirectory, root, emulation, signal, onPackages } = options;
  const installed = options.packages.filter(({ purpose }) => purpose !== 'boot');
  const wanted = installed.filter(({ purpose }) => purpose === 'wanted').map(({ name }) => name);
  const preferences = join(aptDirectory, 'etc/apt/preferences.d');
  mkdirSync(preferences, { recursive: true });
  writeFileSync(join(preferences, 'pirack'), pins(installed));
  // Without a network: what was not fetched before is not wanted, and is found missing at once.
  const separate = ['--mount', '--propagation', 'private', '--net', '--pid', '--fork', '--kill-child', '--mount-proc'];
  const ofNamespace = emulation.kind === 'of-namespace';
  const sealed = [join(SCRIPTS, 'sealed'), ofNamespace ? emulation.registration : '-'];
  const make = [join(SCRIPTS, 'make-full-root'), release.suite, arch, root, aptDirectory, wanted.join(',')];
  let steps = 0;
  await runProgram('unshare', [...(ofNamespace ? ['--user'] : []), ...separate, '--', ...sealed, ...make], {
    env: { PATH: process.env.PATH, LC_ALL: 'C.UTF-8', SOURCE_DATE_EPOCH: String(date), TMPDIR: aptDirectory },
    signal,
    onReady: (pid) => {
      if (ofNamespace) mapEverybody(pid);
    },
    onLine: (line) => {
      if (/^(Unpacking|Setting up) \S+ \(/.test(line)) onPackages(Math.min(installed.length, ++steps / 2));
    },
  });
  checkInstalled(`${root}.packages`, installed);
}

/** Users and groups of the namespace are those of the machine: the files of a root belong to several. */
function mapEverybody(pid: number): void {
  for (const map of ['uid_map', 'gid_map']) writeFileSync(`/proc/${pid}/${map}`, '0 0 4294967295\n');
}

/**
 * apt_preferences(5): these versions, whatever the archive has besides. Other packages are not forbidden: apt then leaves out
 * essential ones. What came besides is found afterwards.
 */
function pins(packages: readonly Package[]): string {
  return packages
    .map(({ name, version }) => `Package: ${name}\nPin: version ${version}\nPin-Priority: 1001\n`)
    .join('\n');
}

function checkInstalled(file: string, expected: readonly Package[]): void {
  const found = readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line) => {
      const [status = '', name, arch, version] = line.split('|');
      if (name === undefined || arch === undefined || version === undefined) return [];
      if (status.trim() !== 'ii')
        throw new BuildRefused(`the package ${name} is not installed but in the state ${status}`);
      return [{ name, arch, version }];
    });
  rmSync(file);
  const differing = listDifference(expected, found);
  if (differing.length > 0)
    throw new BuildRefused(`what was installed is not what was planned: ${differing.slice(0, 20).join(', ')}`);
}
