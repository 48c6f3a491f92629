import type { Faults } from '../faults.ts';
import type { ObjectGroup } from '../groups.ts';

/** What a family always does: no objects, but the dial stands so from the beginning. */
export function habits(standing: Partial<Faults>): ObjectGroup {
  return ({ faults }) => {
    Object.assign(faults, standing);
    return [];
  };
}
