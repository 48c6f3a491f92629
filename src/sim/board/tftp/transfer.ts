/**
 * One TFTP read request of firmware, packet by packet (RFC 1350, RFC 2347 to 2349; pi-boot §1.7, §2.4): lockstep, every
 * block acknowledged at once, a block that comes again acknowledged again. No timer here: see fetch.ts.
 */
import type { Clock } from '../../../rack/clock.ts';
import { foldChecksum } from '../../../wire/ethernet/index.ts';
import { decodeTftp, encodeTftp, TFTP_ERROR, TFTP_OPCODE } from '../../../wire/tftp/index.ts';
import type { Nic, PortHandler } from '../nic.ts';
import type { BoardCounters } from '../status.ts';
import type { FileDigest } from './digest.ts';
import type { ServerPath } from './path.ts';

export type Outcome =
  | {
      readonly kind: 'complete';
      readonly size: number;
      readonly sha256: string | undefined;
      readonly content: Uint8Array | undefined;
    }
  | { readonly kind: 'probed'; readonly size: number }
  | { readonly kind: 'missing' }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'failed'; readonly reason: string };

export interface TransferRequest {
  readonly name: string;
  readonly how: 'probe' | 'get';
  /** Options asked for; the boot ROM asks for none. */
  readonly tsize: boolean;
  readonly blksize: number | undefined;
  readonly path: ServerPath;
  /** This board's port, a new one for every request. */
  readonly port: number;
  /** Keep the bytes: for the small files that the firmware reads. */
  readonly keep: boolean;
  readonly digest: FileDigest | undefined;
  /** The ERROR that ends a probe goes to port 69 instead of the server's (a fault of real boards). */
  readonly strayTerminate: boolean;
}

export const TFTP_PORT = 69;
/** What every client of RFC 1350 takes without options. */
const DEFAULT_BLOCK = 512;
/** Firmware before 2025-09 does not let block numbers start over (pi-boot §2.4). */
const LAST_BLOCK = 0xffff;
/** Config files are small; anything larger is not kept. */
const KEEP_LIMIT = 256 * 1024;
/** UDP and opcode, after which the block number of an ACK stands; and where UDP has its checksum. */
const ACK_BLOCK = 8 + 2;
const UDP_CHECKSUM = 6;

export class Transfer implements PortHandler {
  readonly port: number;
  outcome: Outcome | undefined;
  /** When the last packet that belongs to the transfer came in: monotonic milliseconds. */
  lastPacket: number;
  readonly #nic: Nic;
  readonly #request: TransferRequest;
  readonly #clock: Clock;
  readonly #counters: BoardCounters;
  readonly #finished: () => void;
  readonly #kept: Uint8Array[] = [];
  #serverPort = 0;
  #ack: Uint8Array | undefined;
  #ackChecksum = 0;
  #blockSize = DEFAULT_BLOCK;
  #expected = 1;
  #size: number | undefined;
  #received = 0;

  constructor(
    context: { nic: Nic; clock: Clock; counters: BoardCounters; finished: () => void },
    request: TransferRequest,
  ) {
    this.#nic = context.nic;
    this.#clock = context.clock;
    this.#counters = context.counters;
    this.#finished = context.finished;
    this.#request = request;
    this.port = request.port;
    this.lastPacket = context.clock.monotonic();
    request.digest?.reset();
  }

  get received(): number {
    return this.#received;
  }

  /** Sends the read request. */
  start(): void {
    this.#counters.readRequests++;
    this.lastPacket = this.#clock.monotonic();
    this.#request.path.listen(this);
    this.#sendTo(TFTP_PORT, readRequest(this.#request));
  }

  /** Ends the transfer from outside, when its time is over. */
  giveUp(reason: string): void {
    this.#finish({ kind: 'failed', reason });
  }

