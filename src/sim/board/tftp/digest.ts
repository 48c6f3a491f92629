/** SHA-256 of a file that comes in blocks, with one call into the hash for some twenty blocks instead of for each. */
import { createHash, type Hash } from 'node:crypto';

const GATHER = 32 * 1024;

export class FileDigest {
  readonly #gathered = new Uint8Array(GATHER);
  #length = 0;
  #hash: Hash | undefined;

  add(block: Uint8Array): void {
    if (block.length > GATHER - this.#length) {
      this.#drain();
      if (block.length > GATHER) {
        this.#hash?.update(block);
        return;
      }
    }
    this.#gathered.set(block, this.#length);
    this.#length += block.length;
  }

  /** The digest in hex; starts over for the next file. */
  finish(): string {
    this.#drain();
    const digest = (this.#hash as Hash).digest('hex');
    this.reset();
    return digest;
  }

  reset(): void {
    this.#hash = undefined;
    this.#length = 0;
  }

  #drain(): void {
    this.#hash ??= createHash('sha256');
    this.#hash.update(this.#gathered.subarray(0, this.#length));
    this.#length = 0;
  }
}
