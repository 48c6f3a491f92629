/** One IPv6 UDP socket for all legs, batched, with the interface of each datagram (DHCPv6, TFTP over IPv6). */
import { type FileBody, RECEIVED, RECORD_WORDS, type SendErrorHandler, type SocketStats } from './batch-socket.ts';
import { type Inet6Batch, type Inet6PortTarget, Inet6Socket } from './inet6.ts';
import type { NativeSocketOptions } from './native.ts';

export interface Udp6Batch extends Inet6Batch {
  peerPort(index: number): number;
  /** Whether the sender's address begins with these bytes; all 16 of them: whether it is the one. Makes no copy. */
  peerBegins(index: number, start: Uint8Array): boolean;
  /** The same of the address it was sent to. */
  localBegins(index: number, start: Uint8Array): boolean;
}

export type Udp6Target = Inet6PortTarget;

export interface Udp6Socket {
  readonly port: number;
  readonly pending: number;
  readonly stats: SocketStats;
  onBatch(handler: (batch: Udp6Batch) => void): void;
  /** Queues a copy of `bytes` (at most one slot). Leaves with the next flush. */
  send(bytes: Uint8Array, to: Udp6Target): void;
  /** As of an IPv4 socket (udp.ts). */
  sendBody(head: Uint8Array, body: FileBody, offset: number, length: number, to: Udp6Target): void;
  sendWindow(heads: Uint8Array, body: FileBody, offset: number, length: number, segment: number, to: Udp6Target): void;
  flush(): void;
  join(ifindex: number, group: Uint8Array): void;
  leave(ifindex: number, group: Uint8Array): void;
  onSendError(handler: SendErrorHandler): void;
  close(): void;
  ref(): this;
  unref(): this;
}

export interface Udp6Options extends NativeSocketOptions {
  readonly port: number;
  /** Address to bind, 16 bytes; all by default. */
  readonly address?: Uint8Array;
  /** As of an IPv4 socket. */
  readonly segmentation?: boolean;
}

/** Most bytes in a datagram that is no fragment, on Ethernet. */
const ONE_PACKET = 1452;

class Udp6 extends Inet6Socket implements Udp6Socket, Udp6Batch {
  readonly port: number;
  #onBatch: (batch: Udp6Batch) => void = () => {};

  constructor(options: Udp6Options) {
    const { segmentation, ...rest } = options;
    const link = { segmentation: segmentation ?? true, onePacket: ONE_PACKET };
    super(rest, link, (net, sizes, callback) => net.openUdp6({ ...rest, ...sizes }, callback));
    this.port = this.handle.port;
  }

  onBatch(handler: (batch: Udp6Batch) => void): void {
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

  peerPort(index: number): number {
    return this.receiveWords[index * RECORD_WORDS + RECEIVED.peerPort]!;
  }
}

/** Opens the socket; throws a SystemError. It never sees IPv4. */
export function openUdp6(options: Udp6Options): Udp6Socket {
  return new Udp6(options);
}
