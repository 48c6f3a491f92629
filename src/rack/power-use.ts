/** What boards count with against the power budget of their switch. Pure. */
import type { BudgetBy } from './plan.ts';
import type { Watts } from './units.ts';
import { watts } from './units.ts';

/**
 * Watts to reserve for a board that has just been powered, until the switch has measured it: the stress figure of a
 * bare 4B at 5 V (1.25 A) with the loss of a PoE HAT (pi-boot §5.3).
 */
export const RESERVED_WATTS = watts(8);

/** What a switch sets aside for a device of each class (IEEE 802.3 table 33-8 and 145-11). */
const CLASS_GRANTS: Readonly<Record<string, number>> = Object.freeze({
  class0: 15.4,
  class1: 4,
  class2: 7,
  class3: 15.4,
  class4: 30,
  class5: 45,
  class6: 60,
  class7: 75,
  class8: 90,
});

/** Undefined for a class that nobody has heard of. */
export function classGrant(powerClass: string | undefined): Watts | undefined {
  const grant = powerClass === undefined ? undefined : CLASS_GRANTS[powerClass];
  return grant === undefined ? undefined : watts(grant);
}

/** For a board that has not been seen: a device without classification counts as class 0. */
export const UNSEEN_GRANT = watts(15.4);

export interface BoardUse {
  /** Its port was switched on and delivers nothing yet, or it is between power-on and ssh up. */
  readonly starting: boolean;
  /** What the switch reads for it; undefined where it does not say. */
  readonly watts: Watts | undefined;
  /** What the switch sets aside for it, or would. */
  readonly grant: Watts;
}

/** A board that starts draws less than it will: it counts with what it may come to. */
export function boardUse(by: BudgetBy, board: BoardUse): Watts {
  if (by === 'allocated') return board.grant;
  const reserve = board.starting || board.watts === undefined ? RESERVED_WATTS : 0;
  return watts(Math.max(board.watts ?? 0, reserve));
}

/** What a board needs room for before it is switched on. */
export function boardNeed(by: BudgetBy, grant: Watts): Watts {
  return by === 'allocated' ? grant : RESERVED_WATTS;
}

/**
 * The budget that may be used: what the rack file gives, no more than what the supply says it has, less the headroom.
 * A supply that says nought is one that does not say: it would have no board to power.
 */
export function usableBudget(planned: Watts, capacity: Watts | undefined, headroom: number): Watts {
  const most = capacity === undefined || capacity <= 0 ? planned : Math.min(planned, capacity);
  return watts((most * (100 - headroom)) / 100);
}
