/**
 * Roots as trees of files of their own: `reflink` copies share their data blocks with the base until one is written (XFS,
 * btrfs), `copy` shares nothing and works everywhere, at the price of time and room.
 */
import { mkdir } from 'node:fs/promises';
import type { Image } from '../images.ts';
import { rootIn } from '../place.ts';
import type { CloneBackend, Run } from './backend.ts';
import { Bases, copyTree, makeDirectory } from './tree.ts';

export class CopyBackend implements CloneBackend {
  readonly name = 'copy';
  readonly #run: Run;

  constructor(run: Run) {
    this.#run = run;
  }

  async clone(image: Image, place: string): Promise<void> {
    await mkdir(rootIn(place));
    await copyTree(this.#run, image.root, rootIn(place), 'auto');
    await this.#run('sync', ['-f', rootIn(place)]);
  }

  async attach(): Promise<void> {}
}

export class ReflinkBackend implements CloneBackend {
  readonly name = 'reflink';
  readonly #run: Run;
  readonly #bases: Bases;

  /** @param directory the directory of the roots, on a file system that shares blocks */
  constructor(directory: string, run: Run) {
    this.#run = run;
    this.#bases = new Bases(directory, run, makeDirectory);
  }

  async clone(image: Image, place: string): Promise<void> {
    const base = await this.#bases.of(image);
    await mkdir(rootIn(place));
    await copyTree(this.#run, base, rootIn(place), 'always');
  }

  async attach(): Promise<void> {}
}
