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
  /** Share of frames that arrive twice, the second time right after the first. */
  readonly duplicates?: number;
  /** Share of frames that are held up for so many milliseconds, so that later ones overtake them. */
  readonly late?: { readonly share: number; readonly by: number };
  /** Numbers from 0 to below 1; the same seed loses the same frames. Needed with `loss`, `duplicates` and `late`. */
  readonly random?: () => number;
  /** True drops the frame whoever it is for: for losses at an exact place. */
  readonly drop?: (frame: Uint8Array) => boolean;
}

export class VirtualWire {
  readonly #options: VirtualWireOptions;
  readonly #ports: VirtualPort[] = [];
  #sent = 0;
  #lost = 0;
  #duplicated = 0;
  #delayed = 0;

  constructor(options: VirtualWireOptions) {
    const chance = options.loss || options.duplicates || options.late?.share;
    if (chance && !options.random) throw new RangeError('a wire with loss needs a random source');
    this.#options = options;
  }

  get sent(): number {
    return this.#sent;
  }

  get lost(): number {
    return this.#lost;
  }

  get duplicated(): number {
    return this.#duplicated;
  }

  get delayed(): number {
    return this.#delayed;
  }

  /** A further place to plug something in. */
  port(): Wire {
    const port = new VirtualPort((frame) => this.#carry(port, frame));
    this.#ports.push(port);
    return port;
  }

  #carry(from: VirtualPort, frame: Uint8Array): void {
    this.#sent++;
    if (this.#options.drop?.(frame)) {
      this.#lost++;
      return;
    }
    // The sender may use its buffer again as soon as `send` returns.
    const copy = frame.slice();
    for (const port of this.#ports) if (port !== from) this.#carryTo(port, copy);
  }

  #carryTo(port: VirtualPort, frame: Uint8Array): void {
    const { clock, loss, duplicates, late, latency = 0.05 } = this.#options;
    if (this.#happens(loss)) {
      this.#lost++;
      return;
    }
    const isLate = this.#happens(late?.share);
    if (isLate) this.#delayed++;
    const after = millis(latency + (isLate && late ? late.by : 0));
    clock.after(after, () => port.handler?.(frame, -1));
    if (!this.#happens(duplicates)) return;
    this.#duplicated++;
    clock.after(after, () => port.handler?.(frame, -1));
  }

  /** Asks the random source only where there is a chance: a wire without faults runs the same with any. */
  #happens(share = 0): boolean {
    return share > 0 && (this.#options.random?.() ?? 1) < share;
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
