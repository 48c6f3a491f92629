/**
 * Router advertisements for all legs: at once to a host that asks, by themselves now and then, and a goodbye at the end.
 *
 * A solicitation is answered without the delay of RFC 4861 §6.2.6: it is there so that several routers of one link do not
 * answer at the same moment, and a leg has one. A Pi's firmware waits for nothing else (pi-boot §3.2).
 */
import type { Logger } from 'pino';
import { ALL_NODES, type Icmp6Batch, type Icmp6Socket } from '../../net/icmp6.ts';
import type { Clock, Timer } from '../../rack/clock.ts';
import { millis } from '../../rack/units.ts';
import { DecodeError } from '../../wire/cursor.ts';
import { decodeRouterSolicitation, encodeRouterAdvertisement } from '../../wire/icmpv6/index.ts';
import { TokenBucket } from '../token-bucket.ts';
import { INITIAL_INTERVAL, MIN_DELAY_BETWEEN, nextInterval } from './intervals.ts';
import { advertisementOf, type RaLeg, type RaSettings } from './leg.ts';

export interface RaServerOptions {
  /** Takes part in ff02::2 on every leg, or will. Stays the caller's to close. */
  readonly socket: Pick<Icmp6Socket, 'onBatch' | 'send' | 'flush' | 'onSendError'>;
  /** The number of a leg's interface; undefined where it is gone. */
  readonly ifindex: (leg: RaLeg) => number | undefined;
  readonly settings: RaSettings;
  readonly clock: Clock;
  /** From 0 up to, not including, 1. */
  readonly random: () => number;
  readonly log: Logger;
}

export interface RaCounters {
  received: number;
  /** Came in on an interface that is no leg. */
  notALeg: number;
  /** Its hop limit is not 255: it did not begin on this link (§6.1.1). */
  foreign: number;
  malformed: number;
  /** Over the leg's rate; dropped unread. */
  limited: number;
  solicited: number;
  unsolicited: number;
  goodbyes: number;
  sendErrors: number;
}

interface LegRa {
  readonly leg: RaLeg;
  readonly ifindex: number;
  readonly message: Uint8Array;
  readonly bucket: TokenBucket;
  sent: number;
  /** When the last one left by multicast. */
  multicastAt: number;
  timer: Timer | undefined;
}

const LINK_LIMIT = 255;
/** Solicitations of one leg: a host sends three at its start (§10 MAX_RTR_SOLICITATIONS). */
const RATE = { burst: 10, perSecond: 2 };

export class RaServer {
  readonly counters: RaCounters = {
    received: 0,
    notALeg: 0,
    foreign: 0,
    malformed: 0,
    limited: 0,
    solicited: 0,
    unsolicited: 0,
    goodbyes: 0,
    sendErrors: 0,
  };
  readonly #options: RaServerOptions;
  #legs = new Map<number, LegRa>();
  #closed = false;

  constructor(options: RaServerOptions) {
    const { socket, log } = options;
    this.#options = options;
    socket.onBatch((batch) => this.#batch(batch));
    socket.onSendError((ifindex, errno, message) => {
      this.counters.sendErrors++;
      // A port without a link has nobody to hear it: the next one is tried in its time.
      log.debug({ ifindex, errno }, `RA: an advertisement could not be sent: ${message}`);
    });
  }

  /** Advertises on these legs from now on, and no longer on others. Throws a RangeError for what cannot be advertised. */
  setLegs(legs: readonly RaLeg[]): void {
    const { ifindex, settings, clock } = this.#options;
    const now = clock.monotonic();
    for (const { timer } of this.#legs.values()) timer?.cancel();
    const known = this.#legs;
    this.#legs = new Map();
    for (const leg of legs) {
      const index = ifindex(leg);
      if (index === undefined) continue;
      const before = known.get(index);
      const entry: LegRa = {
        leg,
        ifindex: index,
        message: encodeRouterAdvertisement(advertisementOf(leg, settings)),
        bucket: before?.bucket ?? new TokenBucket(RATE, now),
        sent: 0,
        multicastAt: before?.multicastAt ?? Number.NEGATIVE_INFINITY,
        timer: undefined,
      };
      this.#legs.set(index, entry);
      // Spread out: 108 legs at once are no reason for 108 packets at once.
      this.#later(entry, millis(Math.round(this.#options.random() * 1000)));
    }
  }

  /** The port has a link again: whoever is there now has heard nothing yet. */
  linkUp(ifindex: number): void {
    const entry = this.#legs.get(ifindex);
    if (entry === undefined || this.#closed) return;
    entry.sent = 0;
    this.#later(entry, millis(0));
  }

  /** Says goodbye on every leg (§6.2.5) and stops. The socket stays open. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const { leg, ifindex, timer } of this.#legs.values()) {
      timer?.cancel();
      const goodbye = encodeRouterAdvertisement(advertisementOf(leg, this.#options.settings, true));
      this.#options.socket.send(goodbye, { ifindex, peerAddress: ALL_NODES });
      this.counters.goodbyes++;
    }
    this.#options.socket.flush();
  }

  #later(entry: LegRa, delay: number): void {
    entry.timer?.cancel();
    entry.timer = this.#options.clock.after(millis(delay), () => this.#unsolicited(entry));
  }

  #unsolicited(entry: LegRa): void {
    const { clock, random } = this.#options;
    const wait = entry.multicastAt + MIN_DELAY_BETWEEN - clock.monotonic();
    if (wait > 0) {
      this.#later(entry, wait);
      return;
    }
    this.counters.unsolicited++;
    this.#multicast(entry);
    this.#options.socket.flush();
    entry.sent++;
    this.#later(entry, nextInterval(entry.sent, random()));
  }

  #multicast(entry: LegRa): void {
    entry.multicastAt = this.#options.clock.monotonic();
    this.#options.socket.send(entry.message, { ifindex: entry.ifindex, peerAddress: ALL_NODES });
  }

  #batch(batch: Icmp6Batch): void {
    if (this.#closed) return;
    const now = this.#options.clock.monotonic();
    for (let i = 0; i < batch.count; i++) this.#receive(batch, i, now);
    this.#options.socket.flush();
  }

  #receive(batch: Icmp6Batch, i: number, now: number): void {
    const { counters } = this;
    counters.received++;
    const entry = this.#legs.get(batch.ifindex(i));
    if (entry === undefined) {
      counters.notALeg++;
      return;
    }
    if (!entry.bucket.take(now)) {
      counters.limited++;
      return;
    }
    if (batch.hopLimit(i) !== LINK_LIMIT) {
      counters.foreign++;
      return;
    }
    const from = batch.peerAddress(i);
    try {
      decodeRouterSolicitation(batch.bytes(i), isUnspecified(from));
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      counters.malformed++;
      this.#options.log.debug({ slot: entry.leg.slot }, error.message);
      return;
    }
    counters.solicited++;
    // To the host itself where it can be (§6.2.6); an advertisement must come from a link-local address, so only to one.
    if (isLinkLocal(from) && entry.leg.solicited === 'host') {
      this.#options.socket.send(entry.message, { ifindex: entry.ifindex, peerAddress: from });
      return;
    }
    const wait = entry.multicastAt + MIN_DELAY_BETWEEN - now;
    if (wait <= 0) this.#multicast(entry);
    else if (wait < INITIAL_INTERVAL) this.#later(entry, wait);
  }
}

function isUnspecified(address: Uint8Array): boolean {
  return address.every((byte) => byte === 0);
}

/** fe80::/10. */
function isLinkLocal(address: Uint8Array): boolean {
  return address[0] === 0xfe && ((address[1] as number) & 0xc0) === 0x80;
}
