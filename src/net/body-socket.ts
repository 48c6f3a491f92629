/** Sockets that send parts of files without a copy, alone or as a window; what an address looks like is the subclass's. */
import { constants as os } from 'node:os';
import { BatchSocket, type FileBody, SENT } from './batch-socket.ts';
import type { Native, NativeCallback, NativeSocket, NativeSocketOptions } from './native.ts';

export interface LinkLimits {
  /** Whether windows are tried as one message (UDP_SEGMENT). */
  readonly segmentation: boolean;
  /** Most bytes in a datagram that is no fragment: UDP_SEGMENT refuses longer segments. */
  readonly onePacket: number;
}

const MAX_HEAD = 64;
const MAX_SEGMENTS = 64;
const MAX_UDP_PAYLOAD = 65507;
/** What the kernel answers to UDP_SEGMENT where the interface cannot do it (EIO) or its MTU is smaller. */
const NO_SEGMENTATION: readonly number[] = [os.errno.EIO, os.errno.EINVAL, os.errno.EMSGSIZE];

export abstract class BodySocket<Target> extends BatchSocket {
  readonly #onePacket: number;
  #segmentation: boolean;

  protected constructor(
    options: NativeSocketOptions,
    link: LinkLimits,
    open: (net: Native, sizes: NativeSocketOptions, callback: NativeCallback) => NativeSocket,
  ) {
    super(options, open);
    this.#segmentation = link.segmentation;
    this.#onePacket = link.onePacket;
  }

  /** Writes where a message goes to into the record whose first word is `at`. */
  protected abstract address(at: number, to: Target): void;

  /** The window that was refused is lost (its receiver asks again); those after it leave as separate datagrams. */
  protected override refused(errno: number): void {
    if (NO_SEGMENTATION.includes(errno)) this.#segmentation = false;
  }

  send(bytes: Uint8Array, to: Target): void {
    const at = this.queue(bytes);
    if (at >= 0) this.address(at, to);
  }

  sendBody(head: Uint8Array, body: FileBody, offset: number, length: number, to: Target): void {
    if (head.length > MAX_HEAD)
      throw new RangeError(`expected a head of at most ${MAX_HEAD} bytes, got ${head.length}`);
    checkRange(body, offset, length, MAX_UDP_PAYLOAD - head.length);
    this.#body(this.queue(head), body, offset, length, 0, to);
  }

  sendWindow(heads: Uint8Array, body: FileBody, offset: number, length: number, segment: number, to: Target): void {
    const segments = Math.ceil(length / segment);
    if (!(segments >= 1 && segments <= MAX_SEGMENTS) || heads.length % segments !== 0 || !Number.isInteger(segment)) {
      throw new RangeError(
        `expected 1 to ${MAX_SEGMENTS} segments with heads of equal size, got ${length} bytes in segments of ${segment} with ${heads.length} bytes of heads`,
      );
    }
    const head = heads.length / segments;
    const together =
      this.#segmentation && heads.length + length <= MAX_UDP_PAYLOAD && head + segment <= this.#onePacket;
    checkRange(body, offset, length, body.length);
    if (together) {
      this.#body(this.queue(heads), body, offset, length, segment, to);
      return;
    }
    for (let i = 0; i < segments; i++) {
      const from = i * segment;
      const part = Math.min(segment, length - from);
      this.#body(this.queue(heads.subarray(i * head, (i + 1) * head)), body, offset + from, part, 0, to);
    }
  }

  #body(at: number, body: FileBody, offset: number, length: number, segment: number, to: Target): void {
    if (at < 0) return;
    this.sendWords[at + SENT.bodyId] = body.id;
    this.sendWords[at + SENT.bodyOffset] = offset;
    this.sendWords[at + SENT.bodyLength] = length;
    this.sendWords[at + SENT.segment] = segment;
    this.address(at, to);
  }
}

function checkRange(body: FileBody, offset: number, length: number, most: number): void {
  if (
    !(
      offset >= 0 &&
      length >= 0 &&
      offset + length <= body.length &&
      Number.isInteger(offset) &&
      Number.isInteger(length)
    )
  ) {
    throw new RangeError(`expected a range within the body's ${body.length} bytes, got ${length} from ${offset}`);
  }
  if (length > most) throw new RangeError(`expected at most ${most} bytes in one message, got ${length}`);
}
