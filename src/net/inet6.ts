/** What the IPv6 sockets (udp6.ts, icmp6.ts) share. Addresses are 16 bytes. */
import { FLAG, RECEIVED, RECORD_WORDS, SENT } from './batch-socket.ts';
import { BodySocket } from './body-socket.ts';
import { native } from './native.ts';

export interface Inet6Target {
  /** Interface to leave by. */
  readonly ifindex: number;
  /** Source address; without it the kernel chooses (the link-local one for a link-local peer). */
  readonly localAddress?: Uint8Array;
  readonly peerAddress: Uint8Array;
}

/** Messages that arrived together. Valid, with all bytes, only until the handler returns. */
export interface Inet6Batch {
  readonly count: number;
  ifindex(index: number): number;
  /** The sender's address: a copy. */
  peerAddress(index: number): Uint8Array;
  /** The address it was sent to, unicast or multicast: a copy. */
  localAddress(index: number): Uint8Array;
  bytes(index: number): Uint8Array;
  truncated(index: number): boolean;
}

export interface Inet6PortTarget extends Inet6Target {
  /** 0 for what has no ports. */
  readonly peerPort: number;
}

const ANY = new Uint8Array(16);

export class Inet6Socket extends BodySocket<Inet6PortTarget> implements Inet6Batch {
  count = 0;

  ifindex(index: number): number {
    return this.receiveWords[index * RECORD_WORDS + RECEIVED.ifindex]!;
  }

  peerAddress(index: number): Uint8Array {
    return this.#address(index, RECEIVED.peer);
  }

  localAddress(index: number): Uint8Array {
    return this.#address(index, RECEIVED.local);
  }

  peerBegins(index: number, start: Uint8Array): boolean {
    return this.#begins(index, RECEIVED.peer, start);
  }

  localBegins(index: number, start: Uint8Array): boolean {
    return this.#begins(index, RECEIVED.local, start);
  }

  bytes(index: number): Uint8Array {
    return this.receivedBytes(index);
  }

  truncated(index: number): boolean {
    return (this.receiveWords[index * RECORD_WORDS + RECEIVED.flags]! & FLAG.truncated) !== 0;
  }

  /** Takes part in a multicast group on one interface. Throws SystemError EADDRINUSE when it does already. */
  join(ifindex: number, group: Uint8Array): void {
    native().membership6(this.handle.id, ifindex, group, true);
  }

  /** Throws SystemError EADDRNOTAVAIL when it takes no part. An interface that goes away is left by itself. */
  leave(ifindex: number, group: Uint8Array): void {
    native().membership6(this.handle.id, ifindex, group, false);
  }

  override send(bytes: Uint8Array, to: Inet6PortTarget): void {
    const { peerAddress, localAddress = ANY } = to;
    if (peerAddress.length !== 16 || localAddress.length !== 16)
      throw new RangeError('expected IPv6 addresses of 16 bytes');
    super.send(bytes, to);
  }

  protected override address(at: number, to: Inet6PortTarget): void {
    this.sendWords[at + SENT.ifindex] = to.ifindex;
    this.sendWords[at + SENT.port] = to.peerPort;
    this.sendRecordBytes.set(to.peerAddress, (at + SENT.peer) * 4);
    this.sendRecordBytes.set(to.localAddress ?? ANY, (at + SENT.local) * 4);
  }

  #address(index: number, word: number): Uint8Array {
    const from = (index * RECORD_WORDS + word) * 4;
    return this.receiveRecordBytes.slice(from, from + 16);
  }

  #begins(index: number, word: number, start: Uint8Array): boolean {
    const from = (index * RECORD_WORDS + word) * 4;
    for (let i = 0; i < start.length; i++) if (this.receiveRecordBytes[from + i] !== start[i]) return false;
    return true;
  }
}
