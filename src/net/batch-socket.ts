/**
 * What all batched sockets have in common: the arena that the add-on fills and empties, the send ring, errors. Nothing
 * here allocates per message; the classes on top of it decide what the words mean.
 */
import { getSystemErrorName } from 'node:util';
import { type Native, type NativeCallback, type NativeSocket, type NativeSocketOptions, native } from './native.ts';

// Offsets in 32-bit words of one record: the same as the enums in native/pirack_net.h.
export const RECEIVED = {
  length: 0,
  flags: 1,
  ifindex: 2,
  peerPort: 3,
  hopLimit: 4,
  vlanTci: 5,
  peer: 8,
  local: 12,
  destination: 13,
} as const;
export const FLAG = { truncated: 1, outgoing: 2, vlan: 4, checksumPending: 8 } as const;
export const SENT = {
  headLength: 0,
  bodyId: 1,
  bodyOffset: 2,
  bodyLength: 3,
  segment: 4,
  ifindex: 5,
  port: 6,
  peer: 8,
  local: 12,
} as const;
export const RECORD_WORDS = 16;
/** Counters of the add-on: the low word of each, the high word follows (both architectures are little-endian). */
const STATE = { consumed: 0, sent: 2, skipped: 4 } as const;
const STATE_BYTES = 64;
const ERROR_BYTES = 64 * 8;
const SLOT_PADDING = 64;

/** A message that could not be sent (or, with ifindex 0, an error of the socket). `errno` is positive, `message` its name. */
export type SendErrorHandler = (ifindex: number, errno: number, message: string) => void;

export interface SocketStats {
  /** Messages handed to the handler. */
  readonly received: number;
  /** Messages that the kernel took. */
  readonly sent: number;
  /** Messages thrown away before sending, because the ring was full of messages that the kernel would not take. */
  readonly dropped: number;
  /** Messages the kernel refused, each with an error of its own. */
  readonly errors: number;
  /** Messages that arrived and were thrown away by the kernel because the receive buffer was full. */
  readonly overflowed: number;
}

/** Bytes that can be sent without a copy, from this thread only. Release it when the last message with it was sent. */
export interface FileBody {
  readonly id: number;
  readonly length: number;
  /** Lets the memory go. Messages still queued with it are counted as errors (EFAULT). Calling it twice is harmless. */
  release(): void;
}

class RegisteredBody implements FileBody {
  readonly id: number;
  readonly length: number;
  readonly #net: Native;
  #released = false;

  constructor(bytes: Uint8Array) {
    this.#net = native();
    this.id = this.#net.registerBody(bytes);
    this.length = bytes.length;
  }

  release(): void {
    if (this.#released) return;
    this.#released = true;
    this.#net.releaseBody(this.id);
  }
}

/** Registers bytes for sendBody. They may lie in a SharedArrayBuffer, so that threads share one copy. */
export function registerBody(bytes: Uint8Array): FileBody {
  return new RegisteredBody(bytes);
}

export class BatchSocket {
  protected readonly handle: NativeSocket;
  protected readonly receiveWords: Uint32Array;
  protected readonly receiveRecordBytes: Uint8Array;
  protected readonly sendWords: Uint32Array;
  protected readonly sendRecordBytes: Uint8Array;
  /** Bytes that fit into one slot. */
  readonly slotBytes: number;
  readonly #net: Native = native();
  readonly #bytes: Uint8Array;
  readonly #views: Uint8Array[] = [];
  readonly #state: Uint32Array;
  readonly #errorTable: Uint32Array;
  readonly #stride: number;
  readonly #receiveData: number;
  readonly #sendData: number;
  readonly #sendSlots: number;
  #queued = 0; // records ever queued, modulo 2^32
  #slot = 0; // ring index of the next record
  #unflushed = 0;
  #received = 0;
  #dropped = 0;
  #overflowed = 0;
  #closed = false;
  #onSendError: SendErrorHandler = () => {};

