/**
 * The virtual boards' wires in the bench: whole frames of the many interfaces in one namespace, by one socket. What comes in
 * together is answered together, so that a hundred boards cost the machine little beside the server that is measured.
 */
import { openPacket, type PacketSocket } from '../../../src/net/packet.ts';
import type { FrameHandler, Wire } from '../../../src/sim/board/wire.ts';

/** Room for some frames of every board. */
const RECEIVE_BUFFER = 8 << 20;

export class BenchWires {
  readonly #socket: PacketSocket;
  readonly #handlers = new Map<number, FrameHandler>();
  #inBatch = false;
  #flushing = false;

  constructor(netns: string) {
    this.#socket = openPacket({ netns, receiveSlots: 128, sendSlots: 512, receiveBufferBytes: RECEIVE_BUFFER });
    this.#socket.onFrames((frames) => {
      this.#inBatch = true;
      for (let i = 0; i < frames.count; i++) {
        this.#handlers.get(frames.interface(i))?.(frames.bytes(i), frames.vlanTci(i));
      }
      this.#inBatch = false;
      this.#socket.flush();
    });
  }

  /** The wire of the board behind this interface. */
  wire(ifindex: number): Wire {
    return {
      send: (frame) => this.#send(frame, ifindex),
      onFrame: (handler) => {
        if (handler === undefined) this.#handlers.delete(ifindex);
        else this.#handlers.set(ifindex, handler);
      },
    };
  }

  close(): void {
    this.#handlers.clear();
    this.#socket.close();
  }

  #send(frame: Uint8Array, ifindex: number): void {
    this.#socket.send(frame, ifindex);
    if (this.#inBatch || this.#flushing) return;
    this.#flushing = true;
    queueMicrotask(() => {
      this.#flushing = false;
      this.#socket.flush();
    });
  }
}
