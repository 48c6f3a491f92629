/** What of an image's boot files a board gets: the kernel, the initramfs where one is needed, and which models they suit. */
import { PI_MODELS, type PiModelName } from '../../pi/models.ts';
import { ImportRefused } from '../import/errors.ts';
import type { StillTree } from '../still-tree.ts';
import { readConfigTxt } from './config-txt.ts';
import { type KernelFile, readKernelFile } from './kernel-file.ts';

export interface Kernel extends KernelFile {
  readonly file: string;
  /** Whether it mounts an NFS root without an initramfs. */
  readonly nfsRoot: boolean;
}

export interface BootFacts {
  readonly kernels: readonly Kernel[];
  /** The one that boards are given. */
  readonly kernel: string;
  readonly initramfs: string | undefined;
  readonly models: readonly PiModelName[];
}

/** kernel8.img is Raspberry Pi OS's; the others are Debian's and Ubuntu's. kernel_2712.img is for the Pi 5. */
const KERNEL = /^(kernel(7l?|8)?\.img|vmlinuz.*)$/;
const PLAIN = /^[A-Za-z0-9][A-Za-z0-9._+~-]{0,79}$/;

/** Throws ImportRefused where nothing can be booted, with what would be needed. */
export async function readBoot(boot: StillTree, root: StillTree): Promise<BootFacts> {
  const config = readConfigTxt(boot.text('config.txt') ?? '');
  if (config.prefix !== undefined)
    throw new ImportRefused(
      `config.txt keeps the boot files below os_prefix=${config.prefix}, which is not served: move them to the top of the boot files`,
    );
  const kernels: Kernel[] = [];
  for (const file of kernelFiles(boot)) {
    const { format, release } = await readKernelFile(boot.at(file));
    kernels.push({ file, format, release, nfsRoot: release !== undefined && hasNfsRoot(root, release) });
  }
  const kernel = choose(kernels, config.kernels);
  if (kernel === undefined) {
    const found = kernels.map(({ file, format }) => `${file} (${format})`).join(', ') || 'none';
    throw new ImportRefused(
      `no 64-bit kernel among the boot files, and boards are booted in 64-bit mode; kernels found: ${found}`,
    );
  }
  const initramfs = kernel.nfsRoot ? undefined : initramfsFor(boot, kernel, config.initramfs);
  if (!kernel.nfsRoot && initramfs === undefined) {
    throw new ImportRefused(
      `${kernel.file} (${kernel.release ?? 'release unknown'}) cannot mount an NFS root by itself, and there is no initramfs that could`,
    );
  }
  return { kernels, kernel: kernel.file, initramfs, models: modelsOf(boot) };
}

const kernelFiles = (boot: StillTree): string[] => boot.list().filter((name) => KERNEL.test(name) && boot.isFile(name));

/** What config.txt names last wins, then kernel8.img, then the newest vmlinuz. */
function choose(kernels: readonly Kernel[], named: readonly string[]): Kernel | undefined {
  const usable = kernels.filter(({ format, file }) => format === 'arm64' && PLAIN.test(file));
  const byName = (name: string) => usable.find(({ file }) => file === name);
  const fromConfig = [...named]
    .reverse()
    .map(byName)
    .find((kernel) => kernel !== undefined);
  return fromConfig ?? byName('kernel8.img') ?? usable.at(-1);
}

/** A module that is built in is in this list; the NFS client brings the NFS root of Raspberry Pi OS's kernels with it. */
function hasNfsRoot(root: StillTree, release: string): boolean {
  if (!/^[A-Za-z0-9._+~-]+$/.test(release) || release.startsWith('.')) return false;
  const config = root.text(`boot/config-${release}`);
  if (config !== undefined) return /^CONFIG_ROOT_NFS=y$/m.test(config);
  const builtin = ['usr/lib', 'lib'].map((lib) => root.text(`${lib}/modules/${release}/modules.builtin`));
  return builtin.some((text) => text?.split('\n').includes('kernel/fs/nfs/nfs.ko'));
}

function initramfsFor(boot: StillTree, kernel: Kernel, named: readonly string[]): string | undefined {
  const guesses = [
    ...[...named].reverse(),
    ...(kernel.file === 'kernel8.img' ? ['initramfs8'] : []),
    kernel.file.replace(/^vmlinuz/, 'initrd.img'),
  ];
  return guesses.find((name) => name !== kernel.file && PLAIN.test(name) && boot.isFile(name));
}

/** Models whose firmware and device tree are both there. */
function modelsOf(boot: StillTree): PiModelName[] {
  const firmware = {
    'start.elf': ['bootcode.bin', 'start.elf', 'fixup.dat'],
    'start4.elf': ['start4.elf', 'fixup4.dat'],
    none: [],
  } as const;
  return PI_MODELS.filter(
    (model) =>
      model.netboot !== 'none' &&
      model.firmware !== 'none' &&
      firmware[model.firmware].every((file) => boot.isFile(file)) &&
      [model.deviceTree, model.mainlineDeviceTree].some((tree) => boot.isFile(tree)),
  ).map(({ name }) => name);
}
