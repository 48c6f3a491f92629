/** One IPv6 UDP socket for all legs, batched, with the interface of each datagram (DHCPv6, TFTP over IPv6). */
import { RECEIVED, RECORD_WORDS, type SendErrorHandler, type SocketStats } from './batch-socket.ts';
import { type Inet6Batch, Inet6Socket, type Inet6Target } from './inet6.ts';
import type { NativeSocketOptions } from './native.ts';

export interface Udp6Batch extends Inet6Batch {
  peerPort(index: number): number;
}

export interface Udp6Socket {
  readonly port: number;
  readonly pending: number;
  readonly stats: SocketStats;
  onBatch(handler: (batch: Udp6Batch) => void): void;
  /** Queues a copy of `bytes` (at most one slot). Leaves with the next flush. */
  send(bytes: Uint8Array, to: Inet6Target & { readonly peerPort: number }): void;
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
}

class Udp6 extends Inet6Socket implements Udp6Socket, Udp6Batch {
  readonly port: number;
  #onBatch: (batch: Udp6Batch) => void = () => {};

  constructor(options: Udp6Options) {
    super(options, (net, sizes, callback) => net.openUdp6({ ...options, ...sizes }, callback));
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

  send(bytes: Uint8Array, to: Inet6Target & { readonly peerPort: number }): void {
    this.queueTo(bytes, to, to.peerPort);
  }
}

/** Opens the socket; throws a SystemError. It never sees IPv4. */
export function openUdp6(options: Udp6Options): Udp6Socket {
  return new Udp6(options);
}
