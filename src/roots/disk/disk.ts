/**
 * Bytes that are read at any place: a disk image, a partition of it, a test's array. All that is in them was written by
 * somebody else, so every reader here checks what it is told before it goes there, and throws DiskError.
 */

/** Bytes that do not follow the format. `at` counts from the beginning of what the reader was given. */
export class DiskError extends Error {
  override readonly name = 'DiskError';
  /** `FAT`, `ext4`, `GPT`. */
  readonly format: string;
  readonly at: number;

  constructor(format: string, at: number, what: string) {
    super(`${format}, byte ${at}: ${what}`);
    this.format = format;
    this.at = at;
  }
}

export interface Disk {
  readonly size: number;
  /** Exactly these bytes; DiskError when they are not all there. */
  read(at: number, length: number): Uint8Array;
}

/** No structure that is read at once is larger; contents of files come in pieces. */
const LARGEST_READ = 16 * 1024 * 1024;

/** Throws unless the bytes are inside and few enough to hold in memory. */
export function checkRange(size: number, at: number, length: number): void {
  const sound = Number.isSafeInteger(at) && Number.isSafeInteger(length) && at >= 0 && length >= 0;
  if (!sound || at + length > size) throw new DiskError('disk', at, `${length} bytes wanted, there are ${size} in all`);
  if (length > LARGEST_READ)
    throw new DiskError('disk', at, `${length} bytes wanted at once, expected at most ${LARGEST_READ}`);
}

export class MemoryDisk implements Disk {
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get size(): number {
    return this.#bytes.length;
  }

  read(at: number, length: number): Uint8Array {
    checkRange(this.size, at, length);
    return this.#bytes.subarray(at, at + length);
  }
}

/** A part of a disk as a disk of its own. */
export function partOf(disk: Disk, start: number, size: number): Disk {
  if (!Number.isSafeInteger(start + size) || start < 0 || size < 0 || start + size > disk.size)
    throw new DiskError('disk', start, `a part of ${size} bytes is wanted, the whole has ${disk.size}`);
  return {
    size,
    read(at, length) {
      checkRange(size, at, length);
      return disk.read(start + at, length);
    },
  };
}

/** Little-endian numbers of a structure that was read whole; the offsets are the format's, and inside. */
export const fieldsOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** A 64-bit number that JavaScript can count with. */
export function u64(view: DataView, offset: number, format: string, at: number): number {
  const value = view.getBigUint64(offset, true);
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new DiskError(format, at + offset, `${value} is beyond any disk`);
  return Number(value);
}

/** The contents of a file, in order; what lies between two pieces is zeros. */
export interface Piece {
  readonly at: number;
  readonly bytes: Uint8Array;
}

/** Contents are read this much at a time. */
export const PIECE = 1024 * 1024;
