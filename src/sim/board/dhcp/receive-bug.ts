/**
 * The receive bug of the 3B (pi-boot §1.5). An OFFER is not looked at when it arrives: the ROM goes on waiting for
 * frames. Without a further frame for about a second it abandons the attempt and ignores everything until its next
 * DISCOVER. The attempt itself is over after exactly one second; the first frame after that, with an OFFER in hand, lets
 * the boot go on. On a busy network somebody's broadcast is that frame; on an isolated port nobody sends one.
 */
import type { BootReply } from './reply.ts';

const FRAME_TIMEOUT_MS = 1000;
const ATTEMPT_MS = 1000;

export class BuggyReceiver {
  #started = 0;
  #lastFrame = 0;
  #held: BootReply | undefined;

  /** A DISCOVER leaves at `now`, in monotonic milliseconds. */
  start(now: number): void {
    this.#started = now;
    this.#lastFrame = now;
    this.#held = undefined;
  }

  /** A frame for this board came in, perhaps an OFFER. Gives the reply that the ROM goes on with, if it does. */
  frame(now: number, offer: BootReply | undefined): BootReply | undefined {
    if (now - this.#lastFrame > FRAME_TIMEOUT_MS) return undefined;
    this.#lastFrame = now;
    this.#held = offer ?? this.#held;
    return now - this.#started >= ATTEMPT_MS ? this.#held : undefined;
  }
}
