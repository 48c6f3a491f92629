/** Turns whatever was given into `boot/` and `root/` below one directory. */
import { lstatSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Budget } from './budget.ts';
import { ByteQueue } from './byte-queue.ts';
import { directoryEntries } from './directory.ts';
import { openDiskImage } from './disk-image.ts';
import type { TreeEntries } from './entry.ts';
import { ImportRefused } from './errors.ts';
import { FileDisk } from './file-disk.ts';
import { packingOf } from './packing.ts';
import { writeRawImage } from './raw-image.ts';
import { readTar } from './tar.ts';
import { BLOCK, isTarHeader } from './tar-header.ts';
import { type Dropped, TreeWriter, type WriterOptions } from './tree-writer.ts';
import { unpack } from './unpack.ts';

export interface Unpacked {
  readonly dropped: Dropped;
  /** How the source was laid out. */
  readonly described: string;
}

export interface Destination {
  /** Empty; `root/` and, where the source has boot files of its own, `boot/` are made in it. */
  readonly directory: string;
  /** Empty; for what is needed meanwhile. */
  readonly scratch: string;
  readonly budget: Budget;
  readonly signal?: AbortSignal | undefined;
  /** Where the reading of the source is, of how much. */
  readonly onRead?: (position: number, total: number) => void;
  readonly onAttribute?: WriterOptions['onAttribute'];
  readonly onBytes?: WriterOptions['onBytes'];
}

/** The root file system in a directory: its `root/` where that is beside a `boot/`, or the directory itself. */
export function rootOf(path: string): string {
  const names = readdirSync(path);
  return names.includes('root') && names.includes('boot') && !names.includes('etc') ? join(path, 'root') : path;
}

export async function takeDirectory(path: string, to: Destination): Promise<Unpacked> {
  const root = rootOf(path);
  const { dropped } = await writeTree(join(to.directory, 'root'), directoryEntries(root), to);
  if (root === path) return { dropped, described: 'a directory with a root file system' };
  await writeTree(join(to.directory, 'boot'), directoryEntries(join(path, 'boot')), to);
  return { dropped, described: 'a directory with boot files and a root file system' };
}

/** A file: a disk image or a tar archive, packed or not. */
export async function takeFile(path: string, to: Destination): Promise<Unpacked> {
  const { size } = lstatSync(path);
  const disk = new FileDisk(path);
  let first: Uint8Array;
  try {
    first = disk.read(0, Math.min(size, BLOCK));
    // A disk image as it is can be read where it lies.
    if (packingOf(first) === 'none' && !isTarHeader(first)) {
      to.budget.kept(path, size);
      return await takeDisk(disk, to);
    }
  } finally {
    disk.close();
  }
  const source = unpack(path, packingOf(first), size);
  if (source.declared !== undefined) to.budget.kept(path, source.declared);
  const queue = new ByteQueue(watched(source.chunks, () => to.onRead?.(source.position(), source.total), to.signal));
  try {
    const block = await queue.take(BLOCK);
    queue.unread(block);
    return isTarHeader(block) ? await takeTar(queue, to) : await takeRaw(queue, to);
  } finally {
    await queue.close();
  }
}

async function takeTar(queue: ByteQueue, to: Destination): Promise<Unpacked> {
  const { dropped } = await writeTree(join(to.directory, 'root'), readTar(queue), to);
  return { dropped, described: 'a tar archive with a root file system' };
}

async function takeRaw(queue: ByteQueue, to: Destination): Promise<Unpacked> {
  const raw = join(to.scratch, 'disk.img');
  await writeRawImage(queue, raw, to.budget, to.signal);
  const disk = new FileDisk(raw);
  try {
    return await takeDisk(disk, to);
  } finally {
    disk.close();
    rmSync(raw);
  }
}

async function takeDisk(disk: FileDisk, to: Destination): Promise<Unpacked> {
  const { root, boot, described } = openDiskImage(disk);
  if (boot !== undefined) await writeTree(join(to.directory, 'boot'), boot(), to);
  const { dropped } = await writeTree(join(to.directory, 'root'), root(), to);
  return { dropped, described };
}

async function writeTree(top: string, entries: TreeEntries, to: Destination): Promise<TreeWriter> {
  mkdirSync(top, { mode: 0o755 });
  const { budget, signal, onAttribute, onBytes } = to;
  const writer = new TreeWriter(top, {
    budget,
    signal,
    ...(onAttribute && { onAttribute }),
    ...(onBytes && { onBytes }),
  });
  await writer.write(entries);
  if (readdirSync(top).length === 0) throw new ImportRefused('it is empty');
  return writer;
}

async function* watched(
  chunks: AsyncIterable<Uint8Array>,
  onChunk: () => void,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    signal?.throwIfAborted();
    onChunk();
    yield chunk;
  }
}
