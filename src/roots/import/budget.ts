/** What an import may write: no more than was allowed, and never the last of a disk. */
import { statfsSync } from 'node:fs';
import { ImageTooLarge, ImportRefused, NoRoom } from './errors.ts';

export interface Limits {
  /** Bytes of an image, unpacked, holes counted as if they were written: clones and checksums have to read them. */
  readonly bytes: number;
  readonly entries: number;
  /** Bytes that are kept free on the file system. */
  readonly reserve: number;
}

export const DEFAULT_LIMITS: Limits = { bytes: 64 * 2 ** 30, entries: 2_000_000, reserve: 512 * 2 ** 20 };

/** Characters of all paths: they are kept in memory, and the largest desktops have a quarter of it. */
const MOST_NAMES = 64 * 2 ** 20;
/** The room is looked at again after this much. */
const STEP = 64 * 2 ** 20;

export class Budget {
  readonly limits: Limits;
  readonly #directory: string;
  #bytes = 0;
  #entries = 0;
  #names = 0;
  #sinceLook = STEP;

  constructor(directory: string, limits: Limits) {
    this.#directory = directory;
    this.limits = limits;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get entries(): number {
    return this.#entries;
  }

  /** One more file or directory with this many bytes. Throws ImageTooLarge. */
  entry(path: string, bytes: number): void {
    this.#entries++;
    this.#bytes += bytes;
    this.#names += path.length;
    if (this.#entries > this.limits.entries || this.#names > MOST_NAMES)
      throw new ImportRefused(
        `the image has more than ${this.limits.entries} files, or names of ${MOST_NAMES} characters`,
      );
    if (!(this.#bytes <= this.limits.bytes))
      throw new ImageTooLarge(`the image with ${path} (${bytes} bytes)`, this.limits.bytes);
  }

  /** Throws ImageTooLarge where what is only kept meanwhile, such as a disk image, is too large. */
  kept(what: string, bytes: number): void {
    if (!(bytes <= this.limits.bytes)) throw new ImageTooLarge(what, this.limits.bytes);
  }

  /** Bytes that are about to be written. Throws NoRoom. */
  write(bytes: number): void {
    this.#sinceLook += bytes;
    if (this.#sinceLook < STEP) return;
    this.#sinceLook = 0;
    const { bavail, bsize } = statfsSync(this.#directory);
    const free = bavail * bsize;
    if (free - STEP < this.limits.reserve) throw new NoRoom(this.#directory, free, this.limits.reserve);
  }
}
