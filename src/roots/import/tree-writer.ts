/**
 * Writes entries below a directory that nobody else writes to. Whatever the entries say, nothing is made or changed outside:
 * every directory on the way must be one that was made here, so no link is ever followed.
 */
import {
  chmodSync,
  chownSync,
  closeSync,
  fchmodSync,
  fchownSync,
  ftruncateSync,
  futimesSync,
  lchownSync,
  linkSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  openSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
} from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import type { Budget } from './budget.ts';
import type { TreeEntries, TreeEntry } from './entry.ts';
import { UnsafeMember } from './errors.ts';
import { writeSparse } from './sparse.ts';

/** What an image had and the unpacked one has not. */
export interface Dropped {
  /** Devices, pipes and sockets. */
  readonly special: { readonly path: string; readonly what: string }[];
  /** Extended attributes: how many files had each. */
  readonly attributes: Map<string, number>;
}

export interface WriterOptions {
  readonly budget: Budget;
  readonly signal?: AbortSignal | undefined;
  readonly onBytes?: (bytes: number) => void;
  readonly onAttribute?: (path: string, name: string, value: Uint8Array) => void;
}

/** Files between two turns of the loop, so that a signal is heard. */
const BATCH = 50;
/** More are counted and not named. */
const MOST_NAMED = 1000;

export class TreeWriter {
  readonly dropped: Dropped = { special: [], attributes: new Map() };
  readonly #top: string;
  readonly #options: WriterOptions;
  /** Directories that were made here, with the times that they get in the end. */
  readonly #directories = new Map<string, number>();

  /** @param top an empty directory */
  constructor(top: string, options: WriterOptions) {
    this.#top = top;
    this.#options = options;
    this.#directories.set('', 0);
  }

  /** Throws UnsafeMember, ImageTooLarge, NoRoom, or what the entries throw. */
  async write(entries: TreeEntries): Promise<void> {
    let count = 0;
    for await (const entry of entries) {
      this.#options.signal?.throwIfAborted();
      await this.#add(entry);
      if (++count % BATCH === 0) await turn();
    }
    for (const [path, mtime] of [...this.#directories].reverse()) utimesSync(this.#at(path), mtime, mtime);
  }

  async #add(entry: TreeEntry): Promise<void> {
    const { path } = entry;
    this.#options.budget.entry(path, entry.kind === 'file' ? entry.size : 0);
    this.#tellAttributes(entry);
    if (entry.kind === 'special') {
      if (this.dropped.special.length < MOST_NAMED) this.dropped.special.push({ path, what: entry.what });
      return;
    }
    if (entry.kind === 'directory') this.#directory(entry);
    else {
      this.#makeWay(path);
      if (entry.kind === 'file') await this.#file(entry);
      else if (entry.kind === 'link') this.#link(entry);
      else this.#same(entry);
    }
  }

  #directory(entry: TreeEntry): void {
    const at = this.#at(entry.path);
    if (!this.#directories.has(entry.path)) {
      this.#makeWay(entry.path);
      mkdirSync(at, { mode: 0o700 });
    }
    this.#directories.set(entry.path, entry.mtime);
    chownSync(at, entry.uid, entry.gid);
    chmodSync(at, entry.mode & 0o7777);
  }

  async #file(entry: TreeEntry & { kind: 'file' }): Promise<void> {
    const file = openSync(this.#at(entry.path), 'wx', 0o600);
    try {
      let sinceTurn = 0;
      for await (const { at, bytes } of entry.pieces()) {
        this.#options.signal?.throwIfAborted();
        this.#options.budget.write(writeSparse(file, bytes, at));
        this.#options.onBytes?.(bytes.length);
        sinceTurn += bytes.length;
        if (sinceTurn < 16 * 2 ** 20) continue;
        sinceTurn = 0;
        await turn();
      }
      ftruncateSync(file, entry.size);
      // Owner first: chown takes setuid away.
      fchownSync(file, entry.uid, entry.gid);
      fchmodSync(file, entry.mode & 0o7777);
      futimesSync(file, entry.mtime, entry.mtime);
    } finally {
      closeSync(file);
    }
  }

  #link(entry: TreeEntry & { kind: 'link' }): void {
    const at = this.#at(entry.path);
    symlinkSync(entry.target, at);
    lchownSync(at, entry.uid, entry.gid);
    lutimesSync(at, entry.mtime, entry.mtime);
  }

  #same(entry: TreeEntry & { kind: 'same' }): void {
    this.#assertPlain(entry.as, entry.path);
    const at = this.#at(entry.as);
    const found = lstatSync(at, { throwIfNoEntry: false });
    if (found === undefined || found.isDirectory())
      throw new UnsafeMember(
        entry.path,
        `it is another name of ${JSON.stringify(entry.as)}, which is no file before it`,
      );
    linkSync(at, this.#at(entry.path));
  }

  /** Sees to it that the entry's directory is there and its name is free. A later entry of the same name replaces. */
  #makeWay(path: string): void {
    this.#assertPlain(path, path);
    const found = lstatSync(this.#at(path), { throwIfNoEntry: false });
    if (found?.isDirectory()) throw new UnsafeMember(path, 'it is a directory already');
    if (found !== undefined) unlinkSync(this.#at(path));
  }

  #assertPlain(path: string, member: string): void {
    const parts = path.split('/');
    if (parts.some((part) => part === '' || part === '.' || part === '..' || part.includes('\0')))
      throw new UnsafeMember(member, 'it would lie outside of the image');
    for (let length = 1; length < parts.length; length++) {
      const above = parts.slice(0, length).join('/');
      if (this.#directories.has(above)) continue;
      const found = lstatSync(this.#at(above), { throwIfNoEntry: false });
      if (found !== undefined)
        throw new UnsafeMember(
          member,
          `${JSON.stringify(above)} is no directory but ${found.isSymbolicLink() ? 'a link' : 'a file'}`,
        );
      mkdirSync(this.#at(above), { mode: 0o755 });
      this.#directories.set(above, 0);
    }
  }

  #tellAttributes({ path, attributes }: TreeEntry): void {
    for (const [name, value] of attributes ?? []) {
      if (this.dropped.attributes.size >= MOST_NAMED && !this.dropped.attributes.has(name)) continue;
      this.dropped.attributes.set(name, (this.dropped.attributes.get(name) ?? 0) + 1);
      this.#options.onAttribute?.(path, name, value);
    }
  }

  #at(path: string): string {
    return path === '' ? this.#top : `${this.#top}/${path}`;
  }
}
