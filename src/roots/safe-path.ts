/**
 * Files inside a root, which may be full of traps: a tenant was root in it, and an image is somebody's work too. Every
 * directory on the way is opened from the one before it without following a link (as openat(2) with O_NOFOLLOW does; Node
 * has none, and /proc/self/fd/N/name is the same walk), so that nothing outside the root is ever read or written.
 */
import { constants } from 'node:fs';
import { type FileHandle, open, readdir, rename, unlink } from 'node:fs/promises';
import { hasCode, UnsafePath } from './errors.ts';

const { O_CREAT, O_DIRECTORY, O_EXCL, O_NOFOLLOW, O_RDONLY, O_WRONLY } = constants;

export class SafeRoot {
  readonly #root: string;
  readonly #handle: FileHandle;

  private constructor(root: string, handle: FileHandle) {
    this.#root = root;
    this.#handle = handle;
  }

  /** Opens the directory `root`. Throws UnsafePath when it is a link or no directory. Close it when done. */
  static async open(root: string): Promise<SafeRoot> {
    return new SafeRoot(root, await guard(root, '.', () => openDirectory(root)));
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }

  /** Puts a new file in the place of whatever has this name, synced to disk. The directory must exist. */
  async writeFile(path: string, text: string, mode: number): Promise<void> {
    const { parents, name } = this.#split(path);
    const written = await this.#inside(parents, path, async (directory) => {
      const fresh = `${directory}/.pirack-${name}`;
      await unlinkIfThere(fresh);
      const file = await open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
      try {
        await file.writeFile(text);
        await file.chmod(mode);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(fresh, `${directory}/${name}`);
      return true;
    });
    if (written === undefined) throw new UnsafePath(this.#root, path, 'its directory does not exist');
  }

  /** Removes a file or link; one that is not there is fine. */
  async removeFile(path: string): Promise<void> {
    const { parents, name } = this.#split(path);
    await this.#inside(parents, path, (directory) => unlinkIfThere(`${directory}/${name}`));
  }

  /** Names in a directory; undefined if there is no such directory. */
  async list(path: string): Promise<string[] | undefined> {
    const { parents, name } = this.#split(path);
    return this.#inside([...parents, name], path, (directory) => readdir(directory));
  }

  #split(path: string): { parents: string[]; name: string } {
    const parts = path.split('/');
    if (parts.some((part) => part === '' || part === '.' || part === '..')) {
      throw new UnsafePath(this.#root, JSON.stringify(path), 'expected a relative path without empty, . or .. parts');
    }
    return { parents: parts.slice(0, -1), name: parts.at(-1) as string };
  }

  /** Calls `use` with a path to the directory that `parts` lead to; undefined if one of them is missing. */
  async #inside<T>(
    parts: readonly string[],
    path: string,
    use: (directory: string) => Promise<T>,
  ): Promise<T | undefined> {
    const opened: FileHandle[] = [];
    try {
      let at = this.#handle;
      for (const part of parts) {
        const next = await guard(this.#root, path, () => openIfThere(`/proc/self/fd/${at.fd}/${part}`));
        if (next === undefined) return undefined;
        opened.push(next);
        at = next;
      }
      return await guard(this.#root, path, () => use(`/proc/self/fd/${at.fd}`));
    } finally {
      for (const handle of opened) await handle.close();
    }
  }
}

const openDirectory = (path: string): Promise<FileHandle> => open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);

async function openIfThere(path: string): Promise<FileHandle | undefined> {
  try {
    return await openDirectory(path);
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
    if (hasCode(error, 'ELOOP', 'ENOTDIR')) {
      throw new UnsafePath(root, path, 'a symbolic link or a file is where a directory was expected', error);
    }
    if (hasCode(error, 'EISDIR', 'EPERM')) {
      throw new UnsafePath(root, path, 'a directory is where a file was expected', error);
    }
    throw error;
  }
}
