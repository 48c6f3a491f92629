/** One client of a leg: what its leg keeps its transfers by, and how to send to it, whichever protocol it speaks. */
import type { FileBody } from '../../net/udp.ts';

/** The sockets that transfers go through. */
export interface Line<To> {
  send(bytes: Uint8Array, to: To): void;
  sendBody(head: Uint8Array, body: FileBody, offset: number, length: number, to: To): void;
  sendWindow(heads: Uint8Array, body: FileBody, offset: number, length: number, segment: number, to: To): void;
  flush(): void;
}

/** `line` is the number of a data socket: with it the server's half of the TID is given. */
export interface ClientAddress {
  /** Its port; with IPV6_KEY added where it speaks IPv6. */
  readonly key: number;
  /** Its address, where a leg's clients may have several: the same text for the same address. */
  readonly address: string;
  /** Largest block that is no fragment on its way there. */
  readonly mostBlksize: number;
  send(line: number, bytes: Uint8Array): void;
  sendBody(line: number, head: Uint8Array, body: FileBody, offset: number, length: number): void;
  sendWindow(line: number, heads: Uint8Array, body: FileBody, offset: number, length: number, segment: number): void;
}

/** A board may use one port number by both protocols at a time. */
export const IPV6_KEY = 0x10000;

export class ClientAt<To> implements ClientAddress {
  readonly key: number;
  readonly address: string;
  readonly mostBlksize: number;
  readonly to: To;
  readonly #lines: readonly Line<To>[];

  constructor(lines: readonly Line<To>[], to: To, key: number, address: string, mostBlksize: number) {
    this.#lines = lines;
    this.to = to;
    this.key = key;
    this.address = address;
    this.mostBlksize = mostBlksize;
  }

  send(line: number, bytes: Uint8Array): void {
    this.#lines[line]?.send(bytes, this.to);
  }

  sendBody(line: number, head: Uint8Array, body: FileBody, offset: number, length: number): void {
    this.#lines[line]?.sendBody(head, body, offset, length, this.to);
  }

  sendWindow(line: number, heads: Uint8Array, body: FileBody, offset: number, length: number, segment: number): void {
    this.#lines[line]?.sendWindow(heads, body, offset, length, segment, this.to);
  }
}
