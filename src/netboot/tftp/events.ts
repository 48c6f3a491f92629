/** What the TFTP server tells the rest of the controller, and what it counts. Plain data: it crosses a thread boundary. */
import type { Millis, SlotNumber } from '../../rack/units.ts';

interface OfSlot {
  readonly slot: SlotNumber;
  /** Since the Unix epoch. */
  readonly at: Millis;
}

/** How a read request was answered. All but `served` are "file not found" to the board. */
export type RequestOutcome = 'served' | 'missing-expected' | 'missing-unexpected' | 'refused';

/** `name` is as the board sent it; `path` is without the board's prefix: `start4.elf`. */
interface OfFile extends OfSlot {
  readonly name: string;
  readonly path: string;
}

export interface RequestEvent extends OfFile {
  readonly type: 'request';
  readonly outcome: RequestOutcome;
  /** Where it is worth saying: why it was refused or is missing. */
  readonly reason?: string;
}

/** The first read request after QUIET without any: a boot has reached TFTP. Comes before its `request`. */
export interface FirstRequestEvent extends OfSlot {
  readonly type: 'first_request';
  readonly name: string;
}

/** A transfer goes on; at most one event a slot in PROGRESS_EVERY. What makes a long transfer differ from a stalled one. */
export interface ProgressEvent extends OfFile {
  readonly type: 'progress';
  /** Acknowledged, of `size`. */
  readonly bytes: number;
  readonly size: number;
}

export interface CompleteEvent extends OfFile {
  readonly type: 'complete';
  readonly bytes: number;
  /** From the request's being answered to the last ACK. */
  readonly ms: number;
  readonly blksize: number;
  readonly windowsize: number;
  readonly retransmits: number;
}

/**
 * A transfer that did not end well. `silent`: the board answered no more. `unconfirmed`: the same, but everything was on
 * its way, so perhaps only the last ACK was lost. `aborted`: it sent an ERROR after it had taken a part of the file.
 */
export interface FailedEvent extends OfFile {
  readonly type: 'failed';
  readonly cause: 'silent' | 'unconfirmed' | 'aborted';
  readonly reason: string;
  /** Acknowledged, of `size`. */
  readonly bytes: number;
  readonly size: number;
  readonly ms: number;
  readonly retransmits: number;
}

/** A request taught the serial number of the board in this slot. */
export interface SerialLearnedEvent extends OfSlot {
  readonly type: 'serial_learned';
  /** 8 lower-case hex digits. */
  readonly serial: string;
}

/** Datagrams to this slot could not be sent; at most one event a slot in SEND_ERROR_EVERY. */
export interface SendErrorEvent extends OfSlot {
  readonly type: 'send_error';
  /** A system error name such as ENETDOWN. */
  readonly error: string;
}

/** The server thread ended by itself and is started again after `restartIn`. Its transfers are lost. */
export interface CrashedEvent {
  readonly type: 'crashed';
  readonly at: Millis;
  readonly reason: string;
  readonly restartIn: Millis;
}

export type SlotEvent =
  | RequestEvent
  | FirstRequestEvent
  | ProgressEvent
  | CompleteEvent
  | FailedEvent
  | SerialLearnedEvent
  | SendErrorEvent;

export type TftpEvent = SlotEvent | CrashedEvent;

/** Counted since the server thread began. */
export interface TftpCounters {
  /** Read requests taken up, by how they were answered. */
  served: number;
  missing: number;
  refused: number;
  /** Requests not answered, because their leg asked too fast. */
  limited: number;
  /** Datagrams that no leg of the plan brought, by what was wrong: the interface, the destination or the source. */
  unknownLeg: number;
  wrongDestination: number;
  wrongSource: number;
  /** Datagrams that are no TFTP, or were cut. */
  malformed: number;
  /** Datagrams of no transfer: late, or to the wrong port. */
  stray: number;
  complete: number;
  failed: number;
  /** Transfers that the client ended before it took a block, because it wanted the size. */
  probes: number;
  /** Transfers ended because a later request took their place. */
  replaced: number;
  /** Bytes of files that arrived. */
  bytes: number;
  retransmits: number;
  sendErrors: number;
}

export interface TftpStats extends Readonly<TftpCounters> {
  readonly activeTransfers: number;
  readonly cachedFiles: number;
  readonly cachedBytes: number;
  /** Datagrams that the kernel threw away because they were not fetched in time. */
  readonly overflowed: number;
  readonly received: number;
  readonly sent: number;
}

export function zeroCounters(): TftpCounters {
  return {
    served: 0,
    missing: 0,
    refused: 0,
    limited: 0,
    unknownLeg: 0,
    wrongDestination: 0,
    wrongSource: 0,
    malformed: 0,
    stray: 0,
    complete: 0,
    failed: 0,
    probes: 0,
    replaced: 0,
    bytes: 0,
    retransmits: 0,
    sendErrors: 0,
  };
}
