/** Boot files on disk as TFTP would find them, by size: what the server holds in memory, this only looks at. */
import { open, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { BootFiles, Lookup } from '../tree/routes.ts';

export interface SizedFile {
  readonly size: number;
  /** The first `most` bytes. */
  head(most: number): Promise<Uint8Array>;
}

export const DISK_FILES: BootFiles<SizedFile> = Object.freeze({
  async open(directory: string, path: string): Promise<Lookup<SizedFile>> {
    try {
      const root = await realpath(directory);
      const real = await realpath(join(root, path));
      if (!real.startsWith(`${root}/`))
        return { kind: 'outside', reason: 'a symbolic link leads out of the boot directory' };
      const info = await stat(real);
      if (!info.isFile()) return { kind: 'outside', reason: 'not a regular file' };
      return { kind: 'file', file: { size: info.size, head: (most) => readHead(real, Math.min(most, info.size)) } };
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENAMETOOLONG') return { kind: 'absent' };
      throw error;
    }
  },
});

/** The same with other sizes for some names: what a file would cost that does not exist yet. */
export function withSizes(files: BootFiles<SizedFile>, sizes: Readonly<Record<string, number>>): BootFiles<SizedFile> {
  return {
    async open(directory, path) {
      const size = Object.hasOwn(sizes, path) ? sizes[path] : undefined;
      if (size === undefined) return files.open(directory, path);
      return { kind: 'file', file: { size, head: async () => new Uint8Array() } };
    },
  };
}

async function readHead(path: string, length: number): Promise<Uint8Array> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
