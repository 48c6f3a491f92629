/** Who uses an image: roots that were cloned from it, mounts that lie on it, racks that serve it. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Plan } from '../../rack/plan.ts';
import { hasCode } from '../errors.ts';
import { ensureDirectory, replaceFile } from '../files.ts';
import { type Image, inspectImage } from '../images.ts';
import { readMounts } from '../mounts.ts';
import { readCloneRecord } from '../place.ts';

/** What a controller leaves in its rack's state, so that images can be looked after when it does not run. */
const useSchema = z.object({ rootsDirectory: z.string(), images: z.array(z.string()) });
export type RackUse = z.infer<typeof useSchema>;
const USE_FILE = 'images-used.json';

/** For whoever would remove an image while the rack is not served. Images that cannot be read are used by nobody. */
export async function recordRackUse(plan: Plan, stateDirectory: string): Promise<void> {
  const wanted = new Set(plan.slots.map((slot) => slot.image));
  const found = await Promise.all(
    plan.images.filter(({ name }) => wanted.has(name)).map(({ directory }) => inspectImage(directory)),
  );
  const images = found.flatMap((each) => ('image' in each ? [each.image.id] : []));
  const use: RackUse = { rootsDirectory: plan.roots.directory, images };
  await ensureDirectory(stateDirectory, 0o750);
  await replaceFile(join(stateDirectory, USE_FILE), `${JSON.stringify(use)}\n`);
}

/**
 * Everything that would miss the image, one sentence each.
 *
 * @param stateRoot directory with one directory a rack
 */
export async function usesOf(
  image: Pick<Image, 'id' | 'directory' | 'root'>,
  stateRoot: string,
): Promise<readonly string[]> {
  const found: string[] = [];
  for (const rack of await namesIn(stateRoot)) {
    const state = join(stateRoot, rack);
    const use = await readUse(join(state, USE_FILE));
    if (use?.images.includes(image.id)) found.push(`rack ${rack} serves it`);
    const roots = new Set([join(state, 'roots'), ...(use === undefined ? [] : [use.rootsDirectory])]);
    for (const directory of roots) {
      const slots = await slotsFrom(directory, image.id);
      if (slots.length > 0)
        found.push(
          `rack ${rack}: ${slots.length === 1 ? 'the root of slot' : 'the roots of slots'} ${slots.join(', ')} ${slots.length === 1 ? 'is' : 'are'} cloned from it`,
        );
    }
  }
  for (const mount of await readMounts()) {
    if ([...mount.options].some((option) => option === `lowerdir=${image.root}`))
      found.push(`${mount.target} is mounted on top of it`);
  }
  return found;
}

/** A file that is damaged says nothing: the roots themselves are looked at as well. */
async function readUse(path: string): Promise<RackUse | undefined> {
  try {
    return useSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    return undefined;
  }
}

/** Slot numbers of the roots in `directory` that were cloned from the image. */
async function slotsFrom(directory: string, id: string): Promise<number[]> {
  const slots: number[] = [];
  for (const name of await namesIn(directory)) {
    const number = /^slot-(\d+)(?:\.\d+)?$/.exec(name)?.[1];
    if (number === undefined) continue;
    const record = await readCloneRecord(join(directory, name));
    if (record !== undefined && 'image' in record && record.image === id) slots.push(Number(number));
  }
  return [...new Set(slots)].sort((a, b) => a - b);
}

async function namesIn(directory: string): Promise<string[]> {
  try {
    return (await readdir(directory)).sort();
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return [];
    throw error;
  }
}
