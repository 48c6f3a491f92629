/**
 * One read transfer as a state machine (RFC 1350, 2347, 7440): events and the time go in, packets come out through a
 * narrow interface. No socket and no clock; one per client port (TID).
 *
 * A block is sent again only when the timer says so, never because an ACK came twice: otherwise one delayed packet
 * doubles all that follow (the Sorcerer's Apprentice bug of RFC 1123 §4.2.3.1), and start4.elf hangs on doubles.
 */
import { type Millis, millis } from '../../rack/units.ts';
import type { TftpOptions } from '../../wire/tftp/index.ts';
import { type RetransmitTimes, retransmitTimes, type TransferTerms } from './negotiate.ts';

export interface TransferOutput {
  oack(options: TftpOptions): void;
  /**
   * `count` DATA packets that share out `length` bytes of the file from `offset`: all full but the last, which may be
   * shorter, or empty. `block` is the number of the first; on the wire it is cut to 16 bits.
   */
  data(block: number, count: number, offset: number, length: number): void;
}

export type TransferEnd =
  | { readonly kind: 'complete' }
  /** The client sent ERROR. `probe`: before it took a block, so it only wanted to know the size. */
  | { readonly kind: 'aborted'; readonly code: number; readonly message: string; readonly probe: boolean }
  /**
   * No answer for `silence`; `acknowledged` of `blocks` blocks had arrived. `allSent`: the last block was on its way, so
   * that perhaps only the last ACK was lost, which no client sends again once it has left.
   */
  | {
      readonly kind: 'timeout';
      readonly silence: Millis;
      readonly acknowledged: number;
      readonly blocks: number;
      readonly allSent: boolean;
    }
  /** A later request from the same port took its place, or the server let it go. */
  | { readonly kind: 'replaced' };

export class Transfer {
  readonly size: number;
  readonly terms: TransferTerms;
  readonly startedAt: Millis;
  /** Packets that were sent a second time or more. */
  retransmits = 0;
  /** Packets that were sent, those included. */
  sent = 0;
  end: TransferEnd | undefined;
  readonly #output: TransferOutput;
  readonly #times: RetransmitTimes;
  /** Number of the last block, from 1, not cut to 16 bits. It is shorter than the others, perhaps empty. */
  readonly #last: number;
  /** The oldest block not acknowledged; 0 = the OACK. */
  #base: number;
  /** One more than the newest block that is on its way. */
  #next: number;
  /** Blocks below this were sent before. */
  #sentBefore: number;
  #attempt = 0;
  #heardAt: Millis;
  #dueAt: Millis;

  constructor(size: number, terms: TransferTerms, output: TransferOutput, now: Millis) {
    this.size = size;
    this.terms = terms;
    this.startedAt = now;
    this.#output = output;
    this.#times = retransmitTimes(terms.timeout);
    this.#last = Math.floor(size / terms.blksize) + 1;
    this.#base = terms.acknowledged === undefined ? 1 : 0;
    this.#next = this.#base;
    this.#sentBefore = this.#base;
    this.#heardAt = now;
    this.#dueAt = now;
  }

  /** Sends the first packet. To be called once. */
  start(): void {
    this.#sendWindow(this.startedAt);
  }

  /** Whether the client has acknowledged anything yet. */
  get begun(): boolean {
    return this.#base > (this.terms.acknowledged === undefined ? 1 : 0);
  }

  /** Bytes of the file that the client has acknowledged. */
  get acknowledgedBytes(): number {
    return Math.min(Math.max(this.#base - 1, 0) * this.terms.blksize, this.size);
  }

  /** When the client was last heard, or the transfer began. */
  get heardAt(): Millis {
    return this.#heardAt;
  }

  /** An ACK from the client, with its block number as on the wire. */
  onAck(block: number, now: Millis): void {
    if (this.end !== undefined) return;
    // Of the numbers on their way there is only one with these 16 bits. An ACK that is not for one of them is a
    // duplicate or nonsense: the timer, not the ACK, sends again.
    const ahead = (block - this.#base) & 0xffff;
    if (ahead >= this.#next - this.#base) return;
    // RFC 2347: the OACK is acknowledged by block 0, and block 0 then means nothing until the numbers roll over.
    this.#base += ahead + 1;
    this.#heardAt = now;
    this.#attempt = 0;
    if (this.#base > this.#last) {
      this.end = { kind: 'complete' };
      return;
    }
    // RFC 7440 §4: an ACK inside the window says that what follows it was lost, so the next window begins there.
    this.#sendWindow(now);
  }

  /** An ERROR from the client ends the transfer; a Pi ends its size probes so, with "Early terminate". */
  onError(code: number, message: string): void {
    this.end ??= { kind: 'aborted', code, message, probe: !this.begun };
  }

  replaced(): void {
    this.end ??= { kind: 'replaced' };
  }

  /** Sends the first packet again, for a read request that came twice before it was answered. */
  repeatFirst(now: Millis): void {
    if (this.end === undefined && !this.begun) this.#sendWindow(now);
  }

  /** To be called every now and then: sends again what is due, and gives up after the limit. */
  onTick(now: Millis): void {
    if (this.end !== undefined || now < this.#dueAt) return;
    const silence = millis(now - this.#heardAt);
    if (silence >= this.#times.limit) {
      const acknowledged = Math.max(this.#base - 1, 0);
      const allSent = this.begun && this.#next > this.#last;
      this.end = { kind: 'timeout', silence, acknowledged, blocks: this.#last, allSent };
      return;
    }
    this.#attempt++;
    this.#sendWindow(now);
  }

  /** Sends everything after the last ACK that the window has room for. */
  #sendWindow(now: Millis): void {
    if (this.#base === 0) {
      this.#output.oack(this.terms.acknowledged as TftpOptions);
      this.#next = 1;
    } else {
      const { blksize, windowsize } = this.terms;
      const count = Math.min(windowsize, this.#last + 1 - this.#base);
      const offset = (this.#base - 1) * blksize;
      this.#output.data(this.#base, count, offset, Math.min(count * blksize, this.size - offset));
      this.#next = this.#base + count;
    }
    this.sent += this.#next - this.#base;
    this.retransmits += Math.max(Math.min(this.#sentBefore, this.#next) - this.#base, 0);
    this.#sentBefore = Math.max(this.#sentBefore, this.#next);
    this.#dueAt = millis(Math.min(now + this.#times.wait(this.#attempt), this.#heardAt + this.#times.limit));
  }
}
