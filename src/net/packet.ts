/**
 * Whole Ethernet frames of one interface, or of all (AF_PACKET), for virtual boards and for looking at what really leaves a port. Can
 * be opened in another network namespace. The kernel takes an 802.1Q tag out of a frame that arrives, also without any
 * VLAN interface; `vlanTci` tells it all the same (PACKET_AUXDATA).
 */
import {
  BatchSocket,
  FLAG,
  RECEIVED,
  RECORD_WORDS,
  SENT,
  type SendErrorHandler,
  type SocketStats,
} from './batch-socket.ts';
import type { NativeSocketOptions } from './native.ts';

/** Frames that arrived together. Valid, with all bytes, only until the handler returns. */
export interface FrameBatch {
  readonly count: number;
  /** Number of the interface that it came in by. */
  interface(index: number): number;
  /** The frame from its destination address on, without a tag that the kernel took out: a view, not a copy. */
  bytes(index: number): Uint8Array;
  /** The 802.1Q tag control information (priority, DEI, VLAN id), taken out or still in the frame; -1 = untagged. */
  vlanTci(index: number): number;
  /** A frame that this machine sent out of the interface by another socket; only with `outgoing`. */
  outgoing(index: number): boolean;
  truncated(index: number): boolean;
  /** The sender left the checksum to hardware that a veth does not have: the checksum field is not filled in. */
  checksumPending(index: number): boolean;
}

export interface PacketSocket {
  /** 0: of all interfaces. */
  readonly ifindex: number;
  readonly pending: number;
  readonly stats: SocketStats;
  onFrames(handler: (frames: FrameBatch) => void): void;
  /**
   * Queues a copy of a whole frame (at most one slot). Leaves with the next flush.
   *
   * @param ifindex which interface it leaves by, for a socket of all; others have their own
   */
  send(frame: Uint8Array, ifindex?: number): void;
  flush(): void;
  /** Frames that could not be sent, and ENETDOWN when the interface goes down or away: then open another socket. */
  onSendError(handler: SendErrorHandler): void;
  close(): void;
  ref(): this;
  unref(): this;
}

export interface PacketOptions extends NativeSocketOptions {
  /** Without it: all interfaces of the namespace, those to come as well. */
  readonly ifname?: string;
  /** Take frames for other hardware addresses too (a veth delivers them anyway). */
  readonly promiscuous?: boolean;
  /** Also see frames that this machine sends, except those sent by this very socket. */
  readonly outgoing?: boolean;
}

class Packets extends BatchSocket implements PacketSocket, FrameBatch {
  readonly ifindex: number;
  count = 0;
  #onFrames: (frames: FrameBatch) => void = () => {};

  constructor(options: PacketOptions) {
    // Smaller rings than a server's socket: a rack of virtual boards has 108 of these.
    const defaults = { receiveSlots: 32, sendSlots: 64, ...options };
    super(defaults, (net, sizes, callback) => net.openPacket({ ...defaults, ...sizes }, callback));
    this.ifindex = this.handle.ifindex;
  }

  onFrames(handler: (frames: FrameBatch) => void): void {
    this.#onFrames = handler;
  }

  protected override batch(count: number): void {
    this.count = count;
    try {
      this.#onFrames(this);
    } finally {
      this.count = 0;
    }
  }

  bytes(index: number): Uint8Array {
    return this.receivedBytes(index);
  }

  interface(index: number): number {
    return this.receiveWords[index * RECORD_WORDS + RECEIVED.ifindex]!;
  }

  vlanTci(index: number): number {
    if (this.#flag(index, FLAG.vlan)) return this.receiveWords[index * RECORD_WORDS + RECEIVED.vlanTci]!;
    const frame = this.receivedBytes(index);
    const type = frame.length >= 18 ? (frame[12]! << 8) | frame[13]! : 0;
    return type === 0x8100 || type === 0x88a8 ? (frame[14]! << 8) | frame[15]! : -1;
  }

  outgoing(index: number): boolean {
    return this.#flag(index, FLAG.outgoing);
  }

  truncated(index: number): boolean {
    return this.#flag(index, FLAG.truncated);
  }

  checksumPending(index: number): boolean {
    return this.#flag(index, FLAG.checksumPending);
  }

  send(frame: Uint8Array, ifindex = this.ifindex): void {
    const at = this.queue(frame);
    if (at >= 0) this.sendWords[at + SENT.ifindex] = ifindex;
  }

  #flag(index: number, flag: number): boolean {
    return (this.receiveWords[index * RECORD_WORDS + RECEIVED.flags]! & flag) !== 0;
  }
}

/** Opens the socket; throws a SystemError (`code` ENODEV, EPERM, ENOENT of the namespace…). */
export function openPacket(options: PacketOptions): PacketSocket {
  return new Packets(options);
}
