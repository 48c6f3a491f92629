/**
 * Files inside a root, which may be full of traps: a tenant was root in it, and an image is somebody's work too. Every
 * directory on the way is opened from the one before it without following a link (as openat(2) with O_NOFOLLOW does; Node
 * has none, and /proc/self/fd/N/name is the same walk), so that nothing outside the root is ever read or written. What is
 * written is a new file that takes the old one's name: a hard link, a fifo or a device of that name is never opened.
 */
import { constants } from 'node:fs';
import { type FileHandle, lstat, mkdir, open, readdir, rename, symlink, unlink } from 'node:fs/promises';
import { hasCode, UnsafePath } from './errors.ts';

const { O_CREAT, O_DIRECTORY, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_WRONLY } = constants;
/** open(2): a handle of whatever has the name, without opening it. The same number on x86-64 and arm64; Node has no name for it. */
const O_PATH = 0o10_000_000;

export type FileKind = 'file' | 'directory' | 'link' | 'other';

export class SafeRoot {
  readonly #root: string;
  readonly #handle: FileHandle;
  /** Directories inside that were walked to, by path: the way to `etc` is walked a dozen times a root. */
  readonly #walked = new Map<string, FileHandle>();
  /** Written and not synced. */
  #written: FileHandle[] = [];

  private constructor(root: string, handle: FileHandle) {
    this.#root = root;
    this.#handle = handle;
  }

  /** Opens the directory `root`. Throws UnsafePath when it is a link or no directory. Close it when done. */
  static async open(root: string): Promise<SafeRoot> {
    return new SafeRoot(root, await guard(root, '.', () => openDirectory(root)));
  }

