/**
 * Imports an image: checks that the file is genuine, unpacks it, finds out what it is, prepares it, writes down what it
 * consists of, and only then gives it its name. Whatever goes wrong before leaves nothing behind.
 */
import { statSync } from 'node:fs';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { Run } from '../backends/backend.ts';
import { copyTree } from '../backends/tree.ts';
import { readBoot } from '../facts/boot.ts';
import { readArchitecture, readLayout, readOs } from '../facts/os.ts';
import type { ImageDetails } from '../image-store/details.ts';
import { writePrepared } from '../image-store/finish.ts';
import { formatReference, isImageName, NoImageName, nameFromFile, parseReference } from '../image-store/reference.ts';
import { ImageExists, type ImageStore } from '../image-store/store.ts';
import { type Image, inspectImage } from '../images.ts';
import { StillTree } from '../still-tree.ts';
import { findBootFiles } from './boot-files.ts';
import { Budget, DEFAULT_LIMITS, type Limits } from './budget.ts';
import { CAPABILITY, capabilitiesIn, capabilityText } from './capabilities.ts';
import { ImageTooLarge, ImportRefused } from './errors.ts';
import { checkGenuine, type Expected, type Genuine } from './genuine.ts';
import { rootOf, takeDirectory, takeFile, type Unpacked } from './sources.ts';

export type Phase = 'checking' | 'unpacking' | 'hashing' | 'preparing' | 'storing';

export interface Progress {
  readonly phase: Phase;
  readonly done: number;
  /** Bytes in all; undefined where that is not known. */
  readonly total: number | undefined;
}

export interface ImportOptions {
  /** File or directory. */
  readonly source: string;
  /** By default both are taken from the file's name, the version at last from the date. */
  readonly name?: string | undefined;
  readonly version?: string | undefined;
  readonly expected?: Expected;
  /** False: as it is, for systems that are prepared already. */
  readonly prepare?: boolean;
  readonly limits?: Partial<Limits>;
  readonly run: Run;
  readonly now: () => Date;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}

export interface Imported {
  readonly image: Image;
  readonly details: ImageDetails;
  /** What a person should know besides. */
  readonly remarks: readonly string[];
}

/** A desktop has ten. */
const MOST_CAPABILITIES = 10_000;

/** Needs root: the files of a system belong to several users. Throws ImportRefused, DiskError, UnsafeMember, NotGenuine… */
export async function importImage(store: ImageStore, options: ImportOptions): Promise<Imported> {
  const source = resolve(options.source);
  const stats = statSync(source, { throwIfNoEntry: false });
  if (stats === undefined || !(stats.isFile() || stats.isDirectory()))
    throw new ImportRefused(`${source} is ${stats === undefined ? 'not there' : 'neither a file nor a directory'}`);
  const described = stats.isDirectory() ? await describedImage(source) : undefined;
  const { name, version } = nameOf(options, source, described);
  if (store.has(name, version)) throw new ImageExists(formatReference(name, version));
  const limit = options.limits?.bytes ?? DEFAULT_LIMITS.bytes;
  // Before it is read: a terabyte of holes takes no room, and an hour to hash.
  if (stats.isFile() && stats.size > limit) throw new ImageTooLarge(source, limit);
  const genuine = stats.isFile() ? await check(source, stats.size, options) : undefined;
  const work = await store.begin();
  try {
    const made = join(work, 'new');
    await mkdir(made);
    await chmod(made, 0o755);
    const capabilities: ImageDetails['capabilities'] = [];
    const unpacked = await unpackInto(source, stats.isDirectory(), work, made, capabilities, options);
    if (stats.isDirectory()) capabilities.push(...(await capabilitiesIn(rootOf(source), options.run)));
    const identified = await identify(made, described);
    const { sha256, checkedBy, signedBy } = genuine ?? {};
    const { image, details } = await writePrepared(
      made,
      { name, version, created: options.now().toISOString(), ...identified },
      {
        source: {
          file: basename(source),
          described: unpacked.described,
          ...(stats.isFile() ? { bytes: stats.size } : {}),
          ...(sha256 === undefined ? {} : { sha256 }),
          ...(checkedBy === undefined ? {} : { checkedBy }),
          ...(signedBy === undefined ? {} : { signedBy }),
        },
        capabilities,
        dropped: {
          special: [...unpacked.dropped.special],
          attributes: Object.fromEntries(unpacked.dropped.attributes),
        },
      },
      options,
    );
    await writeFile(join(made, 'image.json'), image, { mode: 0o644 });
    options.onProgress?.({ phase: 'storing', done: 0, total: undefined });
    const remarks = [...(genuine?.remarks ?? []), ...remarksOn(details, genuine, options)];
    return { image: await store.publish(made, name, version), details, remarks };
  } finally {
    await store.abandon(work);
  }
}

