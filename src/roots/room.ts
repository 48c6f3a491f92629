/** Whether there is room for another clone: boards that run must find some when they write. */
import { statfsSync } from 'node:fs';
import { formatSize } from '../rack/quantity.ts';
import type { BackendName } from './backends/backend.ts';
import { RootRefused } from './errors.ts';
import { readDetails } from './image-store/details.ts';
import type { Image } from './images.ts';

/**
 * Throws RootRefused where less than `reserve` per cent of the disk would be left. What a clone takes is what is copied: of
 * an image that was not imported, nobody has counted that.
 */
export function assertRoom(directory: string, image: Image, backend: BackendName, reserve: number): void {
  const { bsize, blocks, bavail } = statfsSync(directory);
  const free = bsize * bavail;
  const kept = (bsize * blocks * reserve) / 100;
  const takes = backend === 'copy' ? (readDetails(image.directory)?.manifest.bytes ?? 0) : 0;
  if (free - takes >= kept) return;
  const needs = takes === 0 ? '' : `, the clone takes ${formatSize(takes)}`;
  throw new RootRefused(
    'no_room',
    `${directory} has ${formatSize(free)} left${needs}, and ${formatSize(kept)} (${reserve} %) are kept free for the boards that run: wait until kept roots are swept (pirack root list), or make room`,
  );
}
