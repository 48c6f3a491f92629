/** What a virtual board is plugged into. The board declares these; a fabric, a virtual wire or a test provides them. */

/**
 * A received frame and its tag. `frame` is valid only during the call. `vlanTci` is the 802.1Q tag control information
 * where the kernel took the tag out of the bytes, -1 otherwise (the bytes may still hold a tag).
 */
export type FrameHandler = (frame: Uint8Array, vlanTci: number) => void;

/** Raw Ethernet: frames without FCS. */
export interface Wire {
  /** Takes a copy before it returns; frames that cannot be sent are dropped, as by a network card. */
  send(frame: Uint8Array): void;
  /** Sets the only receiver, or stops receiving. Frames that the board itself sent are never handed back. */
  onFrame(handler: FrameHandler | undefined): void;
}

/** The link of the board's Ethernet jack. */
export interface Phy {
  /** Brings the link up; calls `ready` once frames pass. The call may come at once. */
  up(ready: () => void): void;
  /** Takes the link down at once; a `ready` not called yet is never called. */
  down(): void;
}
