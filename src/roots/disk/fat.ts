/** FAT12, FAT16 and FAT32 (Microsoft's specification, 1.03), read without the kernel. Long names; nothing is written. */
import { type Disk, DiskError, fieldsOf, PIECE, type Piece } from './disk.ts';
import { LongName, shortName } from './fat-names.ts';

export interface FatEntry {
  /** Relative, with `/` between the parts. */
  readonly path: string;
  readonly directory: boolean;
  readonly size: number;
  /** Seconds since 1970, taken as UTC: FAT knows no time zone. */
  readonly mtime: number;
  readonly pieces: () => Generator<Piece>;
}

const ENTRY = 32;
const READ_ONLY_VOLUME = 0x08;
const DIRECTORY = 0x10;
/** The specification's own limit: 65,536 entries. */
const MOST_DIRECTORY_BYTES = 65_536 * ENTRY;
const DEEPEST = 32;
/** The FAT is kept in memory this much at a time. */
const WINDOW = 64 * 1024;

interface Geometry {
  readonly bits: 12 | 16 | 32;
  readonly clusterBytes: number;
  readonly clusters: number;
  readonly fatStart: number;
  readonly fatBytes: number;
  /** Of the fixed root directory of FAT12 and FAT16. */
  readonly rootStart: number;
  readonly rootBytes: number;
  /** First cluster of the root directory of FAT32. */
  readonly rootCluster: number;
  readonly dataStart: number;
}

/** Whether this looks like a FAT file system at all. */
export function isFat(disk: Disk): boolean {
  try {
    readGeometry(disk);
    return true;
  } catch (error) {
    if (error instanceof DiskError) return false;
    throw error;
  }
}

export class Fat {
  readonly #disk: Disk;
  readonly #geometry: Geometry;
  #window: { readonly start: number; readonly bytes: Uint8Array } | undefined;

  /** Throws DiskError when it is no FAT file system or does not fit the disk. */
  constructor(disk: Disk) {
    this.#disk = disk;
    this.#geometry = readGeometry(disk);
  }

  /** All directories and files, each directory before what is in it. */
  *walk(): Generator<FatEntry> {
    const { bits, rootCluster } = this.#geometry;
    const root = bits === 32 ? this.#directoryBytes(rootCluster, '/') : this.#fixedRoot();
    yield* this.#walk(root, '', new Set(bits === 32 ? [rootCluster] : []), 0);
  }

  *#walk(bytes: Uint8Array, above: string, seen: Set<number>, depth: number): Generator<FatEntry> {
    if (depth > DEEPEST) throw new DiskError('FAT', 0, `directories lie more than ${DEEPEST} deep at ${above}`);
    const names = new Set<string>();
    const long = new LongName();
    for (let at = 0; at + ENTRY <= bytes.length; at += ENTRY) {
      const entry = bytes.subarray(at, at + ENTRY);
      if (entry[0] === 0) return;
      if (entry[0] === 0xe5) long.forget();
      if (entry[0] === 0xe5 || long.take(entry)) continue;
      const view = fieldsOf(entry);
      const attributes = view.getUint8(11);
      const name = long.nameFor(entry) ?? shortName(entry);
      if ((attributes & READ_ONLY_VOLUME) !== 0 || name === '.' || name === '..') continue;
      const path = above === '' ? name : `${above}/${name}`;
      if (names.has(name.toLowerCase())) throw new DiskError('FAT', 0, `${path} is there twice`);
      names.add(name.toLowerCase());
      const cluster = view.getUint16(26, true) + (this.#geometry.bits === 32 ? view.getUint16(20, true) * 65_536 : 0);
      const mtime = timeOf(view.getUint16(24, true), view.getUint16(22, true));
      const directory = (attributes & DIRECTORY) !== 0;
      const size = directory ? 0 : view.getUint32(28, true);
      yield { path, directory, size, mtime, pieces: () => this.#pieces(cluster, size, path) };
      if (!directory) continue;
      if (seen.has(cluster))
        throw new DiskError('FAT', 0, `the directory ${path} contains itself, or lies in two places`);
      seen.add(cluster);
      yield* this.#walk(this.#directoryBytes(cluster, path), path, seen, depth + 1);
    }
  }

  #fixedRoot(): Uint8Array {
    return this.#disk.read(this.#geometry.rootStart, this.#geometry.rootBytes);
  }

  #directoryBytes(first: number, path: string): Uint8Array {
    const { clusterBytes } = this.#geometry;
    const parts: Uint8Array[] = [];
    for (const cluster of this.#chain(first, path)) {
      parts.push(this.#disk.read(this.#offsetOf(cluster), clusterBytes));
      if (parts.length * clusterBytes > Math.max(MOST_DIRECTORY_BYTES, clusterBytes))
        throw new DiskError(
          'FAT',
          this.#offsetOf(cluster),
          `the directory ${path} does not end: its clusters go in a circle`,
        );
    }
    return Buffer.concat(parts);
  }

