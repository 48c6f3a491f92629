/** How long each slot had power and answered, from what is known of it and when that changed. Pure. */
import { condition, isPowered, isUp, type SlotCondition, type SlotState } from '../../rack/slot-state.ts';
import { type Millis, millis } from '../../rack/units.ts';

/** What is known of a slot at a moment; undefined is not known. */
export interface Known {
  readonly powered: boolean | undefined;
  readonly answers: boolean | undefined;
  readonly condition: SlotCondition | undefined;
}

/** @param stale after so long without a reading of the switch, nobody knows whether the port still has power */
export function knownOf(state: SlotState, now: Millis, stale: Millis): Known {
  const fresh = state.power !== undefined && now - state.power.readAt <= stale;
  return {
    powered: fresh ? isPowered(state) : undefined,
    answers: answers(state, fresh),
    condition: fresh ? condition(state) : undefined,
  };
}

/** A board that is off or boots does not answer, and nobody has to ask it. */
function answers(state: SlotState, fresh: boolean): boolean | undefined {
  if (fresh && !isPowered(state)) return false;
  if (isUp(state)) return state.reachable6;
  return fresh ? false : undefined;
}

export interface Account {
  readonly known: Known;
  /** Monotonic. */
  readonly since: Millis;
  readonly powerKnown: Millis;
  readonly powered: Millis;
  readonly asked: Millis;
  readonly answered: Millis;
}

/** A process that stood still for longer has seen nothing of it. */
const LONGEST = 120_000;
const NONE = millis(0);

export const opened = (known: Known, since: Millis): Account => ({
  known,
  since,
  powerKnown: NONE,
  powered: NONE,
  asked: NONE,
  answered: NONE,
});

/** Books the time up to `now` on what was known, and goes on with what is known now. */
export function booked(account: Account, known: Known, now: Millis): Account {
  const { powered, answers: answered } = account.known;
  const passed = now - account.since;
  const time = passed >= 0 && passed <= LONGEST ? passed : 0;
  const add = (sum: Millis, holds: boolean) => (holds ? millis(sum + time) : sum);
  return {
    known,
    since: now,
    powerKnown: add(account.powerKnown, powered !== undefined),
    powered: add(account.powered, powered === true),
    asked: add(account.asked, answered !== undefined),
    answered: add(account.answered, answered === true),
  };
}
