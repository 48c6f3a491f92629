/** What an image's kernel is and can do, as read from the kernel itself and from the configuration that it was built with. */
import { constants } from 'node:fs';
import { open, realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { OPTION_MARKS } from '../pi/kernel-options.ts';
import { hasCode } from './errors.ts';
import type { Image } from './images.ts';

export interface KernelFacts {
  /** As a file that starts with the gzip magic, which start.elf and start4.elf unpack for 64-bit kernels. */
  readonly compressed: boolean;
  /** `6.1.0-56-arm64`; undefined where the kernel does not say. */
  readonly release: string | undefined;
  /** Options that are built in, `CONFIG_ROOT_NFS` and so on; undefined where the kernel cannot be looked into. */
  readonly builtIn: ReadonlySet<string> | undefined;
  /** Whence that is known: all options of its configuration, or those of OPTION_MARKS by what its text holds. */
  readonly evidence: 'configuration' | 'text' | undefined;
}

/** Unpacked arm64 kernels are some 30 to 60 MB: what is more is no kernel. */
const MOST_BYTES = 256 << 20;
const MOST_CONFIG = 4 << 20;

/** CONFIG_IKCONFIG=y puts the configuration into the kernel, gzipped, between these marks (kernel/configs.c). */
const EMBEDDED = 'IKCFG_ST';
const EMBEDDED_END = 'IKCFG_ED';

const unzip = promisify(gunzip) as (bytes: Uint8Array, options: { maxOutputLength: number }) => Promise<Buffer>;

/** Reads the kernel of an image. Throws only where the kernel file cannot be read. */
export async function readKernelFacts(image: Image): Promise<KernelFacts> {
  const { directory, kernel } = image.boot;
  const file = await readRegular(join(directory, kernel), MOST_BYTES);
  if (file === undefined)
    throw new Error(`${join(directory, kernel)}: expected a kernel of at most ${MOST_BYTES} bytes`);
  const compressed = isGzip(file);
  const bytes = compressed ? await unzip(file, { maxOutputLength: MOST_BYTES }).catch(() => undefined) : file;
  const release = bytes && releaseOf(bytes);
  const config = (bytes && (await embeddedConfig(bytes))) ?? (release && (await configOf(image, release)));
  if (config) return { compressed, release, builtIn: builtInOptions(config), evidence: 'configuration' };
  if (bytes === undefined || release === undefined)
    return { compressed, release, builtIn: undefined, evidence: undefined };
  return { compressed, release, builtIn: markedOptions(bytes), evidence: 'text' };
}

export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** The options of a kernel configuration that are `y`. */
export function builtInOptions(config: string): ReadonlySet<string> {
  return new Set([...config.matchAll(/^(CONFIG_\w+)=y$/gm)].map((match) => match[1] as string));
}

function markedOptions(kernel: Buffer): ReadonlySet<string> {
  return new Set(Object.keys(OPTION_MARKS).filter((option) => kernel.includes(OPTION_MARKS[option] as string)));
}

function releaseOf(kernel: Buffer): string | undefined {
  // linux_banner of init/version.c: "Linux version 6.1.0-56-arm64 (…". Other strings begin so too, with a % for the rest.
  for (let at = 0; ; at++) {
    at = kernel.indexOf('Linux version ', at);
    if (at < 0) return undefined;
    const release = /^Linux version ([0-9][\w.+~-]{0,63}) /.exec(kernel.toString('latin1', at, at + 100))?.[1];
    if (release !== undefined) return release;
  }
}

async function embeddedConfig(kernel: Buffer): Promise<string | undefined> {
  const at = kernel.indexOf(EMBEDDED);
  const end = kernel.indexOf(EMBEDDED_END, at);
  if (at < 0 || end < 0) return undefined;
  const packed = kernel.subarray(at + EMBEDDED.length, end);
  const text = await unzip(packed, { maxOutputLength: MOST_CONFIG }).catch(() => undefined);
  return text?.toString('latin1');
}

/** Where distributions put it. */
async function configOf(image: Image, release: string): Promise<string | undefined> {
  for (const [base, path] of [
    [image.boot.directory, `config-${release}`],
    [image.root, `boot/config-${release}`],
    [image.root, `usr/lib/modules/${release}/config`],
  ] as const) {
    const full = join(base, path);
    // A link of the image may lead anywhere on this machine, as to the configuration of its own kernel.
    if ((await directoryOf(full)) !== dirname(join(await realpath(base), path))) continue;
    const bytes = await readRegular(full, MOST_CONFIG);
    if (bytes !== undefined) return bytes.toString('latin1');
  }
  return undefined;
}

async function directoryOf(path: string): Promise<string | undefined> {
  try {
    return await realpath(dirname(path));
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR', 'ELOOP')) return undefined;
    throw error;
  }
}

/** The bytes of a regular file; undefined where there is none, or it is larger than `most`. */
async function readRegular(path: string, most: number): Promise<Buffer | undefined> {
  try {
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const info = await file.stat();
      return info.isFile() && info.size <= most ? await file.readFile() : undefined;
    } finally {
      await file.close();
    }
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR', 'ELOOP', 'ENXIO')) return undefined;
    throw error;
  }
}