  datagram(frame: Uint8Array, offset: number, length: number, source: number, sourcePort: number): void {
    if (this.outcome !== undefined || length < 4 || source !== this.#request.path.source) return;
    if (this.#serverPort === 0) this.#serverPort = sourcePort;
    else if (sourcePort !== this.#serverPort) return;
    this.lastPacket = this.#clock.monotonic();
    const opcode = ((frame[offset] as number) << 8) | (frame[offset + 1] as number);
    if (opcode === TFTP_OPCODE.data) this.#data(frame, offset, length);
    else this.#control(frame.subarray(offset, offset + length));
  }

  #data(frame: Uint8Array, offset: number, length: number): void {
    if (this.#request.tsize && this.#size === undefined) {
      // A server that ignores tsize: firmware since 2020-04 takes the file as missing (pi-boot §1.7).
      this.#finish({ kind: 'failed', reason: 'DATA without an OACK for tsize' });
      return;
    }
    const block = ((frame[offset + 2] as number) << 8) | (frame[offset + 3] as number);
    const bytes = length - 4;
    if (block !== this.#expected) {
      if (block === this.#expected - 1) {
        this.#counters.duplicates++;
        this.#acknowledge(block);
      }
      return;
    }
    if (bytes > this.#blockSize) {
      this.#finish({ kind: 'failed', reason: `block ${block} holds ${bytes} bytes, expected ${this.#blockSize}` });
      return;
    }
    this.#received += bytes;
    this.#counters.bytes += bytes;
    this.#take(frame, offset + 4, bytes);
    this.#acknowledge(block);
    this.#expected++;
    if (bytes < this.#blockSize) this.#complete();
    else if (this.#expected > LAST_BLOCK) {
      this.#finish({ kind: 'failed', reason: `block numbers used up after ${this.#received} bytes` });
    }
  }

  #take(frame: Uint8Array, at: number, bytes: number): void {
    const { digest, keep } = this.#request;
    if (digest === undefined && !keep) return;
    const block = frame.subarray(at, at + bytes);
    digest?.add(block);
    if (keep && this.#received <= KEEP_LIMIT) this.#kept.push(block.slice());
  }

  #complete(): void {
    const size = this.#received;
    if (this.#size !== undefined && size !== this.#size) {
      this.#finish({ kind: 'failed', reason: `${size} bytes came, tsize said ${this.#size}` });
      return;
    }
    const content = this.#request.keep && size <= KEEP_LIMIT ? joined(this.#kept, size) : undefined;
    this.#finish({ kind: 'complete', size, sha256: this.#request.digest?.finish(), content });
  }

  /** OACK and ERROR; anything else a server has no reason to send, and firmware does not look at it. */
  #control(bytes: Uint8Array): void {
    let packet: ReturnType<typeof decodeTftp>;
    try {
      packet = decodeTftp(bytes);
    } catch {
      return;
    }
    if (packet.kind === 'oack') this.#optionsAcknowledged(packet.options);
    else if (packet.kind === 'error') {
      const reason = `ERROR ${packet.code} ${JSON.stringify(packet.message)}`;
      this.#finish(packet.code === TFTP_ERROR.fileNotFound ? { kind: 'missing' } : { kind: 'refused', reason });
    }
  }

  #optionsAcknowledged(options: { tsize?: number; blksize?: number }): void {
    if (this.#expected > 1) return;
    const { tsize, blksize, how } = this.#request;
    if (!tsize || options.tsize === undefined) {
      this.#refuse('OACK without tsize');
      return;
    }
    if (options.blksize !== undefined && options.blksize > (blksize ?? 0)) {
      this.#refuse(`OACK with blksize ${options.blksize}, asked for ${blksize ?? 'none'}`);
      return;
    }
    this.#size = options.tsize;
    this.#blockSize = options.blksize ?? DEFAULT_BLOCK;
    if (how === 'probe') {
      const stray = this.#request.strayTerminate;
      this.#sendTo(stray ? TFTP_PORT : this.#serverPort, errorPacket(0, 'Early terminate'));
      this.#finish({ kind: 'probed', size: options.tsize });
    } else this.#acknowledge(0);
  }

  #refuse(reason: string): void {
    this.#sendTo(this.#serverPort, errorPacket(TFTP_ERROR.optionRefused, reason));
    this.#finish({ kind: 'failed', reason });
  }

  /** All ACKs of a transfer are one frame in which two bytes change, and the UDP checksum where there is one. */
  #acknowledge(block: number): void {
    const { path } = this.#request;
    const at = path.udpAt + ACK_BLOCK;
    const checksumAt = path.udpAt + UDP_CHECKSUM;
    let frame = this.#ack;
    if (frame === undefined) {
      frame = path.frame(this.#serverPort, this.port, encodeTftp({ kind: 'ack', block: 0 }));
      this.#ack = frame;
      this.#ackChecksum = ((frame[checksumAt] as number) << 8) | (frame[checksumAt + 1] as number);
    }
    frame[at] = block >>> 8;
    frame[at + 1] = block;
    if (this.#ackChecksum !== 0) {
      // RFC 1624: HC' = ~(~HC + ~m + m'), and the old value m is 0.
      const checksum = foldChecksum((~this.#ackChecksum & 0xffff) + 0xffff + block);
      const sent = checksum === 0 ? 0xffff : checksum;
      frame[checksumAt] = sent >>> 8;
      frame[checksumAt + 1] = sent;
    }
    this.#nic.send(frame);
  }

  #sendTo(port: number, payload: Uint8Array): void {
    this.#nic.send(this.#request.path.frame(port, this.port, payload));
  }

  #finish(outcome: Outcome): void {
    if (this.outcome !== undefined) return;
    this.outcome = outcome;
    this.#request.path.release(this);
    this.#finished();
  }
}

/** The ROM's bytes have no options; later stages write `tsize` with a space before the 0 (pi-boot §1.7). */
export function readRequest({ name, tsize, blksize }: Pick<TransferRequest, 'name' | 'tsize' | 'blksize'>): Uint8Array {
  const fields = ['\0\x01'.concat(name), 'octet'];
  if (tsize) fields.push('tsize', ' 0');
  if (blksize !== undefined) fields.push('blksize', ` ${blksize}`);
  return new Uint8Array(Buffer.from(fields.map((field) => `${field}\0`).join(''), 'latin1'));
}

function errorPacket(code: number, message: string): Uint8Array {
  return encodeTftp({ kind: 'error', code, message });
}

function joined(parts: readonly Uint8Array[], size: number): Uint8Array {
  const whole = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
