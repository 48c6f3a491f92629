/** What the server remembers of one leg between messages: never whose address it is, which the leg itself says. */
import type { Ipv6 } from '../../wire/address.ts';
import type { Duid } from '../../wire/dhcpv6/index.ts';
import { TokenBucket } from '../token-bucket.ts';
import { type Leg6, type PreparedLeg6, prepareLeg6 } from './leg.ts';
import type { Server6Settings } from './settings.ts';

export interface MessageKey6 {
  readonly transactionId: number;
  readonly type: number;
  readonly peer: Ipv6;
}

/** The message a leg sent last, for as long as a repetition of it means the same. */
export interface LastMessage6 extends MessageKey6 {
  readonly receivedAt: number;
  /** Its answer has not left yet. */
  answering: boolean;
}

export class Leg6State {
  leg: PreparedLeg6;
  last: LastMessage6 | undefined;
  #given: Leg6;
  readonly #server: Duid;
  readonly #bucket: TokenBucket;

  constructor(leg: Leg6, server: Duid, rate: Server6Settings['rate'], now: number) {
    this.#given = leg;
    this.#server = server;
    this.leg = prepareLeg6(leg, server);
    this.#bucket = new TokenBucket(rate, now);
  }

  /** Takes over a leg as planned anew. */
  update(leg: Leg6): void {
    if (leg === this.#given) return;
    this.#given = leg;
    this.leg = prepareLeg6(leg, this.#server);
  }

  takeToken(now: number): boolean {
    return this.#bucket.take(now);
  }

  /** Whether the message repeats the one before, which is being answered or came only just now. */
  isDuplicate({ transactionId, type, peer }: MessageKey6, now: number, window: number): boolean {
    const { last } = this;
    if (last === undefined || last.transactionId !== transactionId || last.type !== type || last.peer !== peer)
      return false;
    return last.answering || now - last.receivedAt < window;
  }
}
