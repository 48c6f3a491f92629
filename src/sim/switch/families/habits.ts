import type { VlanFaults } from '../faults.ts';
import type { ObjectGroup } from '../groups.ts';

/** What a family always does: no objects, but the dial stands so from the beginning. */
export function habits(standing: Partial<VlanFaults>): ObjectGroup {
  return ({ faults }) => {
    Object.assign(faults, standing);
    return [];
  };
}
