/** What the server keeps of one leg. Its limits are its own, so that no leg takes from another. */
import type { SlotNumber } from '../../rack/units.ts';
import { type Millis, millis } from '../../rack/units.ts';
import { type Ipv4, type Ipv6, ipv4ToNumber } from '../../wire/address.ts';
import { ipv6Bytes } from '../../wire/ipv6-text.ts';
import { TokenBucket } from '../token-bucket.ts';
import type { ClientAddress } from './client-address.ts';
import { MAX_BLKSIZE6 } from './negotiate.ts';
import type { Session } from './session.ts';
import { Share } from './turns.ts';

/** A leg as the plan has it: only a datagram from `board` to `controller` on this interface is of this slot. */
export interface TftpLeg {
  readonly ifindex: number;
  readonly slot: SlotNumber;
  readonly controller: Ipv4;
  readonly board: Ipv4;
  /** Where the slot boots over IPv6 too: the leg's address in its /64, and the MTU that its board was told of. */
  readonly ipv6?: { readonly controller: Ipv6; readonly mtu?: number };
}

/** The IPv6 addresses of a leg as bytes. */
interface LegAddresses6 {
  readonly controller: Uint8Array;
  /** The first half of it: the /64 of the leg. */
  readonly network: Uint8Array;
  readonly mostBlksize: number;
}

/** IPv6, UDP and TFTP headers. */
const HEADERS6 = 40 + 8 + 4;

/**
 * A boot asks for some 50 names, most of them within a second and many for a 404; these are a few times that. More is
 * no boot, and gets no answer.
 */
const REQUESTS_PER_SECOND = 100;
const REQUEST_BURST = 300;

/** Late packets of a finished transfer are expected for this long: longer than any client repeats its last ACK. */
const LINGER = 5000;

/** A request that is being looked up. */
export interface Ticket {
  readonly fingerprint: string;
  readonly client: ClientAddress;
}

export class LegState {
  readonly leg: TftpLeg;
  readonly controller: number;
  readonly board: number;
  /** Undefined: the slot does not boot over IPv6. */
  readonly ipv6: LegAddresses6 | undefined;
  /** By client key: a client port has one transfer at a time. */
  readonly active = new Map<number, Session>();
  readonly pending = new Map<number, Ticket>();
  readonly requests: TokenBucket;
  readonly share = new Share();
  requestedAt: Millis | undefined;
  sendErrorAt: Millis | undefined;
  /** When progress was last told, or the leg came to be. */
  progressAt: Millis;
  /** Finished transfers, by client key and line, with the time until which they are remembered: oldest first. */
  readonly #recent = new Map<number, Millis>();
  readonly #lines: number;
  #nextLine = 0;

  constructor(leg: TftpLeg, lines: number, now: Millis) {
    this.leg = leg;
    this.controller = ipv4ToNumber(leg.controller);
    this.board = ipv4ToNumber(leg.board);
    this.ipv6 = leg.ipv6 && addresses6(leg.ipv6);
    this.requests = new TokenBucket({ burst: REQUEST_BURST, perSecond: REQUESTS_PER_SECOND }, now);
    this.#lines = lines;
    this.progressAt = now;
  }

  /** Whether there is anything that time will change. */
  get idle(): boolean {
    return this.active.size === 0 && this.#recent.size === 0;
  }

  isSame(leg: TftpLeg): boolean {
    const { ifindex, slot, controller, board, ipv6 } = this.leg;
    if (leg.ipv6?.controller !== ipv6?.controller || leg.ipv6?.mtu !== ipv6?.mtu) return false;
    return leg.ifindex === ifindex && leg.slot === slot && leg.controller === controller && leg.board === board;
  }

  /**
   * The line for the next answer to a client: the first that it has not used lately, so that old and new TIDs of a client
   * port differ. Boards take another port for every file, so nearly everything goes through one socket, in large batches.
   */
  lineFor(key: number): number {
    for (let line = 0; line < this.#lines; line++) {
      if (this.active.get(key)?.line !== line && !this.remembers(key, line)) return line;
    }
    // All were used by this port within LINGER: the next in turn is the one used longest ago.
    const line = this.#nextLine;
    this.#nextLine = (line + 1) % this.#lines;
    return line;
  }

  /** The session that has been silent longest. */
  stalest(): Session | undefined {
    let found: Session | undefined;
    for (const session of this.active.values()) {
      if (found === undefined || session.transfer.heardAt < found.transfer.heardAt) found = session;
    }
    return found;
  }

  remember(key: number, line: number, now: Millis): void {
    const place = key * this.#lines + line;
    this.#recent.delete(place);
    this.#recent.set(place, millis(now + LINGER));
  }

  remembers(key: number, line: number): boolean {
    return this.#recent.has(key * this.#lines + line);
  }

  forgetOld(now: Millis): void {
    for (const [key, until] of this.#recent) {
      if (until > now) return;
      this.#recent.delete(key);
    }
  }
}

function addresses6({ controller, mtu }: NonNullable<TftpLeg['ipv6']>): LegAddresses6 {
  const bytes = ipv6Bytes(controller);
  const mostBlksize = mtu === undefined ? MAX_BLKSIZE6 : Math.min(MAX_BLKSIZE6, mtu - HEADERS6);
  return { controller: bytes, network: bytes.subarray(0, 8), mostBlksize };
}
