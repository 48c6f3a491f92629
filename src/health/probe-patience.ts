/**
 * How patiently a board is asked that takes a connection and then says nothing. Its SSH server may only be slow: it starts a
 * process for each connection, and OpenSSH turns all away while ten have not logged in (MaxStartups), so that a board asked
 * every few seconds under load would never come to answer. Pure.
 */
import { type Millis, millis, seconds } from '../rack/units.ts';

export interface Patience {
  /** How long the banner may take. */
  readonly limit: Millis;
  /** Until the next try. */
  readonly pause: Millis;
}

const FIRST_LIMIT = seconds(3);
/** A rack of boards that all take connections and say nothing must leave room for those that do. */
const LONGEST_LIMIT = seconds(10);
const FIRST_PAUSE = seconds(1);
const LONGEST_PAUSE = seconds(30);

/** After so many tries in a row that were taken and not answered. */
export function patienceAfter(unanswered: number): Patience {
  const factor = 2 ** Math.min(unanswered, 10);
  return {
    limit: millis(Math.min(FIRST_LIMIT * factor, LONGEST_LIMIT)),
    pause: millis(Math.min(FIRST_PAUSE * factor, LONGEST_PAUSE)),
  };
}
