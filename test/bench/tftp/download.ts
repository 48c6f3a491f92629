/** One board's download (RFC 1350, 2347, 7440) as a state machine: packets and the time go in, a packet comes out. */
import { TFTP_OPCODE, type TftpOptions } from '../../../src/wire/tftp/index.ts';
import { BenchFailed } from '../bench.ts';

/** The packet to send now, if any; an error ends the bench. */
export type Step = Uint8Array | Error | undefined;

export interface DownloadTarget {
  readonly ifindex: number;
  readonly localAddress: number;
  readonly peerAddress: number;
  peerPort: number;
}

/** Client ports of a board. */
export const LANES = 16;

export const WELL_KNOWN_PORT = 69;
const DEFAULT_BLKSIZE = 512;
/** A board's patience, about (pi-boot §1.7); and when the bench gives up. */
const RESEND_AFTER = 1000;
const GIVE_UP_AFTER = 10_000;

export class Download {
  readonly target: DownloadTarget;
  /** The board has sent its last ACK: `begin` is next. */
  finished = false;
  /** Which of its ports this transfer goes through: a board takes another one for every file. */
  lane = 0;
  bytes = 0;
  blocks = 0;
  resent = 0;
  readonly #content: Buffer;
  readonly #request: Uint8Array;
  readonly #asked: TftpOptions;
  readonly #ack = Uint8Array.of(0, TFTP_OPCODE.ack, 0, 0);
  #blksize = DEFAULT_BLKSIZE;
  #windowsize = 1;
  /** Number of the block awaited, not cut to 16 bits; 0 while the OACK is awaited. */
  #next = 0;
  /** Blocks since the last ACK. */
  #unacked = 0;
  /** Whether the gap before #next was told already. */
  #gapTold = false;
  #heardAt = 0;
  #sentAt = 0;

  constructor(content: Buffer, request: Uint8Array, asked: TftpOptions, to: Omit<DownloadTarget, 'peerPort'>) {
    this.#content = content;
    this.#request = request;
    this.#asked = asked;
    this.target = { ...to, peerPort: WELL_KNOWN_PORT };
  }

  begin(now: number): Step {
    this.finished = false;
    this.lane = (this.lane + 1) % LANES;
    this.target.peerPort = WELL_KNOWN_PORT;
    this.#next = Object.keys(this.#asked).length === 0 ? 1 : 0;
    this.#unacked = 0;
    this.#gapTold = false;
    this.#heardAt = now;
    this.#sentAt = now;
    return this.#request;
  }

  onOack(options: TftpOptions, port: number, now: number): Step {
    if (this.#next !== 0) return undefined;
    const { blksize = DEFAULT_BLKSIZE, windowsize = 1, tsize } = options;
    if (tsize !== this.#asked.tsize && tsize !== this.#content.length)
      return wrong('tsize', this.#content.length, tsize);
    if (blksize !== (this.#asked.blksize ?? DEFAULT_BLKSIZE)) return wrong('blksize', this.#asked.blksize, blksize);
    if (windowsize !== (this.#asked.windowsize ?? 1)) return wrong('windowsize', this.#asked.windowsize, windowsize);
    this.#blksize = blksize;
    this.#windowsize = windowsize;
    this.target.peerPort = port;
    this.#next = 1;
    return this.#acknowledge(0, now);
  }

  onData(packet: Uint8Array, port: number, now: number): Step {
    if (this.#next === 0) return undefined;
    if (this.target.peerPort !== port) {
      if (this.target.peerPort !== WELL_KNOWN_PORT) return undefined;
      this.target.peerPort = port;
    }
    const block = ((packet[2] as number) << 8) | (packet[3] as number);
    if (block !== (this.#next & 0xffff)) return this.#outOfOrder(block, now);
    const offset = (this.#next - 1) * this.#blksize;
    const length = packet.length - 4;
    const expected = Math.min(this.#blksize, this.#content.length - offset);
    if (length !== expected || this.#content.compare(packet, 4, packet.length, offset, offset + length) !== 0) {
      return new BenchFailed(`block ${this.#next} of ${length} bytes is not what the file has there`);
    }
    this.bytes += length;
    this.blocks++;
    this.#heardAt = now;
    this.#gapTold = false;
    this.#next++;
    this.#unacked++;
    if (length < this.#blksize) {
      this.finished = true;
    } else if (this.#unacked < this.#windowsize) return undefined;
    return this.#acknowledge(block, now);
  }

  onTick(now: number): Step {
    if (now - this.#heardAt > GIVE_UP_AFTER) {
      return new BenchFailed(`no block ${this.#next} within ${GIVE_UP_AFTER / 1000} s`);
    }
    if (now - Math.max(this.#heardAt, this.#sentAt) < RESEND_AFTER) return undefined;
    this.resent++;
    this.#sentAt = now;
    return this.target.peerPort === WELL_KNOWN_PORT ? this.#request : this.#acknowledge((this.#next - 1) & 0xffff, now);
  }

  /** A double is nothing to answer; a gap in a window is told once, by what arrived before it (RFC 7440 §4). */
  #outOfOrder(block: number, now: number): Step {
    const ahead = (block - this.#next) & 0xffff;
    if (this.#gapTold || ahead >= this.#windowsize) return undefined;
    this.#gapTold = true;
    this.resent++;
    return this.#acknowledge((this.#next - 1) & 0xffff, now);
  }

  #acknowledge(block: number, now: number): Uint8Array {
    this.#ack[2] = block >>> 8;
    this.#ack[3] = block;
    this.#unacked = 0;
    this.#sentAt = now;
    return this.#ack;
  }
}

function wrong(option: string, expected: number | undefined, got: number | undefined): Error {
  return new BenchFailed(`expected an OACK with ${option} ${expected}, got ${got}`);
}
