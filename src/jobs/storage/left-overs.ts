/** What clones and imports that were cut off have left, and nobody has taken away since. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Millis, minutes } from '../../rack/units.ts';

/** Nothing takes as long, but for an import of a large image from a slow disk, which goes on writing. */
const STILL_AT_WORK = minutes(60);
const NAMES = /^\.(?:making-|probe-|.*\.(?:making|removing)$)/;

/** Paths, sorted. Directories that are not there have nothing in them. */
export async function leftOvers(directories: readonly string[], now: Millis): Promise<readonly string[]> {
  const found: string[] = [];
  for (const directory of directories) {
    for (const name of await readdir(directory).catch(() => [])) {
      if (!NAMES.test(name)) continue;
      const path = join(directory, name);
      const changed = await stat(path).then(
        ({ mtimeMs }) => mtimeMs,
        () => undefined,
      );
      if (changed !== undefined && now - changed > STILL_AT_WORK) found.push(path);
    }
  }
  return found.sort();
}