  protected constructor(
    options: NativeSocketOptions,
    open: (net: Native, sizes: NativeSocketOptions, callback: NativeCallback) => NativeSocket,
  ) {
    const sizes = { ...options, receiveSlots: options.receiveSlots ?? 128, sendSlots: options.sendSlots ?? 256 };
    this.handle = open(this.#net, sizes, (received, errors) => this.#turn(received, errors));
    this.slotBytes = Math.ceil((options.slotBytes ?? 2048) / 64) * 64;
    this.#stride = this.slotBytes + SLOT_PADDING;
    this.#sendSlots = sizes.sendSlots;
    const { arena } = this.handle;
    const receiveBytes = sizes.receiveSlots * RECORD_WORDS * 4;
    const sendBytes = sizes.sendSlots * RECORD_WORDS * 4;
    const receiveAt = STATE_BYTES + ERROR_BYTES;
    this.#bytes = new Uint8Array(arena);
    this.#state = new Uint32Array(arena, 0, STATE_BYTES / 4);
    this.#errorTable = new Uint32Array(arena, STATE_BYTES, ERROR_BYTES / 4);
    this.receiveWords = new Uint32Array(arena, receiveAt, receiveBytes / 4);
    this.receiveRecordBytes = new Uint8Array(arena, receiveAt, receiveBytes);
    this.sendWords = new Uint32Array(arena, receiveAt + receiveBytes, sendBytes / 4);
    this.sendRecordBytes = new Uint8Array(arena, receiveAt + receiveBytes, sendBytes);
    this.#receiveData = receiveAt + receiveBytes + sendBytes;
    this.#sendData = this.#receiveData + sizes.receiveSlots * this.#stride;
  }

  get stats(): SocketStats {
    if (!this.#closed) this.#overflowed = this.#net.drops(this.handle.id);
    return {
      received: this.#received,
      sent: this.#counter(STATE.sent),
      dropped: this.#dropped,
      errors: this.#counter(STATE.skipped),
      overflowed: this.#overflowed,
    };
  }

  /** Messages queued that the kernel has not taken yet. */
  get pending(): number {
    return (this.#queued - this.#state[STATE.consumed]!) >>> 0;
  }

  get closed(): boolean {
    return this.#closed;
  }

  onSendError(handler: SendErrorHandler): void {
    this.#onSendError = handler;
  }

  /** Hands all queued messages to the kernel; what it cannot take now leaves later by itself. */
  flush(): void {
    const added = this.#unflushed;
    if (added === 0 || this.#closed) return;
    this.#unflushed = 0;
    const errors = this.#net.flush(this.handle.id, added);
    if (errors > 0) this.#report(errors);
  }

  /** Closes at once; messages still queued are lost. Calling it twice is harmless. */
  close(): void {
    if (this.#closed) return;
    this.#overflowed = this.#net.drops(this.handle.id);
    this.#closed = true;
    this.#net.close(this.handle.id);
  }

  /** Lets the process end although the socket is open. */
  unref(): this {
    this.#net.setRef(this.handle.id, false);
    return this;
  }

  ref(): this {
    this.#net.setRef(this.handle.id, true);
    return this;
  }

  /** A batch of `count` messages is in the arena until this returns. */
  protected batch(_count: number): void {}

  /** A message was refused with this (positive) errno. */
  protected refused(_errno: number): void {}

  /**
   * The bytes of received message `index`, as a view into the arena. Messages of a kind are alike (nearly all that a file
   * server gets are ACKs of 4 bytes), so the view that was made for the slot before mostly fits again.
   */
  protected receivedBytes(index: number): Uint8Array {
    const length = this.receiveWords[index * RECORD_WORDS + RECEIVED.length]!;
    const before = this.#views[index];
    if (before?.length === length) return before;
    const from = this.#receiveData + index * this.#stride;
    const view = this.#bytes.subarray(from, from + length);
    this.#views[index] = view;
    return view;
  }

  /**
   * Takes the next record of the ring, with `head` copied into its slot and no body. Gives the index of its first word, or
   * -1 when the ring is full: the message is then counted as dropped. The address is as it was: the caller writes it.
   */
  protected queue(head: Uint8Array): number {
    if (head.length > this.slotBytes) {
      throw new RangeError(`expected a message of at most ${this.slotBytes} bytes, got ${head.length}`);
    }
    if (this.pending >= this.#sendSlots) this.flush();
    if (this.#closed || this.pending >= this.#sendSlots) {
      this.#dropped++;
      return -1;
    }
    const slot = this.#slot;
    this.#slot = slot + 1 === this.#sendSlots ? 0 : slot + 1;
    const data = this.#sendData + slot * this.#stride;
    const bytes = this.#bytes;
    // For the few bytes of a header a loop is quicker than the call of set().
    if (head.length <= 16) for (let i = 0; i < head.length; i++) bytes[data + i] = head[i]!;
    else bytes.set(head, data);
    const at = slot * RECORD_WORDS;
    this.sendWords[at + SENT.headLength] = head.length;
    this.sendWords[at + SENT.bodyId] = 0;
    this.sendWords[at + SENT.bodyOffset] = 0;
    this.sendWords[at + SENT.bodyLength] = 0;
    this.sendWords[at + SENT.segment] = 0;
    this.#queued = (this.#queued + 1) >>> 0;
    this.#unflushed++;
    return at;
  }

  #counter(word: number): number {
    return this.#state[word]! + this.#state[word + 1]! * 2 ** 32;
  }

  #turn(received: number, errors: number): void {
    if (errors > 0) this.#report(errors);
    if (received > 0) {
      this.#received += received;
      this.batch(received);
    } else if (received < 0) {
      this.#closed = true;
      throw new Error(
        'a socket of the network add-on broke and is closed: its buffer was detached, or its errors did not end',
      );
    }
  }

  #report(errors: number): void {
    for (let i = 0; i < errors; i++) {
      const errno = this.#errorTable[i * 2 + 1]!;
      this.refused(errno);
      this.#onSendError(this.#errorTable[i * 2]!, errno, getSystemErrorName(-errno));
    }
  }
}
