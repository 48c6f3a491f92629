/** Bytes that virtual sockets send from, in the place of those that the add-on holds. */
import type { FileBody } from '../../net/udp.ts';

let made = 0;

export class MemoryBody implements FileBody {
  readonly id = ++made;
  readonly bytes: Uint8Array;
  #released = false;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  get length(): number {
    return this.bytes.length;
  }

  get released(): boolean {
    return this.#released;
  }

  release(): void {
    this.#released = true;
  }
}

/** A part of the body; throws where the body is none of memory, was let go, or does not reach that far. */
export function partOf(body: FileBody, offset: number, length: number): Uint8Array {
  if (!(body instanceof MemoryBody)) throw new TypeError('expected a body in memory: virtual sockets send no other');
  if (body.released) throw new RangeError('expected a body that is held, this one was released');
  if (!(offset >= 0 && length >= 0 && offset + length <= body.length)) {
    throw new RangeError(`expected a range within the body's ${body.length} bytes, got ${length} from ${offset}`);
  }
  return body.bytes.subarray(offset, offset + length);
}
