/**
 * One IPv4 UDP socket for all legs: which interface a datagram came in on, and out of which interface, with which source
 * address, an answer leaves (IP_PKTINFO both ways). Batched: one system call and one handler call for up to 128 datagrams.
 * Addresses are unsigned 32-bit numbers (`ipv4ToNumber`), so that no text is made per datagram.
 *
 * Interfaces may come and go: the socket is bound to none. A leg that is made again has another ifindex (interfaces.ts).
 */

import type { SendErrorHandler, SocketStats } from './batch-socket.ts';
import { type FileBody, FLAG, RECEIVED, RECORD_WORDS, SENT } from './batch-socket.ts';
import { BodySocket } from './body-socket.ts';
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

/** Most bytes in a datagram that is no fragment, on Ethernet. */
const ONE_PACKET = 1472;

class Udp4 extends BodySocket<UdpTarget> implements UdpSocket, UdpBatch {
  readonly port: number;
  count = 0;
  #onBatch: (batch: UdpBatch) => void = () => {};

  constructor(options: UdpOptions) {
    const { address, segmentation, ...rest } = options;
    const bind = address === undefined ? {} : { address: bytesOf(address) };
    const link = { segmentation: segmentation ?? true, onePacket: ONE_PACKET };
    super(rest, link, (net, sizes, callback) => net.openUdp4({ ...rest, ...sizes, ...bind }, callback));
    this.port = this.handle.port;
  }

  onBatch(handler: (batch: UdpBatch) => void): void {
    this.#onBatch = handler;
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

  protected override address(at: number, to: UdpTarget): void {
    this.sendWords[at + SENT.ifindex] = to.ifindex;
    this.sendWords[at + SENT.port] = to.peerPort;
    this.sendWords[at + SENT.peer] = to.peerAddress;
    this.sendWords[at + SENT.local] = to.localAddress;
  }
}

function bytesOf(address: number): Uint8Array {
  return Uint8Array.of(address >>> 24, address >>> 16, address >>> 8, address);
}

/** Opens the socket; throws a SystemError (`code` EADDRINUSE, EACCES, ENOENT of the namespace…). */
export function openUdp4(options: UdpOptions): UdpSocket {
  return new Udp4(options);
}
