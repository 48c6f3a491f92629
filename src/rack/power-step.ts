/** What is to be done next with the power of one slot. Pure: the pump of its switch does it. */
import { DELIVERING, type SlotState } from './slot-state.ts';

export interface StepInput {
  readonly state: Pick<SlotState, 'wanted' | 'cycling' | 'power' | 'quarantine'>;
  /** Why the slot has to stay dark, whatever is wanted of it. */
  readonly held: string | undefined;
  /** Why it may not be powered on; a board that has power keeps it. */
  readonly barred: string | undefined;
  /** Why it is left alone for a while. `denied`: the switch had no power for it. */
  readonly delayed: { readonly reason: string; readonly denied: boolean } | undefined;
  /** Whether the port may be on for all that is known: it was told to be, and not read since. */
  readonly unsure: boolean;
  /** Whether the switch can do a power cycle by itself. */
  readonly cycles: boolean;
}

export type PowerStep =
  | { readonly kind: 'nothing' }
  /** It is off, as wanted. */
  | { readonly kind: 'settled-off' }
  | { readonly kind: 'off' }
  /** It is off and in the middle of a cycle: it stays so for the hold. */
  | { readonly kind: 'hold' }
  | { readonly kind: 'wait'; readonly reason: string }
  /** To be switched on, or cycled by the switch, as soon as it is admitted. */
  | { readonly kind: 'on' | 'cycle' };

const NOTHING: PowerStep = { kind: 'nothing' };

export function nextStep({ state, held, barred, delayed, unsure, cycles }: StepInput): PowerStep {
  const { wanted, cycling, power } = state;
  // Nothing is done to a port that was never read.
  if (power === undefined) return NOTHING;
  const fed = power.detection === DELIVERING;
  if (power.admin) {
    // One that would not go off is tried again, but not at every look.
    if (held !== undefined || wanted === 'off') {
      return delayed === undefined || delayed.denied ? { kind: 'off' } : NOTHING;
    }
    if (cycling) return cycles && fed && barred === undefined ? { kind: 'cycle' } : { kind: 'off' };
    // A port that was denied power goes back to the queue, so that the switch does not power it out of turn.
    return delayed?.denied === true && !fed ? { kind: 'off' } : NOTHING;
  }
  const dark = wanted === 'off' || held !== undefined || cycling;
  // What is only believed to be off is made so: it would not be a power cycle, and no place to write a VLAN.
  if (dark && unsure) return delayed === undefined ? { kind: 'off' } : NOTHING;
  if (wanted === 'off') return { kind: 'settled-off' };
  if (held !== undefined) return { kind: 'wait', reason: held };
  if (cycling) return { kind: 'hold' };
  if (state.quarantine !== undefined) return NOTHING;
  const reason = barred ?? delayed?.reason;
  return reason === undefined ? { kind: 'on' } : { kind: 'wait', reason };
}
