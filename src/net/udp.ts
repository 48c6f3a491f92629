/**
 * One IPv4 UDP socket for all legs: which interface a datagram came in on, and out of which interface, with which source
 * address, an answer leaves (IP_PKTINFO both ways). Batched: one system call and one handler call for up to 128 datagrams.
 * Addresses are unsigned 32-bit numbers (`ipv4ToNumber`), so that no text is made per datagram.
 *
 * Interfaces may come and go: the socket is bound to none. A leg that is made again has another ifindex (interfaces.ts).
 */

import { constants as os } from 'node:os';
import type { SendErrorHandler, SocketStats } from './batch-socket.ts';
import { BatchSocket, type FileBody, FLAG, RECEIVED, RECORD_WORDS, SENT } from './batch-socket.ts';
import type { NativeSocketOptions } from './native.ts';

export { type FileBody, registerBody } from './batch-socket.ts';

/** Datagrams that arrived together. Valid, with all its bytes, only until the handler returns. */
export interface UdpBatch {
  readonly count: number;
  /** The interface it came in on. */
  ifindex(index: number): number;
  peerAddress(index: number): number;
  peerPort(index: number): number;
  /** An address of that interface to answer from (also where the datagram was a broadcast); 0 when it has none. */
  localAddress(index: number): number;
  /** Destination address in the datagram's header: 255.255.255.255 for a broadcast. */
  destinationAddress(index: number): number;
  /** The payload: a view, not a copy. */
  bytes(index: number): Uint8Array;
  /** The datagram was longer than a slot; `bytes` has its beginning. */
  truncated(index: number): boolean;
}

export interface UdpTarget {
  /** Interface to leave by; 0 lets the routing table choose. */
  readonly ifindex: number;
  /** Source address; 0 lets the kernel choose one of the interface's. */
  readonly localAddress: number;
  readonly peerAddress: number;
  readonly peerPort: number;
}

export interface UdpSocket {
  readonly port: number;
  /** Messages queued that the kernel has not taken yet. */
  readonly pending: number;
  readonly stats: SocketStats;
  onBatch(handler: (batch: UdpBatch) => void): void;
  /** Queues a copy of `bytes` (at most one slot, 2048 bytes; RangeError beyond). Leaves with the next flush. */
  send(bytes: Uint8Array, to: UdpTarget): void;
  /**
   * Queues one datagram of `head` (at most 64 bytes, copied) and `length` bytes of `body` from `offset`, which are not
   * copied and must not change until sent. RangeError when that lies outside the body.
   */
  sendBody(head: Uint8Array, body: FileBody, offset: number, length: number, to: UdpTarget): void;
  /**
   * Queues a window: `length` bytes of `body` from `offset` as datagrams of `segment` body bytes (the last may be
   * shorter), each after its own head: `heads` has them one after the other, all of the same size, at most 64 of them and
   * 2048 bytes. Leaves as one UDP_SEGMENT message where the kernel can, else as separate datagrams.
   */
  sendWindow(heads: Uint8Array, body: FileBody, offset: number, length: number, segment: number, to: UdpTarget): void;
  /** Hands everything queued to the kernel: call it once per batch, after the last send. */
  flush(): void;
  onSendError(handler: SendErrorHandler): void;
  close(): void;
  ref(): this;
  unref(): this;
}

export interface UdpOptions extends NativeSocketOptions {
  /** 0 = any free port. */
  readonly port: number;
  /** Address to bind; all by default. */
  readonly address?: number;
  /** May send to broadcast addresses. */
  readonly broadcast?: boolean;
  /** Try UDP_SEGMENT in sendWindow (default). Off where a peer reads raw frames of a veth: it would see one giant frame. */
  readonly segmentation?: boolean;
}

const MAX_HEAD = 64;
const MAX_SEGMENTS = 64;
const MAX_UDP_PAYLOAD = 65507;
/** Most bytes in a datagram that is no fragment, on Ethernet: UDP_SEGMENT refuses longer segments. */
const ONE_PACKET = 1472;
/** What the kernel answers to UDP_SEGMENT where the interface cannot do it (EIO) or its MTU is smaller. */
const NO_SEGMENTATION: readonly number[] = [os.errno.EIO, os.errno.EINVAL, os.errno.EMSGSIZE];

