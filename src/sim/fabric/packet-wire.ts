/** A board's wire: whole frames of `eth0` in the board's namespace. There is a socket only while somebody listens. */
import { openPacket, type PacketSocket } from '../../net/packet.ts';
import type { FrameHandler, Wire } from '../board/wire.ts';

/** A board has at most a few frames under way. */
const RECEIVE_SLOTS = 16;
const SEND_SLOTS = 16;

export class PacketWire implements Wire {
  readonly #netns: string;
  #socket: PacketSocket | undefined;
  #inBatch = false;
  #flushing = false;

  constructor(netns: string) {
    this.#netns = netns;
  }

  send(frame: Uint8Array): void {
    if (!this.#socket) return;
    this.#socket.send(frame);
    if (this.#inBatch || this.#flushing) return;
    // Sent outside of a batch, by a timer: everything of this turn leaves with one call.
    this.#flushing = true;
    queueMicrotask(this.#flush);
  }

  onFrame(handler: FrameHandler | undefined): void {
    // What was said before the listener changed was said: the last ACK of a kernel leaves so.
    this.#socket?.flush();
    this.#socket?.close();
    this.#socket = handler && this.#open(handler);
  }

  readonly #flush = () => {
    this.#flushing = false;
    this.#socket?.flush();
  };

  #open(handler: FrameHandler): PacketSocket {
    const socket = openPacket({
      ifname: 'eth0',
      netns: this.#netns,
      receiveSlots: RECEIVE_SLOTS,
      sendSlots: SEND_SLOTS,
    });
    socket.onFrames((frames) => {
      this.#inBatch = true;
      try {
        // The board may stop listening with any frame; what came with it is then nobody's.
        for (let i = 0; i < frames.count && this.#socket === socket; i++) handler(frames.bytes(i), frames.vlanTci(i));
      } finally {
        this.#inBatch = false;
        this.#socket?.flush();
      }
    });
    return socket;
  }
}