  async close(): Promise<void> {
    const walked = [...this.#walked.values()];
    this.#walked.clear();
    await Promise.all([this.#handle, ...walked, ...this.#written.splice(0)].map((handle) => handle.close()));
  }

  /** Brings what was written to disk. All at once: a journal takes many files in one commit as quickly as one. */
  async sync(): Promise<void> {
    const written = this.#written.splice(0);
    try {
      await Promise.all(written.map((handle) => handle.sync()));
    } finally {
      await Promise.all(written.map((handle) => handle.close()));
    }
  }

  /** Puts a new file in the place of whatever has this name; `sync` makes it durable. The directory must exist. */
  async writeFile(path: string, content: string | Uint8Array, mode: number): Promise<void> {
    await this.#replace(path, async (fresh) => {
      const file = await open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
      this.#written.push(file);
      await file.writeFile(content);
      await file.chmod(mode);
    });
  }

  /** Puts a symbolic link in the place of whatever has this name. It is for the board to follow: nothing here ever does. */
  async writeLink(path: string, target: string): Promise<void> {
    await this.#replace(path, (fresh) => symlink(target, fresh));
  }

  /** Makes a directory and those above it; one that is there is kept as it is. */
  async makeDirectory(path: string, mode: number): Promise<void> {
    const parts = this.#parts(path);
    for (let depth = 1; depth <= parts.length; depth++) {
      const name = parts[depth - 1] as string;
      await this.#inside(parts.slice(0, depth - 1), path, async (directory) => {
        try {
          await mkdir(`${directory}/${name}`, { mode });
          const made = await openDirectory(`${directory}/${name}`);
          // Whatever this process's umask left of it.
          await made.chmod(mode).finally(() => made.close());
        } catch (error) {
          if (!hasCode(error, 'EEXIST')) throw error;
        }
      });
    }
    // What was there may have been a link or a file.
    await this.#inside(parts, path, async () => undefined);
  }

  /** The text of an ordinary file; undefined when there is none. Throws UnsafePath for anything else of that name. */
  async readFile(path: string, most: number): Promise<string | undefined> {
    const { parents, name } = this.#split(path);
    return this.#inside(parents, path, async (directory) => {
      // Opening a device does something (a watchdog begins to count), and a fifo waits for who writes it: it is looked at
      // first, and what was looked at is what is opened, whatever has its name by then.
      const found = await openUnlessMissing(`${directory}/${name}`, O_PATH | O_NOFOLLOW);
      if (found === undefined) return undefined;
      try {
        const { size } = await this.#plain(found, path);
        if (size > most) throw new UnsafePath(this.#root, path, `expected at most ${most} bytes, it has ${size}`);
        const file = await open(`/proc/self/fd/${found.fd}`, O_RDONLY | O_NONBLOCK);
        try {
          const { buffer, bytesRead } = await file.read(Buffer.alloc(most), 0, most, 0);
          return buffer.toString('utf8', 0, bytesRead);
        } finally {
          await file.close();
        }
      } finally {
        await found.close();
      }
    });
  }

  /** What has this name, itself and not what it leads to; undefined: nothing. */
  async kind(path: string): Promise<FileKind | undefined> {
    const { parents, name } = this.#split(path);
    return this.#inside(parents, path, async (directory) => {
      try {
        const stats = await lstat(`${directory}/${name}`);
        if (stats.isSymbolicLink()) return 'link';
        return stats.isFile() ? 'file' : stats.isDirectory() ? 'directory' : 'other';
      } catch (error) {
        if (hasCode(error, 'ENOENT')) return undefined;
        throw error;
      }
    });
  }

  /** Removes a file or link; one that is not there is fine. */
  async removeFile(path: string): Promise<void> {
    const { parents, name } = this.#split(path);
    await this.#inside(parents, path, (directory) => unlinkIfThere(`${directory}/${name}`));
  }

  /** Names in a directory; undefined if there is no such directory. */
  async list(path: string): Promise<string[] | undefined> {
    return this.#inside(this.#parts(path), path, (directory) => readdir(directory));
  }

  async #replace(path: string, make: (fresh: string) => Promise<void>): Promise<void> {
    const { parents, name } = this.#split(path);
    const made = await this.#inside(parents, path, async (directory) => {
      const fresh = `${directory}/.pirack-${name}`;
      try {
        await make(fresh);
      } catch (error) {
        if (!hasCode(error, 'EEXIST')) throw error;
        // Left by a process that was killed, or a trap: whatever it is, it is not opened.
        await unlinkIfThere(fresh);
        await make(fresh);
      }
      await rename(fresh, `${directory}/${name}`);
      return true;
    });
    if (made === undefined) throw new UnsafePath(this.#root, path, 'its directory does not exist');
  }

  async #plain(file: FileHandle, path: string): Promise<{ readonly size: number }> {
    const stats = await file.stat();
    if (!stats.isFile()) throw new UnsafePath(this.#root, path, 'something else is where a file was expected');
    return stats;
  }

  #parts(path: string): string[] {
    const parts = path.split('/');
    if (parts.some((part) => part === '' || part === '.' || part === '..')) {
      throw new UnsafePath(this.#root, JSON.stringify(path), 'expected a relative path without empty, . or .. parts');
    }
    return parts;
  }

  #split(path: string): { parents: string[]; name: string } {
    const parts = this.#parts(path);
    return { parents: parts.slice(0, -1), name: parts.at(-1) as string };
  }

  /** Calls `use` with a path to the directory that `parts` lead to; undefined if one of them is missing. */
  async #inside<T>(
    parts: readonly string[],
    path: string,
    use: (directory: string) => Promise<T>,
  ): Promise<T | undefined> {
    let at = this.#handle;
    for (let depth = 1; depth <= parts.length; depth++) {
      const name = parts.slice(0, depth).join('/');
      let next = this.#walked.get(name);
      if (next === undefined) {
        const from = `/proc/self/fd/${at.fd}/${parts[depth - 1]}`;
        const flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW;
        next = await guard(this.#root, path, () => openUnlessMissing(from, flags));
        if (next === undefined) return undefined;
        // Two that walk at once both open it; one handle is enough.
        const earlier = this.#walked.get(name);
        if (earlier !== undefined) await next.close();
        else this.#walked.set(name, next);
        next = earlier ?? next;
      }
      at = next;
    }
    return guard(this.#root, path, () => use(`/proc/self/fd/${at.fd}`));
  }
}

const openDirectory = (path: string): Promise<FileHandle> => open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);

async function openUnlessMissing(path: string, flags: number): Promise<FileHandle | undefined> {
  try {
    return await open(path, flags);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

async function unlinkIfThere(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
  }
}

async function guard<T>(root: string, path: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    // ENXIO: a socket, or a device without its driver.
    if (hasCode(error, 'ELOOP', 'ENOTDIR', 'ENXIO')) {
      throw new UnsafePath(root, path, 'a symbolic link or a file is where a directory was expected', error);
    }
    if (hasCode(error, 'EISDIR', 'EPERM')) {
      throw new UnsafePath(root, path, 'a directory is where a file was expected', error);
    }
    throw error;
  }
}
