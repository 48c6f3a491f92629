/**
 * Which boards may be powered on now. Admission happens at the power switch, because a powered Pi cannot be told to
 * wait: it asks five times and then is dead until its power is cut (pi-boot §1.6).
 */
import type { SlotNumber, Watts } from './units.ts';

/**
 * Watts to reserve for a board that has just been powered, until the switch has measured it: the stress figure of a
 * bare 4B at 5 V (1.25 A) with the loss of a PoE HAT (pi-boot §5.3).
 */
export const RESERVED_WATTS = 8 as Watts;

export interface SwitchLoad {
  /** Boards between power-on and ssh up. */
  readonly booting: number;
  readonly concurrentBoots: number;
  /** What the switch delivers now, measured or reserved, for all its boards together. */
  readonly watts: Watts;
  readonly budget: Watts;
}

export interface Admission {
  readonly admitted: readonly SlotNumber[];
  /** Why the rest waits; undefined when nothing waits. */
  readonly waiting: string | undefined;
}

/** Takes from the front of `queue` as many slots as the switch can bear. */
export function admit(queue: readonly SlotNumber[], load: SwitchLoad): Admission {
  const places = Math.max(0, load.concurrentBoots - load.booting);
  const powered = Math.max(0, Math.floor((load.budget - load.watts) / RESERVED_WATTS));
  const admitted = queue.slice(0, Math.min(places, powered));
  if (admitted.length === queue.length) return { admitted, waiting: undefined };
  const waiting =
    powered < places
      ? `power budget: ${Math.round(load.watts)} of ${load.budget} W in use, the next board needs ${RESERVED_WATTS} W`
      : `${load.concurrentBoots} boards of this switch are booting, which is its limit`;
  return { admitted, waiting };
}
