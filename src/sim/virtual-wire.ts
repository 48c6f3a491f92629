/** One Ethernet segment inside the process: every frame reaches every other port, after the latency, unless it is lost. */
import type { Clock } from '../rack/clock.ts';
import { millis } from '../rack/units.ts';
import type { FrameHandler, Wire } from './board/wire.ts';

export interface VirtualWireOptions {
  readonly clock: Clock;
  /** Milliseconds from sending to receiving; 0.05 when left out, about a switch's store and forward. */
  readonly latency?: number;
  /** Share of frames that is lost on the way to one port, 0 to 1. */
  readonly loss?: number;
  /** Numbers from 0 to below 1; the same seed loses the same frames. Needed with `loss`. */
  readonly random?: () => number;
  /** True drops the frame whoever it is for: for losses at an exact place. */
  readonly drop?: (frame: Uint8Array) => boolean;
}

export class VirtualWire {
  readonly #options: VirtualWireOptions;
  readonly #ports: VirtualPort[] = [];
  #sent = 0;
  #lost = 0;

  constructor(options: VirtualWireOptions) {
    if (options.loss && !options.random) throw new RangeError('a wire with loss needs a random source');
    this.#options = options;
  }

  get sent(): number {
    return this.#sent;
  }

  get lost(): number {
    return this.#lost;
  }

  /** A further place to plug something in. */
  port(): Wire {
    const port = new VirtualPort((frame) => this.#carry(port, frame));
    this.#ports.push(port);
    return port;
  }

  #carry(from: VirtualPort, frame: Uint8Array): void {
    this.#sent++;
    const { clock, drop, loss = 0, random, latency = 0.05 } = this.#options;
    if (drop?.(frame)) {
      this.#lost++;
      return;
    }
    // The sender may use its buffer again as soon as `send` returns.
    const copy = frame.slice();
    for (const port of this.#ports) {
      if (port === from) continue;
      if (loss > 0 && random && random() < loss) {
        this.#lost++;
        continue;
      }
      clock.after(millis(latency), () => port.handler?.(copy, -1));
    }
  }
}

class VirtualPort implements Wire {
  handler: FrameHandler | undefined;
  readonly #carry: (frame: Uint8Array) => void;

  constructor(carry: (frame: Uint8Array) => void) {
    this.#carry = carry;
  }

  send(frame: Uint8Array): void {
    this.#carry(frame);
  }

  onFrame(handler: FrameHandler | undefined): void {
    this.handler = handler;
  }
}
