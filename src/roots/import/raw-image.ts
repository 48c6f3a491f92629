/** A disk image that comes as a stream is first written to a file, with holes: partitions are read here and there. */
import { closeSync, ftruncateSync, openSync } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import { type Disk, DiskError } from '../disk/disk.ts';
import { isExt4 } from '../disk/ext4/index.ts';
import { isFat } from '../disk/fat.ts';
import { readPartitions } from '../disk/partitions.ts';
import type { Budget } from './budget.ts';
import type { ByteQueue } from './byte-queue.ts';
import { ImportRefused } from './errors.ts';
import { writeSparse } from './sparse.ts';

/** Partition tables and the beginning of a file system lie in this. */
const HEAD = 1024 * 1024;

/**
 * Writes the rest of the queue to `path`. What is no disk image, or says of itself that it is too large, is refused before
 * more than its head was unpacked.
 */
export async function writeRawImage(
  queue: ByteQueue,
  path: string,
  budget: Budget,
  signal: AbortSignal | undefined,
): Promise<void> {
  const head = await queue.take(HEAD);
  budget.kept('the disk image', claimedSize(head));
  queue.unread(head);
  const file = openSync(path, 'wx', 0o600);
  try {
    let at = 0;
    for await (const bytes of queue.rest()) {
      signal?.throwIfAborted();
      budget.kept('the disk image', at + bytes.length);
      budget.write(writeSparse(file, bytes, at));
      at += bytes.length;
      await turn();
    }
    ftruncateSync(file, at);
  } finally {
    closeSync(file);
  }
}

/** How large a disk image is by its own account. Throws ImportRefused where the head is of none. */
export function claimedSize(head: Uint8Array): number {
  // As if it were endless: what matters is where the last partition would end.
  const disk: Disk = {
    size: Number.MAX_SAFE_INTEGER,
    read(at, length) {
      if (at + length > head.length) throw new DiskError('disk', at, 'behind what was read');
      return head.subarray(at, at + length);
    },
  };
  const table = readPartitions(disk);
  if (table !== undefined) return Math.max(...table.partitions.map(({ start, size }) => start + size), 0);
  if (!isExt4(disk) && !isFat(disk))
    throw new ImportRefused('it is no disk image: neither a partition table nor a file system is at its beginning');
  return 0;
}
