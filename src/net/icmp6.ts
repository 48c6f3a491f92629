/**
 * The raw ICMPv6 socket of router advertisements: Router Solicitations in, advertisements out, with the interface of each
 * (RFC 4861). The kernel fills in and checks the ICMPv6 checksum; everything leaves with hop limit 255.
 */
import { RECEIVED, RECORD_WORDS, type SendErrorHandler, type SocketStats } from './batch-socket.ts';
import { type Inet6Batch, Inet6Socket, type Inet6Target } from './inet6.ts';
import type { NativeSocketOptions } from './native.ts';

/** ICMPv6 types (RFC 4861 §4). */
export const ICMP6_TYPE = {
  routerSolicitation: 133,
  routerAdvertisement: 134,
  neighbourSolicitation: 135,
  neighbourAdvertisement: 136,
} as const;

/** ff02::2, where hosts send Router Solicitations. */
export const ALL_ROUTERS = Uint8Array.of(0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2);
/** ff02::1, where advertisements go that nobody asked for. */
export const ALL_NODES = Uint8Array.of(0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1);

export interface Icmp6Batch extends Inet6Batch {
  /** 255 proves that the sender is on this link (RFC 4861 §6.1.1): throw away what has any other. */
  hopLimit(index: number): number;
}

export interface Icmp6Socket {
  readonly pending: number;
  readonly stats: SocketStats;
  onBatch(handler: (batch: Icmp6Batch) => void): void;
  /** Queues a copy of an ICMPv6 message, its checksum field left for the kernel to fill in. Leaves with the next flush. */
  send(message: Uint8Array, to: Inet6Target): void;
  flush(): void;
  join(ifindex: number, group: Uint8Array): void;
  leave(ifindex: number, group: Uint8Array): void;
  onSendError(handler: SendErrorHandler): void;
  close(): void;
  ref(): this;
  unref(): this;
}

export interface Icmp6Options extends NativeSocketOptions {
  /** The ICMPv6 types that reach the handler; Router Solicitation alone by default. */
  readonly types?: readonly number[];
}

/** A raw socket sends whole messages only. */
const NO_BODIES = { segmentation: false, onePacket: 0 } as const;

class Icmp6 extends Inet6Socket implements Icmp6Socket, Icmp6Batch {
  #onBatch: (batch: Icmp6Batch) => void = () => {};

  constructor(options: Icmp6Options) {
    const { types = [ICMP6_TYPE.routerSolicitation], ...rest } = options;
    super(rest, NO_BODIES, (net, sizes, callback) =>
      net.openIcmp6({ ...rest, ...sizes, types: Uint8Array.from(types) }, callback),
    );
  }

  onBatch(handler: (batch: Icmp6Batch) => void): void {
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

  hopLimit(index: number): number {
    return this.receiveWords[index * RECORD_WORDS + RECEIVED.hopLimit]!;
  }

  override send(message: Uint8Array, to: Inet6Target): void {
    super.send(message, { ...to, peerPort: 0 });
  }
}

/** Opens the socket; throws a SystemError (EPERM without CAP_NET_RAW). */
export function openIcmp6(options: Icmp6Options = {}): Icmp6Socket {
  return new Icmp6(options);
}
