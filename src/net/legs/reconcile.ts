/** Plan, apply, verify: makes the legs what the plan says and reads back that they are. */
import { applyLegs } from './apply.ts';
import { describeChanges } from './describe.ts';
import { planLegs } from './plan.ts';
import { readLegs, readOverruling } from './read.ts';
import { type BoardMacs, type LegChange, LegsNotVerified, type LegsPlan } from './state.ts';

export interface Reconciliation {
  /** What was written; with dryRun, what would be. */
  readonly changes: readonly LegChange[];
  /** Everything was read back and is as planned; false only where a dry run found changes to make. */
  readonly verified: boolean;
  /** Settings of the whole machine that weaken the legs' own, in words. */
  readonly warnings: readonly string[];
}

/**
 * Throws LegsError where the plan cannot be carried out, IpBatchFailed where a command failed, LegsNotVerified where what
 * is read back differs. Doing it twice changes nothing the second time.
 */
export async function reconcileLegs(options: {
  plan: LegsPlan;
  /** Hardware addresses of the boards that are known: they get permanent neighbour entries. */
  neighbours?: BoardMacs;
  dryRun?: boolean;
}): Promise<Reconciliation> {
  const { plan, neighbours, dryRun = false } = options;
  const legs = new Set(plan.slots.map((slot) => slot.leg));
  const changes = planLegs(plan, await readLegs(legs), neighbours);
  const warnings = readOverruling();
  if (dryRun || changes.length === 0) return { changes, verified: changes.length === 0, warnings };
  await applyLegs(changes);
  const remaining = planLegs(plan, await readLegs(legs), neighbours);
  if (remaining.length > 0) throw new LegsNotVerified(remaining, describeChanges(remaining));
  return { changes, verified: true, warnings };
}
