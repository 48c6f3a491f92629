/**
 * The one thing that an overlay's upper layer does not show: a board that writes to one name of an image's hard-linked file
 * has all its names changed (`index=on`), and only the one is in the upper layer.
 */
import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { minutes } from '../../rack/units.ts';
import type { Run } from '../backends/backend.ts';
import { hasCode } from '../errors.ts';

/** Images do not change: each is looked through once. */
const linkedIn = new Map<string, Promise<readonly string[]>>();

/** Whether the merged tree `root` has a name, not in `upper`, whose file is no longer that of the image. */
export async function copiedInPlace(run: Run, image: string, upper: string, root: string): Promise<boolean> {
  const known = linkedIn.get(image) ?? linkedNames(run, image);
  linkedIn.set(image, known);
  known.catch(() => linkedIn.delete(image));
  for (const name of await known) {
    if ((await statOf(join(upper, name))) !== undefined) continue;
    const before = await statOf(join(image, name));
    const now = await statOf(join(root, name));
    // What was removed, or is another kind of thing, is so in the upper layer too.
    if (before === undefined || now === undefined || !now.isFile()) continue;
    if (now.ctimeNs !== before.ctimeNs || now.size !== before.size) return true;
  }
  return false;
}

async function linkedNames(run: Run, image: string): Promise<readonly string[]> {
  const { stdout } = await run('find', [image, '-xdev', '-type', 'f', '-links', '+1', '-printf', '%P\\0'], {
    timeout: minutes(10),
  });
  return stdout.split('\0').filter((name) => name !== '');
}

async function statOf(path: string) {
  try {
    return await lstat(path, { bigint: true });
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR', 'ELOOP')) return undefined;
    throw error;
  }
}
