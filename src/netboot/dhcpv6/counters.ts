/** What the server counts. Every datagram that arrives ends up in `received` and in exactly one of the lines below it. */
import type { Ignored6 } from './decide.ts';

export interface Counters6 {
  received: number;

  /** Came in on an interface that is no leg. */
  notALeg: number;
  /** Over the leg's rate; dropped unread. */
  limited: number;
  /** Longer than the socket's slots. */
  truncated: number;
  /** Its source is no link-local address: not from a client of this link. */
  foreignSource: number;
  /** No DHCPv6 message. */
  malformed: number;
  /** Repeats the message before it: made by the network, or still being answered. */
  duplicates: number;
  ignored: Partial<Record<Ignored6['cause'], number>>;
  advertises: number;
  replies: number;
  /** A fault of this program, logged as an error. */
  faults: number;

  /** Answers that left. */
  sent: number;
  /** Answers not sent because their lease could not be stored. */
  commitFailures: number;
  /** Answers that left although the route of their prefix, or the neighbour entry of a firmware, could not be set. */
  kernelFailures: number;
  /** Datagrams that the kernel refused to send. */
  sendErrors: number;
}

export function newCounters6(): Counters6 {
  return {
    received: 0,
    notALeg: 0,
    limited: 0,
    truncated: 0,
    foreignSource: 0,
    malformed: 0,
    duplicates: 0,
    ignored: {},
    advertises: 0,
    replies: 0,
    faults: 0,
    sent: 0,
    commitFailures: 0,
    kernelFailures: 0,
    sendErrors: 0,
  };
}
