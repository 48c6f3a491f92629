/** Guests need a tap, and without root there may be none: the rack then goes on without them, and says so. */
import { accessSync, constants } from 'node:fs';
import type { Plan } from '../../rack/plan.ts';

const TUN = '/dev/net/tun';

export function tapsAllowed(): boolean {
  try {
    accessSync(TUN, constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** The plan as it can be simulated here: where taps are not allowed, the slots of guests are empty. */
export function withoutImpossible(plan: Plan, allowed: boolean, complain: (message: string) => void): Plan {
  const guests = plan.slots.filter((slot) => slot.simulate === 'qemu');
  if (allowed || guests.length === 0) return plan;
  const which = guests.map((slot) => slot.slot).join(', ');
  complain(`slots ${which} stay empty: a qemu board needs ${TUN}, which this user may not open`);
  return {
    ...plan,
    slots: plan.slots.map((slot) => (slot.simulate === 'qemu' ? { ...slot, simulate: undefined } : slot)),
  };
}
