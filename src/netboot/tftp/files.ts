/**
 * Boot files in memory, one copy of each whatever number of boards and paths lead to it. What a file is, is said by its
 * device, inode, size and times: a path that shows another file, or the file changed, is read again.
 */
import { constants } from 'node:fs';
import { type FileHandle, open, readdir, readlink, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../rack/clock.ts';
import type { BootFiles, Lookup } from '../tree/routes.ts';
import { BootFileError } from './file-error.ts';

/** What the socket sends from: the add-on's handle on bytes, let go when nobody can ask for it any more. */
export interface Body {
  readonly length: number;
  release(): void;
}

/** A file held for one transfer. `done` has to be called once; until then its bytes stay. */
export interface HeldFile<B extends Body = Body> {
  readonly body: B;
  readonly size: number;
  done(): void;
}

/** What the engine needs of boot files: those of an image's directory, and texts made for one board. */
export interface ServedFiles<B extends Body> extends BootFiles<HeldFile<B>> {
  readonly stats: { readonly files: number; readonly bytes: number };
  text(text: string): Promise<HeldFile<B>>;
}

export interface FileStoreOptions<B extends Body> {
  readonly clock: Clock;
  readonly register: (bytes: Uint8Array) => B;
  /** Bytes of files held at most. Files in use stay; a file that does not fit beside them is refused. */
  readonly maxBytes: number;
}

interface Content<B extends Body> {
  readonly key: string;
  readonly size: number;
  readonly body: Promise<B>;
  users: number;
}

/** A path looked up less than this long ago is not looked up again: a boot asks for some files many times. */
const FRESH = 1000;
const CHUNK = 1 << 20;
const MAX_PATHS = 4096;

export class FileStore<B extends Body> implements ServedFiles<B> {
  readonly #options: FileStoreOptions<B>;
  /** By identity, least recently used first. */
  readonly #contents = new Map<string, Content<B>>();
  readonly #paths = new Map<string, { readonly key: string; readonly at: number }>();
  #bytes = 0;

  constructor(options: FileStoreOptions<B>) {
    this.#options = options;
  }

  get stats(): { readonly files: number; readonly bytes: number } {
    return { files: this.#contents.size, bytes: this.#bytes };
  }

  /** A file below `directory`, in memory. Rejects with a BootFileError where it is there but cannot be had. */
  async open(directory: string, path: string): Promise<Lookup<HeldFile<B>>> {
    const full = join(directory, path);
    const fresh = this.#paths.get(full);
    const known =
      fresh && this.#options.clock.monotonic() - fresh.at < FRESH ? this.#contents.get(fresh.key) : undefined;
    if (known !== undefined) return { kind: 'file', file: await this.#hold(known) };
    const root = await realpath(directory).catch((cause: unknown) => {
      throw new BootFileError('unreadable', `cannot read directory ${directory}`, { cause });
    });
    for (let again = true; ; again = false) {
      try {
        return await this.#look(root, full);
      } catch (error) {
        if (isAbsent(error)) return { kind: 'absent' };
        if (!(error instanceof BootFileError)) {
          throw new BootFileError('unreadable', `cannot read ${full}`, { cause: error });
        }
        // Somebody put another file in its place just now: that one will do as well.
        if (error.reason !== 'changing' || !again) throw error;
      }
    }
  }

  /**
   * Reads every file of a boot directory before a board asks: it waits one second, and a cold disk under load may take
   * longer. Half of the room at most; what does not fit, or cannot be read, is looked at again when it is asked for.
   */
  async warm(directory: string): Promise<void> {
    const names = await readdir(directory, { recursive: true }).catch(() => []);
    for (const name of names) {
      if (this.#bytes > this.#options.maxBytes / 2) return;
      const found = await this.open(directory, name).catch(() => undefined);
      if (found?.kind === 'file') found.file.done();
    }
  }

  /** Text made for one board, held like a file, so that both are sent the same way. */
  async text(text: string): Promise<HeldFile<B>> {
    const key = `text ${text}`;
    return this.#hold(this.#contents.get(key) ?? this.#add(key, text.length, async () => Buffer.from(text, 'latin1')));
  }

  async #look(root: string, full: string): Promise<Lookup<HeldFile<B>>> {
    const real = await realpath(full);
    if (!real.startsWith(`${root}/`))
      return { kind: 'outside', reason: 'a symbolic link leads out of the boot directory' };
    const info = await stat(real, { bigint: true });
    if (!info.isFile()) return { kind: 'outside', reason: 'not a regular file' };
    const { dev, ino, size, mtimeNs, ctimeNs } = info;
    const key = `${dev} ${ino} ${size} ${mtimeNs} ${ctimeNs}`;
    const content =
      this.#contents.get(key) ?? this.#add(key, Number(size), () => readWhole(root, real, key, Number(size)));
    if (this.#paths.size >= MAX_PATHS) this.#paths.clear();
    this.#paths.set(full, { key, at: this.#options.clock.monotonic() });
    return { kind: 'file', file: await this.#hold(content) };
  }

  async #hold(content: Content<B>): Promise<HeldFile<B>> {
    // Last in the order of the map: most recently used.
    this.#contents.delete(content.key);
    this.#contents.set(content.key, content);
    content.users++;
    let held = true;
    const done = () => {
      if (held) content.users--;
      held = false;
    };
    try {
      return { body: await content.body, size: content.size, done };
    } catch (error) {
      done();
      throw error;
    }
  }

  /** The room is taken before the file is read, so that files read at the same time cannot exceed it together. */
  #add(key: string, size: number, read: () => Promise<Uint8Array>): Content<B> {
    this.#makeRoom(size);
    const body = read().then(this.#options.register);
    const content: Content<B> = { key, size, body, users: 0 };
    this.#contents.set(key, content);
    this.#bytes += size;
    body.catch(() => this.#forget(content));
    return content;
  }

  #makeRoom(size: number): void {
    const { maxBytes } = this.#options;
    for (const content of this.#contents.values()) {
      if (this.#bytes + size <= maxBytes) return;
      if (content.users > 0) continue;
      this.#forget(content);
      content.body.then(
        (body) => body.release(),
        () => {},
      );
    }
    if (this.#bytes + size <= maxBytes) return;
    throw new BootFileError(
      'no-room',
      `a file of ${size} bytes does not fit: ${this.#bytes} of ${maxBytes} bytes in use`,
    );
  }

  #forget(content: Content<B>): void {
    if (this.#contents.get(content.key) !== content) return;
    this.#contents.delete(content.key);
    this.#bytes -= content.size;
  }
}

/**
 * Reads a file that was looked up as `real`, in pieces, so that one file does not keep others waiting. Where it is not
 * the file looked up any more, or was swapped for a link out of `root` since, the board has to ask again.
 */
async function readWhole(root: string, real: string, key: string, size: number): Promise<Uint8Array> {
  const handle = await open(real, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const opened = await readlink(`/proc/self/fd/${handle.fd}`);
    if (!opened.startsWith(`${root}/`)) throw changed(real);
    const bytes = Buffer.allocUnsafeSlow(size);
    for (let at = 0; at < size; ) {
      const { bytesRead } = await handle.read(bytes, at, Math.min(CHUNK, size - at), at);
      if (bytesRead === 0) throw changed(real);
      at += bytesRead;
    }
    if ((await identity(handle)) !== key) throw changed(real);
    return bytes;
  } finally {
    await handle.close();
  }
}

async function identity(handle: FileHandle): Promise<string> {
  const { dev, ino, size, mtimeNs, ctimeNs } = await handle.stat({ bigint: true });
  return `${dev} ${ino} ${size} ${mtimeNs} ${ctimeNs}`;
}

function changed(real: string): BootFileError {
  return new BootFileError('changing', `${real} changed while it was read`);
}

/** A path through something that is no directory, and a name too long for the file system, are as absent as any. */
function isAbsent(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENAMETOOLONG';
}
