import { basename, dirname } from 'node:path';
import type { Image } from '../images.ts';
import type { Restic } from './restic.ts';

/** Saves the images that the repository does not have: an image never changes, so once is enough. */
export async function saveImages(
  restic: Restic,
  images: readonly Image[],
  { signal, tell }: { readonly signal: AbortSignal; readonly tell: (text: string) => void },
): Promise<void> {
  const there = new Set((await restic.snapshots()).flatMap(({ what, image }) => (what === 'image' ? [image] : [])));
  for (const image of images) {
    if (there.has(image.id)) continue;
    await restic.save({
      directory: dirname(image.directory),
      names: [basename(image.directory)],
      labels: { what: 'image', image: image.id },
      signal,
      progress: (fraction) => tell(`image ${image.id}: ${Math.floor(fraction * 100)} %`),
    });
  }
}
