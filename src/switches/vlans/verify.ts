/** Reads and judges, and writes nothing. */

import type { SlotNumber } from '../../rack/units.ts';
import type { VlanBackend } from '../backend.ts';
import type { Violation } from './invariant.ts';
import { pvidViolations, violations } from './invariant.ts';
import type { VlanScope } from './scope.ts';

/** Everything that is not as isolation wants it, over every VLAN of the switch. */
export async function verifyIsolation(
  backend: Pick<VlanBackend, 'read'>,
  scope: VlanScope,
): Promise<readonly Violation[]> {
  return violations(await backend.read(), scope);
}

/** Cheap enough for every poll: a port that was moved by hand has another PVID. The rest only `verifyIsolation` finds. */
export async function checkPvids(backend: Pick<VlanBackend, 'pvids'>, scope: VlanScope): Promise<readonly Violation[]> {
  return pvidViolations(await backend.pvids(), scope);
}

/**
 * Why each slot is not isolated; slots that are, are left out. What is wrong with the whole switch is wrong with every slot
 * on it.
 */
export function bySlot(found: readonly Violation[], scope: VlanScope): ReadonlyMap<SlotNumber, readonly string[]> {
  const reasons = new Map<SlotNumber, string[]>();
  for (const { slot } of scope.slots) {
    const own = found.filter((violation) => violation.slot === undefined || violation.slot === slot);
    if (own.length > 0)
      reasons.set(
        slot,
        own.map(({ text }) => text),
      );
  }
  return reasons;
}
