/**
 * A tree of files that was just unpacked and that nobody else writes to: looked at, and later edited. A path whose way leads
 * over a link is not there: links of a root are for the board that has it as its root.
 */
import { closeSync, lstatSync, openSync, readdirSync, readlinkSync, readSync, type Stats } from 'node:fs';
import { UnsafePath } from './errors.ts';

/** Files of an image that are read whole: configuration. */
const LARGEST_TEXT = 1024 * 1024;

export class StillTree {
  readonly top: string;

  constructor(top: string) {
    this.top = top;
  }

  /** What has this name itself; undefined if nothing has. */
  stats(path: string): Stats | undefined {
    const parts = partsOf(this.top, path);
    for (let length = 1; length < parts.length; length++) {
      const above = lstatSync(`${this.top}/${parts.slice(0, length).join('/')}`, { throwIfNoEntry: false });
      if (!above?.isDirectory()) return undefined;
    }
    return lstatSync(this.at(path), { throwIfNoEntry: false });
  }

  has(path: string): boolean {
    return this.stats(path) !== undefined;
  }

  isFile(path: string): boolean {
    return this.stats(path)?.isFile() === true;
  }

  isDirectory(path: string): boolean {
    return this.stats(path)?.isDirectory() === true;
  }

  /** Names in a directory, or at the top, sorted; none if it is no directory. */
  list(path?: string): string[] {
    if (path === undefined) return readdirSync(this.top).sort();
    return this.isDirectory(path) ? readdirSync(this.at(path)).sort() : [];
  }

  /** The first bytes of a file; undefined if there is no file. */
  head(path: string, length: number): Uint8Array | undefined {
    if (!this.isFile(path)) return undefined;
    const file = openSync(this.at(path), 'r');
    try {
      const bytes = Buffer.alloc(length);
      return bytes.subarray(0, readSync(file, bytes, 0, length, 0));
    } finally {
      closeSync(file);
    }
  }

  /** A text file; undefined if there is none, or if it is too large to be one. */
  text(path: string): string | undefined {
    const size = this.stats(path)?.size ?? 0;
    return size > LARGEST_TEXT ? undefined : this.head(path, size)?.toString();
  }

  /** Where a link leads; undefined if it is none. */
  target(path: string): string | undefined {
    return this.stats(path)?.isSymbolicLink() ? readlinkSync(this.at(path)) : undefined;
  }

  at(path: string): string {
    return `${this.top}/${path}`;
  }
}

function partsOf(top: string, path: string): string[] {
  const parts = path.split('/');
  if (parts.some((part) => part === '' || part === '.' || part === '..'))
    throw new UnsafePath(top, JSON.stringify(path), 'expected a relative path without empty, . or .. parts');
  return parts;
}