class Udp4 extends BatchSocket implements UdpSocket, UdpBatch {
  readonly port: number;
  count = 0;
  #onBatch: (batch: UdpBatch) => void = () => {};
  #segmentation: boolean;

  constructor(options: UdpOptions) {
    const { address, segmentation, ...rest } = options;
    const bind = address === undefined ? {} : { address: bytesOf(address) };
    super(rest, (net, sizes, callback) => net.openUdp4({ ...rest, ...sizes, ...bind }, callback));
    this.port = this.handle.port;
    this.#segmentation = segmentation ?? true;
  }

  onBatch(handler: (batch: UdpBatch) => void): void {
    this.#onBatch = handler;
  }

  /** The window that was refused is lost (its receiver asks again); those after it leave as separate datagrams. */
  protected override refused(errno: number): void {
    if (NO_SEGMENTATION.includes(errno)) this.#segmentation = false;
  }

  protected override batch(count: number): void {
    this.count = count;
    try {
      this.#onBatch(this);
    } finally {
      this.count = 0;
    }
  }

  ifindex(index: number): number {
    return this.receiveWords[index * RECORD_WORDS + RECEIVED.ifindex]!;
  }

  peerAddress(index: number): number {
    return this.receiveWords[index * RECORD_WORDS + RECEIVED.peer]!;
  }

  peerPort(index: number): number {
    return this.receiveWords[index * RECORD_WORDS + RECEIVED.peerPort]!;
  }

  localAddress(index: number): number {
    return this.receiveWords[index * RECORD_WORDS + RECEIVED.local]!;
  }

  destinationAddress(index: number): number {
    return this.receiveWords[index * RECORD_WORDS + RECEIVED.destination]!;
  }

  bytes(index: number): Uint8Array {
    return this.receivedBytes(index);
  }

  truncated(index: number): boolean {
    return (this.receiveWords[index * RECORD_WORDS + RECEIVED.flags]! & FLAG.truncated) !== 0;
  }

  send(bytes: Uint8Array, to: UdpTarget): void {
    this.#address(this.queue(bytes), to);
  }

  sendBody(head: Uint8Array, body: FileBody, offset: number, length: number, to: UdpTarget): void {
    if (head.length > MAX_HEAD)
      throw new RangeError(`expected a head of at most ${MAX_HEAD} bytes, got ${head.length}`);
    checkRange(body, offset, length, MAX_UDP_PAYLOAD - head.length);
    this.#body(this.queue(head), body, offset, length, 0, to);
  }

  sendWindow(heads: Uint8Array, body: FileBody, offset: number, length: number, segment: number, to: UdpTarget): void {
    const segments = Math.ceil(length / segment);
    if (!(segments >= 1 && segments <= MAX_SEGMENTS) || heads.length % segments !== 0 || !Number.isInteger(segment)) {
      throw new RangeError(
        `expected 1 to ${MAX_SEGMENTS} segments with heads of equal size, got ${length} bytes in segments of ${segment} with ${heads.length} bytes of heads`,
      );
    }
    const head = heads.length / segments;
    const together = this.#segmentation && heads.length + length <= MAX_UDP_PAYLOAD && head + segment <= ONE_PACKET;
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

  #body(at: number, body: FileBody, offset: number, length: number, segment: number, to: UdpTarget): void {
    if (at >= 0) {
      this.sendWords[at + SENT.bodyId] = body.id;
      this.sendWords[at + SENT.bodyOffset] = offset;
      this.sendWords[at + SENT.bodyLength] = length;
      this.sendWords[at + SENT.segment] = segment;
    }
    this.#address(at, to);
  }

  #address(at: number, to: UdpTarget): void {
    if (at < 0) return;
    this.sendWords[at + SENT.ifindex] = to.ifindex;
    this.sendWords[at + SENT.port] = to.peerPort;
    this.sendWords[at + SENT.peer] = to.peerAddress;
    this.sendWords[at + SENT.local] = to.localAddress;
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

function bytesOf(address: number): Uint8Array {
  return Uint8Array.of(address >>> 24, address >>> 16, address >>> 8, address);
}

/** Opens the socket; throws a SystemError (`code` EADDRINUSE, EACCES, ENOENT of the namespace…). */
export function openUdp4(options: UdpOptions): UdpSocket {
  return new Udp4(options);
}
