/** Whether an image still is what was written down of it when it was imported. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Image } from '../images.ts';
import { readDetails } from './details.ts';
import { type Difference, differences, MANIFEST } from './manifest-file.ts';

export class NoManifest extends Error {
  override readonly name = 'NoManifest';
}

/** More differences are counted and not kept. */
const MOST = 1000;

export interface Verdict {
  readonly entries: number;
  readonly bytes: number;
  /** In all; `differences` has the first of them. */
  readonly count: number;
  readonly differences: readonly Difference[];
}

/** Reads everything once. Throws NoManifest for an image that was not imported. */
export async function verifyImage(image: Image, onBytes?: (bytes: number) => void): Promise<Verdict> {
  const details = readDetails(image.directory);
  if (details === undefined) throw new NoManifest(`${image.id} was not imported, so nothing was written down of it`);
  const hash = createHash('sha256');
  const found: Difference[] = [];
  let count = 0;
  for await (const difference of differences(image.directory, join(image.directory, MANIFEST), onBytes, (bytes) =>
    hash.update(bytes),
  )) {
    if (++count <= MOST) found.push(difference);
  }
  if (hash.digest('hex') !== details.manifest.sha256) {
    count++;
    found.unshift({
      path: MANIFEST,
      what: 'changed',
      detail: 'its SHA-256 is not the one in image.json: whoever changed it may have changed anything',
    });
  }
  return { entries: details.manifest.entries, bytes: details.manifest.bytes, count, differences: found };
}
