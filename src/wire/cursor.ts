/** The one bounds-checked cursor that every codec reads with, and the one error they all throw. */

const SLAB_BYTES = 32_768;
let slab = new Uint8Array(SLAB_BYTES);
let slabUsed = 0;

/**
 * Zeroed bytes for one message. Cut from a larger piece: an array of a few hundred bytes costs several times as much when
 * it is made by itself. They are the caller's alone, and their piece lives as long as any of them.
 */
export function messageBytes(length: number): Uint8Array {
  if (length > SLAB_BYTES / 8) return new Uint8Array(length);
  if (slabUsed + length > SLAB_BYTES) {
    slab = new Uint8Array(SLAB_BYTES);
    slabUsed = 0;
  }
  const bytes = slab.subarray(slabUsed, slabUsed + length);
  slabUsed += length;
  return bytes;
}

/** A copy of a message that outlives the buffer it arrived in. */
export function copyMessage(bytes: Uint8Array): Uint8Array {
  const copy = messageBytes(bytes.length);
  copy.set(bytes);
  return copy;
}

/** Bytes that do not follow the protocol. `offset` counts from the first byte given to the codec. */
export class DecodeError extends Error {
  override readonly name = 'DecodeError';
  readonly protocol: string;
  readonly field: string;
  readonly offset: number;

  constructor(protocol: string, field: string, offset: number, reason: string) {
    super(`${protocol}: ${field} at byte ${offset}: ${reason}`);
    this.protocol = protocol;
    this.field = field;
    this.offset = offset;
  }
}

/** Reads big-endian fields; every read names its field, so that a short packet says which one was missing. */
export class Reader {
  readonly protocol: string;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #offset = 0;

  constructor(protocol: string, bytes: Uint8Array) {
    this.protocol = protocol;
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get offset(): number {
    return this.#offset;
  }

  get remaining(): number {
    return this.#bytes.length - this.#offset;
  }

  u8(field: string): number {
    return this.#view.getUint8(this.#take(field, 1));
  }

  u16(field: string): number {
    return this.#view.getUint16(this.#take(field, 2));
  }

  u32(field: string): number {
    return this.#view.getUint32(this.#take(field, 4));
  }

  /** The next `length` bytes, as a view (not a copy). */
  bytes(field: string, length: number): Uint8Array {
    const from = this.#take(field, length);
    return this.#bytes.subarray(from, from + length);
  }

  skip(field: string, length: number): void {
    this.#take(field, length);
  }

  /** All bytes not read yet, as a view. */
  rest(): Uint8Array {
    return this.bytes('rest', this.remaining);
  }

  /** Bytes up to the next NUL, which is read and left out. */
  untilNul(field: string): Uint8Array {
    const end = this.#bytes.indexOf(0, this.#offset);
    if (end < 0) throw this.error(field, 'no terminating NUL');
    const value = this.#bytes.subarray(this.#offset, end);
    this.#offset = end + 1;
    return value;
  }

  /** A DecodeError at the present offset, for checks that the codec makes itself. */
  error(field: string, reason: string): DecodeError {
    return new DecodeError(this.protocol, field, this.#offset, reason);
  }

  #take(field: string, length: number): number {
    const from = this.#offset;
    if (length > this.#bytes.length - from) {
      throw this.error(field, `needs ${length} bytes, ${this.#bytes.length - from} left`);
    }
    this.#offset = from + length;
    return from;
  }
}

/** Writes big-endian fields into a buffer that grows. */
export class Writer {
  #bytes: Uint8Array;
  #length = 0;

  constructor(capacity = 600) {
    this.#bytes = messageBytes(capacity);
  }

  get length(): number {
    return this.#length;
  }

  u8(value: number): this {
    // In two steps: growing replaces the array that an index expression would have taken before.
    const at = this.#grow(1);
    this.#bytes[at] = value;
    return this;
  }

  u16(value: number): this {
    const at = this.#grow(2);
    this.#bytes[at] = value >>> 8;
    this.#bytes[at + 1] = value;
    return this;
  }

  u32(value: number): this {
    return this.u16(value >>> 16).u16(value & 0xffff);
  }

  bytes(value: Uint8Array): this {
    const at = this.#grow(value.length);
    this.#bytes.set(value, at);
    return this;
  }

  zeros(count: number): this {
    this.#grow(count);
    return this;
  }

  /** Overwrites a 16-bit field written before, for lengths and checksums. */
  patchU16(at: number, value: number): this {
    if (at + 2 > this.#length) throw new RangeError(`no field at ${at}: ${this.#length} bytes written`);
    this.#bytes[at] = value >>> 8;
    this.#bytes[at + 1] = value;
    return this;
  }

  /** What was written, as a view that later writes may move away from. */
  done(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  #grow(count: number): number {
    const at = this.#length;
    const needed = at + count;
    if (needed > this.#bytes.length) {
      const larger = messageBytes(Math.max(needed, this.#bytes.length * 2));
      larger.set(this.#bytes.subarray(0, at));
      this.#bytes = larger;
    }
    this.#length = needed;
    return at;
  }
}
