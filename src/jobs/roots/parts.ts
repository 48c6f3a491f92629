import type { Clock } from '../../rack/clock.ts';
import type { Plan, SlotPlan } from '../../rack/plan.ts';
import type { SlotNumber } from '../../rack/units.ts';
import type { Roots } from '../../roots/index.ts';
import type { Wishes } from '../../roots/personalise/wishes.ts';
import type { RootRow, RootTable } from '../../store/roots.ts';
import { JobRefused, StepFailed } from '../durable/kind.ts';
import type { PowerJobs } from '../power.ts';
import type { RackState } from '../rack-state.ts';

/** What jobs on roots need of the rest. */
export interface RootJobParts {
  readonly plan: Plan;
  readonly state: Pick<RackState, 'get'>;
  readonly power: Pick<PowerJobs, 'hold' | 'release' | 'intend'>;
  readonly roots: Pick<Roots, 'images' | 'slots' | 'serve' | 'rootPath' | 'nfsVersion'>;
  readonly table: RootTable;
  /** What the customer of the slot wishes of every root that is made for it; nothing where there is none. */
  readonly personal: (slot: SlotNumber) => Pick<Wishes, 'authorizedKeys' | 'userData'>;
  /** Has TFTP show the board what its rows say, ready in memory. */
  readonly show: (slot: SlotPlan) => Promise<void>;
  /** The key that boards know the controller by; undefined: it has none. */
  readonly controllerKey?: string | undefined;
  readonly clock: Clock;
  /** Roots that nobody needs any more are there. */
  readonly sweep: () => void;
}

/** Throws JobRefused for a slot that boots nothing. */
export function assignedSlot(plan: Plan, slot: SlotNumber): SlotPlan {
  const found = plan.slots.find((each) => each.slot === slot);
  if (found === undefined) throw new JobRefused('no_slot', `no slot ${slot} in this rack`);
  if (found.image === undefined)
    throw new JobRefused('unassigned', `slot ${slot} has no image in the rack file: it boots nothing`);
  return found;
}

/** Of a job that was accepted: the rack file may have changed since. */
export function slotOf({ plan }: RootJobParts, slot: SlotNumber): SlotPlan {
  const found = plan.slots.find((each) => each.slot === slot && each.image !== undefined);
  if (found !== undefined) return found;
  throw new StepFailed('no_slot', `slot ${slot} boots nothing any more: the rack file has changed`, {
    permanent: true,
  });
}

export function rowOf({ table }: RootJobParts, id: unknown): RootRow {
  const row = typeof id === 'number' ? table.get(id) : undefined;
  if (row !== undefined) return row;
  throw new StepFailed('no_root', `root ${String(id)} is not there any more`, { permanent: true });
}
