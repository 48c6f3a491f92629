/** One transfer on its way: the state machine, the client it serves and the socket it goes through. */
import type { FileBody } from '../../net/udp.ts';
import type { Millis } from '../../rack/units.ts';
import { encodeTftp, TFTP_OPCODE, type TftpOptions } from '../../wire/tftp/index.ts';
import type { ClientAddress } from './client-address.ts';
import type { HeldFile } from './files.ts';
import { MAX_WINDOWSIZE, type TransferTerms } from './negotiate.ts';
import { Transfer, type TransferOutput } from './transfer.ts';

export interface SessionInput {
  /** Number of the data socket: the server's half of the TID. */
  readonly line: number;
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
  readonly #file: HeldFile<FileBody>;

  constructor(input: SessionInput, now: Millis) {
    this.line = input.line;
    this.client = input.client;
    this.name = input.name;
    this.path = input.path;
    this.fingerprint = input.fingerprint;
    this.#file = input.file;
    this.transfer = new Transfer(input.file.size, input.terms, this, now);
  }

  oack(options: TftpOptions): void {
    this.client.send(this.line, encodeTftp({ kind: 'oack', options }));
  }

  data(block: number, count: number, offset: number, length: number): void {
    const { blksize } = this.transfer.terms;
    const filled = Math.ceil(length / blksize);
    const { client, line } = this;
    if (filled === 1) client.sendBody(line, headers(block, 1), this.#file.body, offset, length);
    else if (filled > 1) {
      client.sendWindow(line, headers(block, filled), this.#file.body, offset, length, blksize);
    }
    // The empty block that ends a file of whole blocks has nothing to take from the file.
    if (filled < count) client.send(line, headers(block + filled, 1));
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
