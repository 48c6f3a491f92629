import type { Clock } from '../../../rack/clock.ts';
import { type Millis, minutes } from '../../../rack/units.ts';
import { ApiError } from '../errors.ts';

const WINDOW: Millis = minutes(15);
/** Whoever has a /32 of IPv6 has more networks than memory may be spent on: the oldest are forgotten. */
const MOST_ADDRESSES = 50_000;

interface Failures {
  readonly since: Millis;
  count: number;
}

/**
 * How often credentials failed, by network of the client. Looking, trying and counting happen in one go, so that many
 * guesses at once are counted one by one; and only failures are counted, so that many clients behind one address with
 * good keys never wait for each other, however long their requests are under way.
 */
export class FailedLogins {
  readonly #most: number;
  readonly #clock: Clock;
  readonly #failures = new Map<string, Failures>();

  constructor(most: number, clock: Clock) {
    this.#most = most;
    this.#clock = clock;
  }

  /** Throws too_many_requests: enough was tried from there. */
  admit(network: string): void {
    const known = this.#current(network);
    if (known === undefined || known.count < this.#most) return;
    const left = Math.ceil((known.since + WINDOW - this.#clock.monotonic()) / 1000);
    throw new ApiError('too_many_requests', `too many failed logins from this address: try again in ${left} s`, {
      headers: { 'retry-after': String(left) },
    });
  }

  failed(network: string): void {
    const known = this.#current(network);
    if (known !== undefined) {
      known.count++;
      return;
    }
    for (const oldest of this.#failures.keys()) {
      if (this.#failures.size < MOST_ADDRESSES) break;
      this.#failures.delete(oldest);
    }
    this.#failures.set(network, { since: this.#clock.monotonic(), count: 1 });
  }

  #current(network: string): Failures | undefined {
    const known = this.#failures.get(network);
    if (known === undefined || this.#clock.monotonic() - known.since < WINDOW) return known;
    this.#failures.delete(network);
    return undefined;
  }
}
