/**
 * Datagrams that arrived, as the engine looks at them: the same for IPv4 and IPv6. Identity is the leg: a datagram counts
 * only where interface, destination and source are those of one leg.
 */
import type { UdpBatch, UdpTarget } from '../../net/udp.ts';
import type { Udp6Batch, Udp6Target } from '../../net/udp6.ts';
import { ipv6Text } from '../../wire/ipv6-text.ts';
import { type ClientAddress, ClientAt, IPV6_KEY, type Line } from './client-address.ts';
import type { TftpCounters } from './events.ts';
import type { LegState } from './leg-state.ts';
import { MAX_BLKSIZE, MAX_BLKSIZE6 } from './negotiate.ts';

/** What it is counted as, where it is of no leg. */
export type Foreign = keyof Pick<TftpCounters, 'unknownLeg' | 'wrongDestination' | 'wrongSource'>;

export interface Arrivals {
  readonly count: number;
  ifindex(index: number): number;
  bytes(index: number): Uint8Array;
  truncated(index: number): boolean;
  /** What is wrong about its being of this leg; undefined: nothing. */
  foreign(index: number, leg: LegState): Foreign | undefined;
  /** What the leg keeps its transfers by. */
  key(index: number): number;
  /** Whether it comes from that client; asked where the keys are the same. */
  isFrom(index: number, client: ClientAddress): boolean;
  client(index: number, leg: LegState): ClientAddress;
}

abstract class Of<Batch extends Pick<UdpBatch, 'count' | 'ifindex' | 'bytes' | 'truncated'>> {
  protected batch: Batch | undefined;

  of(batch: Batch): this {
    this.batch = batch;
    return this;
  }

  /** Valid, as the batch is, until its handler returns. */
  protected get it(): Batch {
    return this.batch as Batch;
  }

  get count(): number {
    return this.it.count;
  }

  ifindex(index: number): number {
    return this.it.ifindex(index);
  }

  bytes(index: number): Uint8Array {
    return this.it.bytes(index);
  }

  truncated(index: number): boolean {
    return this.it.truncated(index);
  }
}

export class Arrivals4 extends Of<UdpBatch> implements Arrivals {
  readonly #lines: readonly Line<UdpTarget>[];

  constructor(lines: readonly Line<UdpTarget>[]) {
    super();
    this.#lines = lines;
  }

  foreign(index: number, leg: LegState): Foreign | undefined {
    if (this.it.destinationAddress(index) !== leg.controller) return 'wrongDestination';
    return this.it.peerAddress(index) === leg.board ? undefined : 'wrongSource';
  }

  key(index: number): number {
    return this.it.peerPort(index);
  }

  /** A leg's board has one IPv4 address. */
  isFrom(): boolean {
    return true;
  }

  client(index: number, { leg, controller, board }: LegState): ClientAddress {
    const peerPort = this.it.peerPort(index);
    const to = { ifindex: leg.ifindex, localAddress: controller, peerAddress: board, peerPort };
    return new ClientAt(this.#lines, to, peerPort, '', MAX_BLKSIZE);
  }
}

/** fe80::/64: link-local addresses have nothing but zeros there (RFC 4291 §2.5.6). */
const LINK_LOCAL = Uint8Array.of(0xfe, 0x80, 0, 0, 0, 0, 0, 0);

export class Arrivals6 extends Of<Udp6Batch> implements Arrivals {
  readonly #lines: readonly Line<Udp6Target>[];

  constructor(lines: readonly Line<Udp6Target>[]) {
    super();
    this.#lines = lines;
  }

  /** A board may have several addresses of its /64 and a link-local one, and the controller has one of each on the leg. */
  foreign(index: number, { ipv6 }: LegState): Foreign | undefined {
    if (ipv6 === undefined) return 'unknownLeg';
    const { it } = this;
    if (!it.localBegins(index, ipv6.controller) && !it.localBegins(index, LINK_LOCAL)) return 'wrongDestination';
    const onLink = it.peerBegins(index, ipv6.network) || it.peerBegins(index, LINK_LOCAL);
    return onLink && !it.peerBegins(index, ipv6.controller) ? undefined : 'wrongSource';
  }

  key(index: number): number {
    return this.it.peerPort(index) + IPV6_KEY;
  }

  isFrom(index: number, client: ClientAddress): boolean {
    const { peerAddress } = (client as ClientAt<Udp6Target>).to;
    return this.it.peerBegins(index, peerAddress);
  }

  client(index: number, { leg, ipv6 }: LegState): ClientAddress {
    const { it } = this;
    const peerPort = it.peerPort(index);
    const to: Udp6Target = {
      ifindex: leg.ifindex,
      localAddress: it.localAddress(index),
      peerAddress: it.peerAddress(index),
      peerPort,
    };
    const address = ipv6Text(to.peerAddress);
    return new ClientAt(this.#lines, to, peerPort + IPV6_KEY, address, ipv6?.mostBlksize ?? MAX_BLKSIZE6);
  }
}
