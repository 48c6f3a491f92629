/** What a virtual socket was given to send: copied at once, as the real ones do, and let go at `flush`. */
import type { FileBody } from '../../net/udp.ts';
import { partOf } from './memory-body.ts';

export interface SendError {
  readonly errno: number;
  readonly message: string;
}

/** One slot of a real socket. */
const LARGEST = 2048;
const MAX_HEAD = 64;
const MAX_SEGMENTS = 64;

export class SendQueue<Target extends { readonly ifindex: number }> {
  sent = 0;
  errors = 0;
  onError: (ifindex: number, errno: number, message: string) => void = () => {};
  readonly #put: (bytes: Uint8Array, to: Target) => SendError | undefined;
  #queued: { readonly bytes: Uint8Array; readonly to: Target }[] = [];

  /** `put` sends one datagram, or says why it cannot. */
  constructor(put: (bytes: Uint8Array, to: Target) => SendError | undefined) {
    this.#put = put;
  }

  get length(): number {
    return this.#queued.length;
  }

  send(bytes: Uint8Array, to: Target): void {
    if (bytes.length > LARGEST) throw new RangeError(`expected at most ${LARGEST} bytes, got ${bytes.length}`);
    this.#queued.push({ bytes: bytes.slice(), to: { ...to } });
  }

  sendBody(head: Uint8Array, body: FileBody, offset: number, length: number, to: Target): void {
    if (head.length > MAX_HEAD) throw new RangeError(`expected a head of at most ${MAX_HEAD} bytes`);
    const bytes = new Uint8Array(head.length + length);
    bytes.set(head);
    bytes.set(partOf(body, offset, length), head.length);
    this.#queued.push({ bytes, to: { ...to } });
  }

  sendWindow(heads: Uint8Array, body: FileBody, offset: number, length: number, segment: number, to: Target): void {
    const segments = Math.ceil(length / segment);
    if (!(segments >= 1 && segments <= MAX_SEGMENTS) || heads.length % segments !== 0) {
      throw new RangeError(`expected 1 to ${MAX_SEGMENTS} segments with heads of equal size, got ${segments}`);
    }
    const head = heads.length / segments;
    for (let i = 0; i < segments; i++) {
      const part = Math.min(segment, length - i * segment);
      this.sendBody(heads.subarray(i * head, (i + 1) * head), body, offset + i * segment, part, to);
    }
  }

  flush(): void {
    const queued = this.#queued;
    this.#queued = [];
    for (const { bytes, to } of queued) {
      const error = this.#put(bytes, to);
      if (error === undefined) this.sent++;
      else {
        this.errors++;
        this.onError(to.ifindex, error.errno, error.message);
      }
    }
  }

  clear(): void {
    this.#queued = [];
  }
}
