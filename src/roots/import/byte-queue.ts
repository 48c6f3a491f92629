/** Takes exact numbers of bytes out of chunks of any size. */
export class ByteQueue {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #now: Uint8Array = new Uint8Array(0);
  #offset = 0;
  #taken = 0;

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** Bytes taken so far. */
  get taken(): number {
    return this.#taken;
  }

  /** Up to `most` bytes, at least one; undefined at the end. A view that is good until the next call. */
  async some(most: number): Promise<Uint8Array | undefined> {
    while (this.#offset === this.#now.length) {
      const next = await this.#chunks.next();
      if (next.done) return undefined;
      this.#now = next.value;
      this.#offset = 0;
    }
    const bytes = this.#now.subarray(this.#offset, this.#offset + most);
    this.#offset += bytes.length;
    this.#taken += bytes.length;
    return bytes;
  }

  /** `count` bytes, or fewer at the end. */
  async take(count: number): Promise<Uint8Array> {
    const first = await this.some(count);
    if (first === undefined || first.length === count) return first ?? new Uint8Array(0);
    const whole = Buffer.alloc(count);
    whole.set(first);
    let length = first.length;
    while (length < count) {
      const more = await this.some(count - length);
      if (more === undefined) break;
      whole.set(more, length);
      length += more.length;
    }
    return whole.subarray(0, length);
  }

  /** Whether that many bytes could be passed over. */
  async skip(count: number): Promise<boolean> {
    for (let left = count; left > 0; ) {
      const bytes = await this.some(left);
      if (bytes === undefined) return false;
      left -= bytes.length;
    }
    return true;
  }

  /** Puts the bytes back that `take` gave last, to be taken again. */
  unread(bytes: Uint8Array): void {
    this.#now = Buffer.concat([bytes, this.#now.subarray(this.#offset)]);
    this.#offset = 0;
    this.#taken -= bytes.length;
  }

  /** Ends the source early. */
  async close(): Promise<void> {
    await this.#chunks.return?.();
  }

  /** What is left, chunk by chunk. */
  async *rest(): AsyncGenerator<Uint8Array> {
    for (
      let bytes = await this.some(Number.MAX_SAFE_INTEGER);
      bytes !== undefined;
      bytes = await this.some(Number.MAX_SAFE_INTEGER)
    )
      yield bytes;
  }
}