function nameOf(
  options: ImportOptions,
  source: string,
  described: Image | undefined,
): { name: string; version: string } {
  const guessed = described ?? nameFromFile(basename(source), options.now().toISOString().slice(0, 10));
  const name = options.name ?? guessed.name;
  const version = options.version ?? guessed.version;
  if (!isImageName(name)) throw new NoImageName(name);
  parseReference(formatReference(name, version));
  return { name, version };
}

/** What another tool, such as the image builder, wrote down about a directory; undefined where none did. */
async function describedImage(directory: string): Promise<Image | undefined> {
  const inspected = await inspectImage(directory);
  return 'image' in inspected ? inspected.image : undefined;
}

async function check(source: string, size: number, options: ImportOptions): Promise<Genuine> {
  let done = 0;
  const tell = (bytes: number) => {
    done += bytes;
    options.onProgress?.({ phase: 'checking', done, total: size });
  };
  return checkGenuine(source, options.expected ?? {}, tell, options.signal);
}

async function unpackInto(
  source: string,
  isDirectory: boolean,
  work: string,
  made: string,
  capabilities: ImageDetails['capabilities'],
  options: ImportOptions,
): Promise<Unpacked> {
  let written = 0;
  let reading: { done: number; total: number } | undefined;
  const scratch = join(work, 'scratch');
  await mkdir(scratch, { mode: 0o700 });
  const unpacked = await (isDirectory ? takeDirectory : takeFile)(source, {
    directory: made,
    scratch,
    budget: new Budget(work, { ...DEFAULT_LIMITS, ...options.limits }),
    signal: options.signal,
    onRead(done, total) {
      reading = { done, total };
      options.onProgress?.({ phase: 'unpacking', done, total });
    },
    onBytes(bytes) {
      written += bytes;
      if (reading === undefined) options.onProgress?.({ phase: 'unpacking', done: written, total: undefined });
    },
    onAttribute(path, attribute, value) {
      if (attribute === CAPABILITY && capabilities.length < MOST_CAPABILITIES)
        capabilities.push({ path, capabilities: capabilityText(value) });
    },
  });
  const boot = join(made, 'boot');
  if (statSync(boot, { throwIfNoEntry: false }) === undefined) {
    const place = findBootFiles(join(made, 'root'));
    await mkdir(boot);
    await copyTree(options.run, join(made, 'root', place), boot, 'auto');
    return { ...unpacked, described: `${unpacked.described}, boot files from its /${place}` };
  }
  return unpacked;
}

async function identify(made: string, described: Image | undefined) {
  const root = new StillTree(join(made, 'root'));
  const boot = new StillTree(join(made, 'boot'));
  const arch = readArchitecture(root);
  if (arch === undefined) throw new ImportRefused('its programs are not for arm64 or armhf: a Pi cannot run them');
  const os = readOs(root);
  const bootFacts = await readBoot(boot, root);
  const own = described && { ...bootFacts, kernel: described.boot.kernel, initramfs: described.boot.initramfs };
  return { arch, os, ...readLayout(root, os), bootFacts: own ?? bootFacts, cmdline: described?.boot.cmdline ?? '' };
}

function remarksOn(
  { layout, layoutReason, models }: ImageDetails,
  genuine: Genuine | undefined,
  options: ImportOptions,
): string[] {
  const remarks: string[] = [];
  if (genuine !== undefined && genuine.checkedBy === undefined && genuine.signedBy === undefined)
    remarks.push(
      'nothing was there to check the file against: neither a checksum beside it, nor --sha256, nor a signature',
    );
  if (options.prepare !== false && layout === 'unknown')
    remarks.push(`nothing was prepared, and it may not boot: ${layoutReason}`);
  if (models.length === 0) remarks.push('no model of Raspberry Pi finds both its firmware and its device tree in it');
  return remarks;
}
