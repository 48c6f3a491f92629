/** What the server keeps of one leg. Its limits are its own, so that no leg takes from another. */
import type { SlotNumber } from '../../rack/units.ts';
import { type Millis, millis } from '../../rack/units.ts';
import { type Ipv4, ipv4ToNumber } from '../../wire/address.ts';
import { TokenBucket } from '../token-bucket.ts';
import type { ClientAddress, Session } from './session.ts';

/** A leg as the plan has it: only a datagram from `board` to `controller` on this interface is of this slot. */
export interface TftpLeg {
  readonly ifindex: number;
  readonly slot: SlotNumber;
  readonly controller: Ipv4;
  readonly board: Ipv4;
}

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
}

export class LegState {
  readonly leg: TftpLeg;
  readonly controller: number;
  readonly board: number;
  /** By client port: a client port has one transfer at a time. */
  readonly active = new Map<number, Session>();
  readonly pending = new Map<number, Ticket>();
  readonly requests: TokenBucket;
  requestedAt: Millis | undefined;
  sendErrorAt: Millis | undefined;
  /** When progress was last told, or the leg came to be. */
  progressAt: Millis;
  /** Finished transfers, by client port and line, with the time until which they are remembered. */
  readonly #recent = new Map<number, Millis>();
  readonly #lines: number;
  #nextLine = 0;

  constructor(leg: TftpLeg, lines: number, now: Millis) {
    this.leg = leg;
    this.controller = ipv4ToNumber(leg.controller);
    this.board = ipv4ToNumber(leg.board);
    this.requests = new TokenBucket({ burst: REQUEST_BURST, perSecond: REQUESTS_PER_SECOND }, now);
    this.#lines = lines;
    this.progressAt = now;
  }

  /** Whether there is anything that time will change. */
  get idle(): boolean {
    return this.active.size === 0 && this.#recent.size === 0;
  }

  isSame(leg: TftpLeg): boolean {
    const { ifindex, slot, controller, board } = this.leg;
    return leg.ifindex === ifindex && leg.slot === slot && leg.controller === controller && leg.board === board;
  }

  client(port: number): ClientAddress {
    return { ifindex: this.leg.ifindex, localAddress: this.controller, peerAddress: this.board, peerPort: port };
  }

  /** The line for the next answer: another one than before, so that old and new TIDs of a client port differ. */
  nextLine(): number {
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

  remember(port: number, line: number, now: Millis): void {
    this.#recent.set(port * this.#lines + line, millis(now + LINGER));
  }

  remembers(port: number, line: number): boolean {
    return this.#recent.has(port * this.#lines + line);
  }

  forgetOld(now: Millis): void {
    for (const [key, until] of this.#recent) if (until <= now) this.#recent.delete(key);
  }
}
