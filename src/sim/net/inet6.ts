/** The IPv6 sockets of `src/net/udp6.ts` and `src/net/icmp6.ts` on a virtual host. */
import type { SendErrorHandler } from '../../net/batch-socket.ts';
import { ICMP6_TYPE, type Icmp6Batch, type Icmp6Socket } from '../../net/icmp6.ts';
import type { Inet6Batch, Inet6Target } from '../../net/inet6.ts';
import type { FileBody } from '../../net/udp.ts';
import type { Udp6Batch, Udp6Socket, Udp6Target } from '../../net/udp6.ts';
import type { Clock } from '../../rack/clock.ts';
import { Inbox } from './inbox.ts';
import { keyOf } from './nd.ts';
import { type SendError, SendQueue } from './send-queue.ts';

export interface Arrival6 {
  readonly ifindex: number;
  readonly peerAddress: Uint8Array;
  readonly localAddress: Uint8Array;
  /** Of a UDP datagram; 0 for an ICMPv6 message. */
  readonly peerPort: number;
  readonly hopLimit: number;
  readonly bytes: Uint8Array;
}

/** What the sockets need of their host. */
export interface Host6 {
  readonly clock: Clock;
  sendUdp6(port: number, bytes: Uint8Array, to: Udp6Target): SendError | undefined;
  sendIcmp6(message: Uint8Array, to: Inet6Target): SendError | undefined;
  closed(socket: object): void;
}

abstract class Socket6<Batch extends Inet6Batch> {
  protected readonly out: SendQueue<Udp6Target>;
  readonly #host: Host6;
  readonly #inbox: Inbox<Arrival6>;
  readonly #groups = new Set<string>();
  #onBatch: (batch: Batch) => void = () => {};

  constructor(host: Host6, put: (bytes: Uint8Array, to: Udp6Target) => SendError | undefined) {
    this.#host = host;
    this.out = new SendQueue(put);
    // The batch has what either kind of socket tells.
    this.#inbox = new Inbox(host.clock, (arrivals) => this.#onBatch(batchOf(arrivals) as unknown as Batch));
  }

  get pending(): number {
    return this.out.length;
  }

  get stats() {
    const { sent, errors } = this.out;
    return { received: this.#inbox.received, sent, dropped: 0, errors, overflowed: 0 };
  }

  arrive(arrival: Arrival6): void {
    this.#inbox.push(arrival);
  }

  onBatch(handler: (batch: Batch) => void): void {
    this.#onBatch = handler;
  }

  join(ifindex: number, group: Uint8Array): void {
    this.#groups.add(`${ifindex} ${keyOf(group)}`);
  }

  leave(ifindex: number, group: Uint8Array): void {
    this.#groups.delete(`${ifindex} ${keyOf(group)}`);
  }

  isIn(ifindex: number, group: Uint8Array): boolean {
    return this.#groups.has(`${ifindex} ${keyOf(group)}`);
  }

  flush(): void {
    this.out.flush();
  }

  onSendError(handler: SendErrorHandler): void {
    this.out.onError = handler;
  }

  close(): void {
    this.out.clear();
    this.#host.closed(this);
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }
}

export class VirtualUdp6 extends Socket6<Udp6Batch> implements Udp6Socket {
  readonly port: number;

  constructor(host: Host6, port: number) {
    super(host, (bytes, to) => host.sendUdp6(port, bytes, to));
    this.port = port;
  }

  send(bytes: Uint8Array, to: Udp6Target): void {
    this.out.send(bytes, to);
  }

  sendBody(head: Uint8Array, body: FileBody, offset: number, length: number, to: Udp6Target): void {
    this.out.sendBody(head, body, offset, length, to);
  }

  sendWindow(heads: Uint8Array, body: FileBody, offset: number, length: number, segment: number, to: Udp6Target): void {
    this.out.sendWindow(heads, body, offset, length, segment, to);
  }
}

export class VirtualIcmp6 extends Socket6<Icmp6Batch> implements Icmp6Socket {
  /** The ICMPv6 types that reach the handler. */
  readonly types: readonly number[];

  constructor(host: Host6, types: readonly number[] = [ICMP6_TYPE.routerSolicitation]) {
    super(host, (message, to) => host.sendIcmp6(message, to));
    this.types = types;
  }

  send(message: Uint8Array, to: Inet6Target): void {
    this.out.send(message, { ...to, peerPort: 0 });
  }
}

function batchOf(arrivals: readonly Arrival6[]): Udp6Batch & Icmp6Batch {
  const at = (index: number) => arrivals[index] as Arrival6;
  return {
    count: arrivals.length,
    ifindex: (i) => at(i).ifindex,
    peerAddress: (i) => at(i).peerAddress.slice(),
    localAddress: (i) => at(i).localAddress.slice(),
    peerBegins: (i, start) => begins(at(i).peerAddress, start),
    localBegins: (i, start) => begins(at(i).localAddress, start),
    peerPort: (i) => at(i).peerPort,
    hopLimit: (i) => at(i).hopLimit,
    bytes: (i) => at(i).bytes,
    truncated: () => false,
  };
}

function begins(address: Uint8Array, start: Uint8Array): boolean {
  return start.every((byte, at) => address[at] === byte);
}
