/**
 * Images: `<directory>/{image.json, boot/, root/}`. They are immutable: nothing here writes to one, and the roots of boards
 * may lie on top of `root/`.
 */
import { lstat, readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import type { NfsVersion } from '../rack/plan.ts';
import { hasCode, messageOf } from './errors.ts';

export interface Image {
  readonly name: string;
  readonly version: string;
  /** `name@version`: what a root records that it was cloned from. */
  readonly id: string;
  /** When it was made, ISO 8601. */
  readonly created: string;
  readonly arch: string;
  /** By which version of NFS its root is mounted, where it says so. */
  readonly nfs?: NfsVersion;
  readonly directory: string;
  /** Directory of the root file system. */
  readonly root: string;
  readonly boot: {
    readonly directory: string;
    /** File names inside `directory`. */
    readonly kernel: string;
    readonly initramfs: string | undefined;
    /** Words of the kernel command line that this image wants besides those that pirack writes. */
    readonly cmdline: string;
  };
}

/** One thing that is wrong with an image directory. */
export type ImageProblem =
  | { readonly kind: 'missing'; readonly path: string; readonly expected: string }
  | { readonly kind: 'unreadable'; readonly path: string; readonly detail: string }
  | { readonly kind: 'field'; readonly field: string; readonly detail: string };

export class ImageUnusable extends Error {
  override readonly name = 'ImageUnusable';
  readonly directory: string;
  readonly problems: readonly ImageProblem[];

  constructor(directory: string, problems: readonly ImageProblem[]) {
    super(`${directory} is not a usable image: ${problems.map(describeProblem).join('; ')}`);
    this.directory = directory;
    this.problems = problems;
  }
}

export function describeProblem(problem: ImageProblem): string {
  switch (problem.kind) {
    case 'missing':
      return `${problem.path} is missing (expected ${problem.expected})`;
    case 'unreadable':
      return `${problem.path} cannot be read: ${problem.detail}`;
    case 'field':
      return `image.json: ${problem.field}: ${problem.detail}`;
  }
}

/** Names become parts of file names and of options: no slash, no space, no leading dot or hyphen. */
const plainName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._+~-]{0,79}$/, 'expected letters, digits and . _ + ~ -');
const imageFile = z.object({
  name: plainName,
  version: plainName,
  created: z.iso.datetime(),
  arch: z.enum(['arm64', 'armhf']),
  nfs: z.enum(['3', '4.1'], 'expected "3" or "4.1"').optional(),
  boot: z.object({
    kernel: plainName,
    initramfs: plainName.optional(),
    cmdline: z
      .string()
      .max(1024)
      .regex(/^[\x20-\x7e]*$/, 'expected printable ASCII on one line'),
  }),
});

/** What a Pi 3 and a Pi 4 cannot boot without (research: pi-boot §1.10, §2.4). */
const FIRMWARE = ['bootcode.bin', 'start.elf', 'fixup.dat', 'start4.elf', 'fixup4.dat'];

/** Reads and checks an image. Throws ImageUnusable with everything that is wrong. */
export async function readImage(directory: string): Promise<Image> {
  const inspected = await inspectImage(directory);
  if ('problems' in inspected) throw new ImageUnusable(directory, inspected.problems);
  return inspected.image;
}

export type Inspected = { readonly image: Image } | { readonly problems: readonly ImageProblem[] };

export async function inspectImage(directory: string): Promise<Inspected> {
  const base = resolve(directory);
  const described = await readDescription(join(base, 'image.json'));
  if ('problems' in described) return described;
  const { name, version, created, arch, nfs, boot } = described.description;
  const image: Image = {
    name,
    version,
    id: `${name}@${version}`,
    created,
    arch,
    ...(nfs && { nfs }),
    directory: base,
    root: join(base, 'root'),
    boot: { directory: join(base, 'boot'), kernel: boot.kernel, initramfs: boot.initramfs, cmdline: boot.cmdline },
  };
  const problems = await missingParts(image);
  return problems.length > 0 ? { problems } : { image };
}

/** All images in the directories directly below `parent`; an absent parent has none. */
export async function listImages(parent: string): Promise<readonly ({ readonly directory: string } & Inspected)[]> {
  let names: string[];
  try {
    names = await readdir(parent);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return [];
    throw error;
  }
  const directories = names.filter((name) => !name.startsWith('.')).sort();
  return Promise.all(
    directories.map(async (name) => ({ directory: join(parent, name), ...(await inspectImage(join(parent, name))) })),
  );
}

type Description = { description: z.infer<typeof imageFile> } | { problems: ImageProblem[] };

async function readDescription(path: string): Promise<Description> {
  let value: unknown;
  try {
    value = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR'))
      return { problems: [{ kind: 'missing', path, expected: 'a description of the image' }] };
    return { problems: [{ kind: 'unreadable', path, detail: messageOf(error) }] };
  }
  const parsed = imageFile.safeParse(value);
  if (parsed.success) return { description: parsed.data };
  return {
    problems: parsed.error.issues.map((issue) => ({
      kind: 'field',
      field: issue.path.length === 0 ? '(the whole file)' : issue.path.join('.'),
      detail: issue.message,
    })),
  };
}

async function missingParts(image: Image): Promise<ImageProblem[]> {
  const { boot } = image;
  const files = [boot.kernel, ...(boot.initramfs === undefined ? [] : [boot.initramfs]), ...FIRMWARE];
  const checks = files.map((file) => checkFile(join(boot.directory, file)));
  const problems = (await Promise.all([...checks, checkDeviceTrees(boot.directory), checkInit(image.root)])).flat();
  return problems;
}

async function checkFile(path: string): Promise<ImageProblem[]> {
  const stats = await statOf(path);
  return stats?.isFile() && stats.size > 0 ? [] : [{ kind: 'missing', path, expected: 'a file that is not empty' }];
}

async function checkDeviceTrees(directory: string): Promise<ImageProblem[]> {
  const names = await readdir(directory).catch(() => []);
  if (names.some((name) => name.endsWith('.dtb'))) return [];
  return [{ kind: 'missing', path: join(directory, '*.dtb'), expected: 'the device trees of the boards' }];
}

/** `/sbin/init` may be a link to where only the board finds it, and `/sbin` a link to `usr/sbin`. */
async function checkInit(root: string): Promise<ImageProblem[]> {
  for (const path of ['sbin/init', 'usr/sbin/init']) {
    if ((await statOf(join(root, path))) !== undefined) return [];
  }
  return [{ kind: 'missing', path: join(root, 'sbin/init'), expected: 'a root file system with an init' }];
}

async function statOf(path: string) {
  try {
    return await lstat(path);
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  }
}
