/**
 * `image: NAME` means the last version, for roots that are still to be made. A root that is there stays with the version that
 * it was cloned from, and boots its kernel: an import must not take the root away from a board that restarts.
 */
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { ImagePlan, Plan } from '../../rack/plan.ts';
import { placeName, readCloneRecord } from '../place.ts';
import { directoryName, formatReference } from './reference.ts';

/** The plan with the version named for every slot that has a root of another version than the last. */
export async function pinImages(plan: Plan): Promise<Plan> {
  const images = new Map(plan.images.map((image) => [image.name, image]));
  const slots = await Promise.all(
    plan.slots.map(async (slot) => {
      const image = slot.image === undefined ? undefined : images.get(slot.image);
      const older = image && (await olderVersion(plan, slot.slot, image));
      if (older === undefined) return slot;
      images.set(older.name, older);
      return { ...slot, image: older.name };
    }),
  );
  return { ...plan, slots, images: [...images.values()] };
}

async function olderVersion(
  plan: Plan,
  slot: Plan['slots'][number]['slot'],
  image: ImagePlan,
): Promise<ImagePlan | undefined> {
  // Only imported images have versions beside each other.
  if (!basename(image.directory).startsWith(directoryName(image.name, ''))) return undefined;
  const place = await lastPlace(plan.roots.directory, slot);
  const record = place === undefined ? undefined : await readCloneRecord(place);
  if (record === undefined || 'damaged' in record || record.image === basename(image.directory)) return undefined;
  const [name = '', version = ''] = record.image.split('@');
  const directory = join(dirname(image.directory), record.image);
  if (name !== image.name || !existsSync(directory)) return undefined;
  return { ...image, name: formatReference(name, version), directory };
}

/** The slot's root that was made last: those of before are kept for a while after a reimage. */
async function lastPlace(directory: string, slot: Plan['slots'][number]['slot']): Promise<string | undefined> {
  const names = await readdir(directory).catch(() => []);
  const first = placeName(slot);
  const numbers = names
    .filter((name) => name === first || name.startsWith(`${first}.`))
    .map((name) => Number(name.slice(first.length + 1)))
    .filter(Number.isInteger);
  const last = Math.max(...numbers);
  return numbers.length === 0 ? undefined : join(directory, last === 0 ? first : `${first}.${last}`);
}
