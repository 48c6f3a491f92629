/** Inputs for a decoder: packets that were once right, spoilt, and some that never were. Quick, and the same by seed. */

/** Lengths, counts and signs go wrong at these. */
const EDGES = [0, 1, 2, 3, 4, 7, 8, 15, 16, 31, 32, 63, 64, 127, 128, 129, 254, 255];
const MOST_CHANGES = 8;
/** One in so many inputs is noise from its first byte to its last. */
const NOISE_EVERY = 16;

export class Mutator {
  readonly #seeds: readonly Uint8Array[];
  readonly #buffer: Uint8Array;
  #state: number;

  /** @param longest of the inputs it makes, in bytes */
  constructor(seeds: readonly Uint8Array[], seed: number, longest = 1500) {
    this.#seeds = seeds;
    this.#buffer = new Uint8Array(longest);
    // xorshift32 stays at 0 for ever.
    this.#state = (seed ^ 0x9e3779b9) >>> 0 || 1;
  }

  /** Valid until the next one is made. */
  next(): Uint8Array {
    if (this.#below(NOISE_EVERY) === 0) return this.#noise();
    const golden = this.#seeds[this.#below(this.#seeds.length)] as Uint8Array;
    this.#buffer.set(golden.subarray(0, this.#buffer.length));
    let length = Math.min(golden.length, this.#buffer.length);
    const changes = 1 + this.#below(MOST_CHANGES);
    for (let i = 0; i < changes; i++) length = this.#change(length);
    return this.#buffer.subarray(0, length);
  }

  /** The length afterwards. */
  #change(length: number): number {
    const bytes = this.#buffer;
    if (length === 0) return this.#noise().length;
    const at = this.#below(length);
    switch (this.#below(9)) {
      case 0:
        bytes[at] = (bytes[at] as number) ^ (1 << this.#below(8));
        return length;
      case 1:
        bytes[at] = this.#below(256);
        return length;
      case 2:
        bytes[at] = EDGES[this.#below(EDGES.length)] as number;
        return length;
      case 3:
        bytes[at] = (bytes[at] as number) + (this.#below(2) === 0 ? 1 : -1);
        return length;
      case 4:
        return at;
      case 5:
        return this.#insert(at, length);
      case 6:
        return this.#remove(at, length);
      case 7:
        return this.#splice(at);
      default:
        return this.#repeat(at, length);
    }
  }

  #insert(at: number, length: number): number {
    const count = Math.min(1 + this.#below(16), this.#buffer.length - length);
    this.#buffer.copyWithin(at + count, at, length);
    for (let i = 0; i < count; i++) this.#buffer[at + i] = this.#below(256);
    return length + count;
  }

  #remove(at: number, length: number): number {
    const count = Math.min(1 + this.#below(16), length - at);
    this.#buffer.copyWithin(at, at + count, length);
    return length - count;
  }

  /** What follows is from another packet. */
  #splice(at: number): number {
    const other = this.#seeds[this.#below(this.#seeds.length)] as Uint8Array;
    const tail = other.subarray(this.#below(other.length), other.length).subarray(0, this.#buffer.length - at);
    this.#buffer.set(tail, at);
    return at + tail.length;
  }

  /** A piece of it over and over: lists and options that do not end. */
  #repeat(at: number, length: number): number {
    const piece = Math.min(1 + this.#below(12), length - at);
    const times = 1 + this.#below(64);
    let end = length;
    for (let i = 0; i < times && end + piece <= this.#buffer.length; i++, end += piece) {
      this.#buffer.copyWithin(end, at, at + piece);
    }
    return end;
  }

  #noise(): Uint8Array {
    const length = this.#below(this.#below(4) === 0 ? this.#buffer.length : 80);
    for (let i = 0; i < length; i++) this.#buffer[i] = this.#below(256);
    return this.#buffer.subarray(0, length);
  }

  #below(limit: number): number {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x >>> 0;
    return this.#state % limit;
  }
}
