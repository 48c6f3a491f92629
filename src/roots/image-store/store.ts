/**
 * The images of a machine: `<directory>/NAME@VERSION/{image.json, manifest.mtree, boot/, root/, originals/}`. An image gets its
 * name when it is whole and on disk, and is never changed from then on.
 */
import { existsSync } from 'node:fs';
import { readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { seconds } from '../../rack/units.ts';
import type { Run } from '../backends/backend.ts';
import { removeTree } from '../backends/tree.ts';
import { ensureDirectory, syncDirectory } from '../files.ts';
import { type Image, inspectImage, listImages } from '../images.ts';
import { directoryName, formatReference, parseReference } from './reference.ts';
import { makeWork, sweepWork } from './work.ts';

export class NoSuchImage extends Error {
  override readonly name = 'NoSuchImage';
}

export class ImageExists extends Error {
  override readonly name = 'ImageExists';

  constructor(reference: string) {
    super(`there is an image ${reference} already, and images are never changed: give another --version`);
  }
}

export class ImageInUse extends Error {
  override readonly name = 'ImageInUse';
  readonly users: readonly string[];

  constructor(reference: string, users: readonly string[]) {
    super(`${reference} is in use: ${users.join('; ')}`);
    this.users = users;
  }
}

/** Writing out gigabytes to a slow disk. */
const SYNC_LIMIT = seconds(1800);

export class ImageStore {
  readonly directory: string;
  readonly #run: Run;

  constructor(directory: string, run: Run) {
    this.directory = directory;
    this.#run = run;
  }

  /** All usable images, each name's last imported version first. */
  async list(): Promise<readonly Image[]> {
    const all = (await listImages(this.directory)).flatMap((each) => ('image' in each ? [each.image] : []));
    return all.sort(
      (a, b) =>
        a.name.localeCompare(b.name) || b.created.localeCompare(a.created) || b.version.localeCompare(a.version),
    );
  }

  /** The image of `NAME` (its last version) or `NAME:VERSION`. Throws NoSuchImage or NoImageName. */
  async find(reference: string): Promise<Image> {
    const { name, version } = parseReference(reference);
    const all = await this.list();
    const found = all.find((image) => image.name === name && (version === undefined || image.version === version));
    if (found !== undefined) return found;
    const versions = all.filter((image) => image.name === name).map((image) => image.version);
    const there =
      versions.length > 0
        ? `${name} has the versions ${versions.join(', ')}`
        : `there are ${[...new Set(all.map((image) => image.name))].join(', ') || 'none'}`;
    throw new NoSuchImage(`no image ${reference} in ${this.directory}: ${there}`);
  }

  has(name: string, version: string): boolean {
    return existsSync(this.#place(name, version));
  }

  /** Makes the directory, takes away what killed imports left, and gives an empty directory to make an image in. */
  async begin(): Promise<string> {
    await ensureDirectory(this.directory, 0o755);
    await sweepWork(this.directory, this.#run);
    return makeWork(this.directory);
  }

  /** Takes away what `begin` gave. */
  async abandon(work: string): Promise<void> {
    await removeTree(this.#run, work);
  }

  /**
   * Gives the whole image in `made`, a directory in the store's own file system, its name. It is on disk when this resolves.
   * Throws ImageExists, or Error where it is not usable.
   */
  async publish(made: string, name: string, version: string): Promise<Image> {
    await this.#run('sync', ['-f', made], { timeout: SYNC_LIMIT });
    const inspected = await inspectImage(made);
    if ('problems' in inspected)
      throw new Error(`the image that was made is not usable: ${JSON.stringify(inspected.problems)}`);
    if (this.has(name, version)) throw new ImageExists(formatReference(name, version));
    // rename(2) would replace an empty directory only: another import that was quicker makes this one fail.
    await rename(made, this.#place(name, version));
    await syncDirectory(this.directory);
    const published = await inspectImage(this.#place(name, version));
    if ('problems' in published) throw new Error(`${name}:${version} cannot be read back`);
    return published.image;
  }

  /** Takes an image away; whoever calls has seen to it that nobody uses it. A kill leaves it whole, or gone to be swept. */
  async remove(image: Image): Promise<void> {
    const work = await this.begin();
    await rename(image.directory, join(work, 'removed'));
    await syncDirectory(this.directory);
    await this.abandon(work);
  }

  /** Names of what is being made. */
  async unfinished(): Promise<readonly string[]> {
    return (await readdir(this.directory)).filter((name) => name.startsWith('.making-'));
  }

  #place(name: string, version: string): string {
    return join(this.directory, directoryName(name, version));
  }
}
