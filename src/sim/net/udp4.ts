/** The batched UDP socket of `src/net/udp.ts` on a virtual host. */
import type { SendErrorHandler } from '../../net/batch-socket.ts';
import type { FileBody, UdpBatch, UdpSocket, UdpTarget } from '../../net/udp.ts';
import type { Clock } from '../../rack/clock.ts';
import { Inbox } from './inbox.ts';
import { type SendError, SendQueue } from './send-queue.ts';

export interface Arrival4 {
  readonly ifindex: number;
  readonly peerAddress: number;
  readonly peerPort: number;
  readonly localAddress: number;
  readonly destinationAddress: number;
  readonly bytes: Uint8Array;
}

/** What the socket needs of its host. */
export interface Host4 {
  readonly clock: Clock;
  /** Sends one datagram; the errno with its name where it cannot. */
  sendUdp4(port: number, bytes: Uint8Array, to: UdpTarget): SendError | undefined;
  closed(socket: VirtualUdp4): void;
}

export class VirtualUdp4 implements UdpSocket {
  readonly port: number;
  readonly #host: Host4;
  readonly #inbox: Inbox<Arrival4>;
  readonly #out: SendQueue<UdpTarget>;
  #onBatch: (batch: UdpBatch) => void = () => {};

  constructor(host: Host4, port: number) {
    this.#host = host;
    this.port = port;
    this.#inbox = new Inbox(host.clock, (arrivals) => this.#onBatch(batchOf(arrivals)));
    this.#out = new SendQueue((bytes, to) => host.sendUdp4(port, bytes, to));
  }

  get pending(): number {
    return this.#out.length;
  }

  get stats() {
    const { sent, errors } = this.#out;
    return { received: this.#inbox.received, sent, dropped: 0, errors, overflowed: 0 };
  }

  /** A datagram for this port has come in. */
  arrive(arrival: Arrival4): void {
    this.#inbox.push(arrival);
  }

  onBatch(handler: (batch: UdpBatch) => void): void {
    this.#onBatch = handler;
  }

  send(bytes: Uint8Array, to: UdpTarget): void {
    this.#out.send(bytes, to);
  }

  sendBody(head: Uint8Array, body: FileBody, offset: number, length: number, to: UdpTarget): void {
    this.#out.sendBody(head, body, offset, length, to);
  }

  sendWindow(heads: Uint8Array, body: FileBody, offset: number, length: number, segment: number, to: UdpTarget): void {
    this.#out.sendWindow(heads, body, offset, length, segment, to);
  }

  flush(): void {
    this.#out.flush();
  }

  onSendError(handler: SendErrorHandler): void {
    this.#out.onError = handler;
  }

  close(): void {
    this.#out.clear();
    this.#host.closed(this);
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }
}

function batchOf(arrivals: readonly Arrival4[]): UdpBatch {
  const at = (index: number) => arrivals[index] as Arrival4;
  return {
    count: arrivals.length,
    ifindex: (i) => at(i).ifindex,
    peerAddress: (i) => at(i).peerAddress,
    peerPort: (i) => at(i).peerPort,
    localAddress: (i) => at(i).localAddress,
    destinationAddress: (i) => at(i).destinationAddress,
    bytes: (i) => at(i).bytes,
    truncated: () => false,
  };
}
