/** A virtual board's wire in the bench: whole frames of one interface among many in one namespace. */
import { openPacket, type PacketSocket } from '../../../src/net/packet.ts';
import type { FrameHandler, Wire } from '../../../src/sim/board/wire.ts';

const SLOTS = 16;

export class BenchWire implements Wire {
  readonly #socket: PacketSocket;
  #handler: FrameHandler | undefined;
  #inBatch = false;
  #flushing = false;

  constructor(netns: string, ifname: string) {
    this.#socket = openPacket({ netns, ifname, receiveSlots: SLOTS, sendSlots: SLOTS });
    this.#socket.onFrames((frames) => {
      this.#inBatch = true;
      for (let i = 0; i < frames.count; i++) this.#handler?.(frames.bytes(i), frames.vlanTci(i));
      this.#inBatch = false;
      this.#socket.flush();
    });
  }

  send(frame: Uint8Array): void {
    this.#socket.send(frame);
    if (this.#inBatch || this.#flushing) return;
    this.#flushing = true;
    queueMicrotask(() => {
      this.#flushing = false;
      this.#socket.flush();
    });
  }

  onFrame(handler: FrameHandler | undefined): void {
    this.#handler = handler;
  }

  close(): void {
    this.#handler = undefined;
    this.#socket.close();
  }
}
