/** What the server remembers of one leg between messages: never whose address it is, which the leg itself says. */
import type { Timer } from '../../rack/clock.ts';
import type { Mac } from '../../wire/address.ts';
import type { Dhcpv4Packet } from '../../wire/dhcpv4/index.ts';
import { TokenBucket } from '../token-bucket.ts';
import type { Before, Classification, ClientKind } from './classify.ts';
import { type Leg, type PreparedLeg, prepareLeg } from './leg.ts';
import type { ServerSettings } from './settings.ts';

/** A ROM tries for 25 s (pi-boot §1.6), and between a power cut and the next DISCOVER lie about as many seconds. */
const SAME_BOOT = 20_000;
/** Between the last block of bootcode.bin and its own DISCOVER lies a tenth of a second (pi-boot §1.2). */
const JUST_NOW = 4_000;
const LIMITED_BROADCAST = 0xffffffff;

/** The message a leg sent last, for as long as a repetition of it means the same. */
export interface LastMessage {
  readonly xid: number;
  readonly chaddr: Mac;
  readonly type: number;
  readonly receivedAt: number;
  /** Its answer has not left yet. */
  answering: boolean;
}

export class LegState {
  leg: PreparedLeg;
  last: LastMessage | undefined;
  /** The message whose answer set the leg's neighbour entry last. */
  neighbour: LastMessage | undefined;
  #given: Leg;
  readonly #bucket: TokenBucket;
  #client: { readonly xid: number; readonly chaddr: Mac; readonly client: Classification } | undefined;
  #firmware: { readonly kind: ClientKind; readonly mac: Mac; readonly at: number } | undefined;
  #requestedAt = Number.NEGATIVE_INFINITY;
  #heldBack: Timer | undefined;
  #followUps: Timer[] = [];

  constructor(leg: Leg, rate: ServerSettings['rate'], now: number) {
    this.#given = leg;
    this.leg = prepareLeg(leg);
    this.#bucket = new TokenBucket(rate, now);
  }

  /** Takes over a leg as planned anew. */
  update(leg: Leg): void {
    if (leg === this.#given) return;
    this.#given = leg;
    this.leg = prepareLeg(leg);
  }

  takeToken(now: number): boolean {
    return this.#bucket.take(now);
  }

  /** Whether a datagram to this address is meant for this leg's server. */
  isAddressed(destination: number): boolean {
    const { controller, broadcast } = this.leg.numbers;
    return destination === LIMITED_BROADCAST || destination === controller || destination === broadcast;
  }

  /** Whether the message repeats the one before, which is being answered or came only just now. */
  isDuplicate(packet: Dhcpv4Packet, type: number, now: number, window: number): boolean {
    const { last } = this;
    if (last === undefined || last.xid !== packet.xid || last.chaddr !== packet.chaddr || last.type !== type)
      return false;
    return last.answering || now - last.receivedAt < window;
  }

  /** Whether the neighbour entry was set for an earlier message of this transaction, at most `window` ms before it. */
  hasNeighbourOf({ xid, chaddr, receivedAt }: LastMessage, window: number): boolean {
    const { neighbour } = this;
    if (neighbour === undefined || neighbour.xid !== xid || neighbour.chaddr !== chaddr) return false;
    return receivedAt - neighbour.receivedAt < window;
  }

  /**
   * What the message's client is. A message that gives neither class nor identifier, as an early Pi 4's REQUEST may
   * (pi-boot §2.1), is from whoever sent this transaction's DISCOVER.
   */
  resolve(packet: Dhcpv4Packet, told: Classification, now: number): Classification {
    const known = this.#client;
    if (told.kind === 'os' && told.className === '' && known?.xid === packet.xid && known.chaddr === packet.chaddr) {
      return known.client;
    }
    this.#client = { xid: packet.xid, chaddr: packet.chaddr, client: told };
    if (told.firmware) this.#firmware = { kind: told.kind, mac: packet.chaddr, at: now };
    return told;
  }

  /** The boot firmware that was heard last, unless that was in another boot. */
  before(now: number): Before | undefined {
    const firmware = this.#firmware;
    if (firmware === undefined || now - Math.max(firmware.at, this.#requestedAt) > SAME_BOOT) return undefined;
    const fetching = this.#requestedAt >= firmware.at && now - this.#requestedAt < JUST_NOW;
    return { kind: firmware.kind, mac: firmware.mac, fetching };
  }

  /** The leg has asked for a file. */
  requested(now: number): void {
    this.#requestedAt = now;
  }

  /** Replaces the answer that is held back, if any; true where one was. */
  holdBack(timer: Timer | undefined): boolean {
    const before = this.#heldBack;
    before?.cancel();
    this.#heldBack = timer;
    return before !== undefined;
  }

  /** Forgets the held-back answer that is leaving now. */
  released(): void {
    this.#heldBack = undefined;
  }

  addFollowUp(timer: Timer): void {
    this.#followUps.push(timer);
  }

  cancelFollowUps(): void {
    for (const timer of this.#followUps) timer.cancel();
    this.#followUps = [];
  }
}
