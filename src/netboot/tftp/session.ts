/** One transfer on its way: the state machine, the client it serves and the socket it goes through. */
import type { FileBody, UdpSocket, UdpTarget } from '../../net/udp.ts';
import type { Millis } from '../../rack/units.ts';
import { encodeTftp, TFTP_OPCODE, type TftpOptions } from '../../wire/tftp/index.ts';
import type { HeldFile } from './files.ts';
import { MAX_WINDOWSIZE, type TransferTerms } from './negotiate.ts';
import { Transfer, type TransferOutput } from './transfer.ts';

/** What a client is known by: its leg's interface and addresses, and its port. */
export type ClientAddress = UdpTarget;

export interface SessionInput {
  /** Number of the data socket, and the socket: together the server's half of the TID. */
  readonly line: number;
  readonly socket: UdpSocket;
  readonly client: ClientAddress;
  readonly name: string;
  readonly path: string;
  /** The request as a text that is the same for the same request. */
  readonly fingerprint: string;
  readonly file: HeldFile<FileBody>;
  readonly terms: TransferTerms;
}

/** Headers are written here, and copied by the socket at once. */
const HEAD = new Uint8Array(4);
const HEADS = new Uint8Array(4 * MAX_WINDOWSIZE);

export class Session implements TransferOutput {
  readonly line: number;
  readonly client: ClientAddress;
  readonly name: string;
  readonly path: string;
  readonly fingerprint: string;
  readonly transfer: Transfer;
  readonly #socket: UdpSocket;
  readonly #file: HeldFile<FileBody>;

  constructor(input: SessionInput, now: Millis) {
    this.line = input.line;
    this.client = input.client;
    this.name = input.name;
    this.path = input.path;
    this.fingerprint = input.fingerprint;
    this.#socket = input.socket;
    this.#file = input.file;
    this.transfer = new Transfer(input.file.size, input.terms, this, now);
  }

  oack(options: TftpOptions): void {
    this.#socket.send(encodeTftp({ kind: 'oack', options }), this.client);
  }

  data(block: number, count: number, offset: number, length: number): void {
    const { blksize } = this.transfer.terms;
    const filled = Math.ceil(length / blksize);
    if (filled === 1) this.#socket.sendBody(headers(block, 1), this.#file.body, offset, length, this.client);
    else if (filled > 1) {
      this.#socket.sendWindow(headers(block, filled), this.#file.body, offset, length, blksize, this.client);
    }
    // The empty block that ends a file of whole blocks has nothing to take from the file.
    if (filled < count) this.#socket.send(headers(block + filled, 1), this.client);
  }

  /** Lets the file go. */
  close(): void {
    this.#file.done();
  }
}

/** DATA headers of `count` blocks, one after the other. */
function headers(block: number, count: number): Uint8Array {
  const bytes = count === 1 ? HEAD : HEADS.subarray(0, count * 4);
  for (let at = 0; at < bytes.length; at += 4, block++) {
    bytes[at + 1] = TFTP_OPCODE.data;
    bytes[at + 2] = block >>> 8;
    bytes[at + 3] = block;
  }
  return bytes;
}
