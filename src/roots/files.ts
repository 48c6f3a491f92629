/** Files that must be whole or absent after a crash. */
import { lstat, mkdir, open, rename, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { hasCode } from './errors.ts';

/**
 * Makes a directory and what is missing above it. Resolves with the topmost that was made; undefined when all were there.
 * (mkdir() of Node never returns where the kernel says ENOENT for a name whose parent exists, as below /proc.)
 */
export async function ensureDirectory(path: string, mode: number): Promise<string | undefined> {
  try {
    await mkdir(path, { mode });
    return path;
  } catch (error) {
    if (hasCode(error, 'EEXIST') && (await stat(path)).isDirectory()) return undefined;
    if (!hasCode(error, 'ENOENT') || dirname(path) === path) throw error;
  }
  const above = await ensureDirectory(dirname(path), mode);
  await mkdir(path, { mode });
  return above ?? path;
}

/** Whether something has the name, whatever it is: a link that leads nowhere too. */
export async function isThere(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return false;
    throw error;
  }
}

/** Replaces `path` with `text` in one step: it is synced before it has its name. The name is not: see syncDirectory. */
export async function replaceFile(path: string, text: string, mode = 0o600): Promise<void> {
  const fresh = `${path}.new`;
  const file = await open(fresh, 'w', mode);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(fresh, path);
}

/** As replaceFile, and the name is synced too. */
export async function writeDurably(path: string, text: string, mode?: number): Promise<void> {
  await replaceFile(path, text, mode);
  await syncDirectory(dirname(path));
}

/** Makes the names in a directory durable. */
export async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
