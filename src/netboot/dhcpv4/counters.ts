/** What the server counts. Every datagram that arrives ends up in `received` and in exactly one of the lines below it. */
import type { Decision, IgnoreCause } from './decide.ts';

export interface Counters {
  received: number;

  /** Came in on an interface that is no leg. */
  notALeg: number;
  /** Sent to an address that is not this leg's own, nor a broadcast. */
  foreignDestination: number;
  /** Over the leg's rate; dropped unread. */
  limited: number;
  /** Longer than the socket's slots. */
  truncated: number;
  /** No DHCP message. */
  malformed: number;
  /** Repeats the message before it: made by the network, or still being answered. */
  duplicates: number;
  ignored: Record<IgnoreCause, number>;
  offers: number;
  acks: number;
  naks: number;
  releases: number;
  declines: number;
  /** A fault of this program, logged as an error. */
  faults: number;

  /** Answers that left. */
  sent: number;
  /** Answers held back and then not sent, because the leg had asked again. */
  superseded: number;
  /** Answers not sent because their lease could not be stored. */
  commitFailures: number;
  /** Answers not sent because the neighbour entry could not be set. */
  neighbourFailures: number;
  /** Datagrams that the kernel refused to send. */
  sendErrors: number;
  nudges: number;
}

export function newCounters(): Counters {
  return {
    received: 0,
    notALeg: 0,
    foreignDestination: 0,
    limited: 0,
    truncated: 0,
    malformed: 0,
    duplicates: 0,
    ignored: {
      'not-a-request': 0,
      hardware: 0,
      relayed: 0,
      'malformed-option': 0,
      'server-message': 0,
      'other-server': 0,
      'no-address': 0,
      'other-address': 0,
    },
    offers: 0,
    acks: 0,
    naks: 0,
    releases: 0,
    declines: 0,
    faults: 0,
    sent: 0,
    superseded: 0,
    commitFailures: 0,
    neighbourFailures: 0,
    sendErrors: 0,
    nudges: 0,
  };
}

export function countDecision(counters: Counters, decision: Decision): void {
  switch (decision.outcome) {
    case 'ignored':
      counters.ignored[decision.cause]++;
      break;
    case 'offer':
      counters.offers++;
      break;
    case 'ack':
      counters.acks++;
      break;
    case 'nak':
      counters.naks++;
      break;
    case 'released':
      counters.releases++;
      break;
    case 'declined':
      counters.declines++;
      break;
  }
}
