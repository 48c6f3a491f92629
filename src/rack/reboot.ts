/** How a board restarts: asked over SSH, or by cutting its power. Pure: what is seen, and what follows from it. */
import { type Millis, seconds } from './units.ts';

/** `auto`: asked first, and cut where that does not help. */
export const REBOOTS = Object.freeze(['soft', 'hard', 'auto'] as const);
export type HowToReboot = (typeof REBOOTS)[number];

/** What happened in the end, and why it was that. */
export interface Rebooted {
  readonly how: 'soft' | 'hard';
  readonly text: string;
}

/** A board that took the command ends its SSH connections early on its way down. */
export const LEAVES_WITHIN: Millis = seconds(30);
/** systemd gives services 90 s to stop; then the ROM has to begin and to ask for an address. */
export const RETURNS_WITHIN: Millis = seconds(150);

export interface LeavingSeen {
  /** Since it was asked. */
  readonly waited: Millis;
  /** Its SSH connection has ended. */
  readonly dropped: boolean;
  /** Its boot ROM was heard, or its power came, since it was asked. */
  readonly began: boolean;
}

export type Leaving =
  | { readonly kind: 'gone' }
  | { readonly kind: 'waiting' }
  | { readonly kind: 'stayed'; readonly why: string };

/** Whether the board goes down. That it begins a boot proves it; that a connection ended does not. */
export function judgeLeaving({ waited, dropped, began }: LeavingSeen): Leaving {
  if (began) return { kind: 'gone' };
  if (!dropped && waited >= LEAVES_WITHIN)
    return { kind: 'stayed', why: `it took the command and was still connected after ${LEAVES_WITHIN / 1000} s` };
  if (waited >= RETURNS_WITHIN)
    return { kind: 'stayed', why: `it ended its SSH connection and began no boot in ${RETURNS_WITHIN / 1000} s` };
  return { kind: 'waiting' };
}
