import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Image, inspectImage } from '../images.ts';
import { formatReference } from './reference.ts';

/**
 * The directories of a store by `NAME:VERSION`, and by `NAME` for the version that came last: what rack files may name. A
 * store that is not there has none; what is not readable is left out, and missed by whoever names it.
 */
export function storedImages(store: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const last = new Map<string, string>();
  for (const entry of namesIn(store)) {
    const [, name, version] = /^([^@.][^@]*)@([^@]+)$/.exec(entry) ?? [];
    const created = name === undefined ? undefined : createdOf(join(store, entry));
    if (name === undefined || version === undefined || created === undefined) continue;
    found.set(formatReference(name, version), join(store, entry));
    if (created < (last.get(name) ?? '')) continue;
    last.set(name, created);
    found.set(name, join(store, entry));
  }
  return found;
}

/** Every image of a store that can be used. */
export async function readStoredImages(store: string): Promise<readonly Image[]> {
  const directories = [...new Set(storedImages(store).values())];
  const found = await Promise.all(directories.map((directory) => inspectImage(directory)));
  return found.flatMap((each) => ('image' in each ? [each.image] : []));
}

function createdOf(directory: string): string | undefined {
  try {
    const { created } = JSON.parse(readFileSync(join(directory, 'image.json'), 'utf8')) as { created?: unknown };
    return typeof created === 'string' ? created : undefined;
  } catch {
    return undefined;
  }
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory).sort();
  } catch {
    return [];
  }
}