  *#pieces(first: number, size: number, path: string): Generator<Piece> {
    const { clusterBytes } = this.#geometry;
    let at = 0;
    let run: { start: number; length: number } | undefined;
    if (size === 0) return;
    for (const cluster of this.#chain(first, path)) {
      const offset = this.#offsetOf(cluster);
      const length = Math.min(clusterBytes, size - at - (run?.length ?? 0));
      if (run !== undefined && run.start + run.length === offset && run.length + length <= PIECE) run.length += length;
      else {
        if (run !== undefined) {
          yield { at, bytes: this.#disk.read(run.start, run.length) };
          at += run.length;
        }
        run = { start: offset, length };
      }
      if (at + run.length >= size) {
        yield { at, bytes: this.#disk.read(run.start, run.length) };
        return;
      }
    }
    throw new DiskError('FAT', 0, `the clusters of ${path} end before its ${size} bytes do`);
  }

  /** The clusters of a file; it never gives more than there are. */
  *#chain(first: number, path: string): Generator<number> {
    const { clusters, bits } = this.#geometry;
    const end = { 12: 0xff8, 16: 0xfff8, 32: 0x0ffffff8 }[bits];
    let cluster = first;
    for (let count = 0; count <= clusters; count++) {
      if (cluster < 2 || cluster >= clusters + 2)
        throw new DiskError('FAT', 0, `${path} leads to cluster ${cluster}, expected 2 to ${clusters + 1}`);
      yield cluster;
      cluster = this.#next(cluster);
      if (cluster >= end) return;
    }
    throw new DiskError('FAT', 0, `the clusters of ${path} go in a circle`);
  }

  #next(cluster: number): number {
    const { bits } = this.#geometry;
    if (bits === 32) return fieldsOf(this.#table(cluster * 4, 4)).getUint32(0, true) & 0x0fffffff;
    if (bits === 16) return fieldsOf(this.#table(cluster * 2, 2)).getUint16(0, true);
    const pair = fieldsOf(this.#table(cluster + (cluster >> 1), 2)).getUint16(0, true);
    return cluster % 2 === 0 ? pair & 0xfff : pair >> 4;
  }

  #table(offset: number, length: number): Uint8Array {
    const { fatStart, fatBytes } = this.#geometry;
    const inside = this.#window !== undefined && offset >= this.#window.start;
    if (!inside || offset + length > (this.#window?.start ?? 0) + (this.#window?.bytes.length ?? 0)) {
      const start = Math.max(0, offset - (offset % WINDOW));
      const bytes = this.#disk.read(fatStart + start, Math.min(WINDOW + 4, fatBytes - start));
      this.#window = { start, bytes };
    }
    const { start, bytes } = this.#window as { start: number; bytes: Uint8Array };
    if (offset - start + length > bytes.length) throw new DiskError('FAT', fatStart + offset, 'the table ends here');
    return bytes.subarray(offset - start, offset - start + length);
  }

  #offsetOf(cluster: number): number {
    return this.#geometry.dataStart + (cluster - 2) * this.#geometry.clusterBytes;
  }
}

function readGeometry(disk: Disk): Geometry {
  if (disk.size < 512) throw new DiskError('FAT', 0, `${disk.size} bytes are no file system`);
  const sector = disk.read(0, 512);
  const view = fieldsOf(sector);
  const wrong = (at: number, what: string) => new DiskError('FAT', at, what);
  if (sector[510] !== 0x55 || sector[511] !== 0xaa) throw wrong(510, 'expected 55 AA');
  const sectorBytes = view.getUint16(11, true);
  const perCluster = view.getUint8(13);
  if (![512, 1024, 2048, 4096].includes(sectorBytes))
    throw wrong(11, `sectors of ${sectorBytes} bytes, expected 512 to 4096`);
  if (perCluster === 0 || (perCluster & (perCluster - 1)) !== 0)
    throw wrong(13, `${perCluster} sectors a cluster, expected a power of two`);
  const reserved = view.getUint16(14, true);
  const fats = view.getUint8(16);
  const rootBytes = view.getUint16(17, true) * ENTRY;
  const sectors = view.getUint16(19, true) || view.getUint32(32, true);
  const fatSectors = view.getUint16(22, true) || view.getUint32(36, true);
  if (reserved === 0) throw wrong(14, 'no reserved sector');
  if (fats < 1 || fats > 2) throw wrong(16, `${fats} tables, expected 1 or 2`);
  const fatStart = reserved * sectorBytes;
  const rootStart = fatStart + fats * fatSectors * sectorBytes;
  const dataStart = rootStart + Math.ceil(rootBytes / sectorBytes) * sectorBytes;
  const clusterBytes = perCluster * sectorBytes;
  const clusters = Math.floor((sectors * sectorBytes - dataStart) / clusterBytes);
  if (sectors * sectorBytes > disk.size)
    throw wrong(19, `${sectors} sectors, the partition has ${Math.floor(disk.size / sectorBytes)}`);
  if (clusters < 1) throw wrong(19, 'no room for data');
  const bits = clusters < 4085 ? 12 : clusters < 65_525 ? 16 : 32;
  const fatBytes = fatSectors * sectorBytes;
  if (((clusters + 2) * bits) / 8 > fatBytes)
    throw wrong(22, `the table has ${fatBytes} bytes, too few for ${clusters} clusters`);
  return {
    bits,
    clusterBytes,
    clusters,
    fatStart,
    fatBytes,
    rootStart,
    rootBytes,
    rootCluster: view.getUint32(44, true),
    dataStart,
  };
}

function timeOf(date: number, time: number): number {
  const day = Math.max(1, date & 31);
  const month = Math.max(1, (date >> 5) & 15);
  return Date.UTC(1980 + (date >> 9), month - 1, day, time >> 11, (time >> 5) & 63, (time & 31) * 2) / 1000;
}
