/** Whether the switch has room for a VLAN per slot, asked before the first write. Pure. */
import type { VlanId } from '../../rack/units.ts';
import type { PlanOptions } from './plan.ts';
import type { VlanScope } from './scope.ts';
import { vlanName } from './scope.ts';
import type { VlanState } from './state.ts';

const FALL_BACK = 'see "Too few VLANs" in docs/switches.md for private VLANs and protected ports';

/** One sentence for each reason why it has not. */
export function capacityProblems(state: VlanState, scope: VlanScope, options: PlanOptions = {}): string[] {
  const kept = new Set(options.reserved);
  const { maxVlanId, maxVlans } = state.capacity;
  const problems: string[] = [];
  for (const vlan of scope.carried) {
    if (kept.has(vlan)) problems.push(`${scope.switch} keeps ${vlanName(scope, vlan)} for itself: give it another id`);
    if (maxVlanId !== undefined && vlan > maxVlanId) {
      problems.push(
        `${vlanName(scope, vlan)} is above ${maxVlanId}, the highest id on ${scope.switch}: give it another id`,
      );
    }
  }
  const missing = [...scope.carried].filter((vlan) => !state.vlans.has(vlan));
  if (options.creates === false && missing.length > 0) {
    problems.push(`${scope.switch} makes no VLANs over SNMP: make ${missing.length} by hand (${sample(missing)})`);
  }
  const free = maxVlans === undefined ? missing.length : Math.max(0, maxVlans - state.vlans.size);
  if (missing.length > free) {
    const room = `${scope.switch} takes ${maxVlans} VLANs and has ${state.vlans.size}`;
    const need = `${missing.length} more are needed (${sample(missing)}), ${missing.length - free} too many`;
    problems.push(`${room}: ${need}; ${FALL_BACK}`);
  }
  return problems;
}

function sample(vlans: readonly VlanId[]): string {
  const sorted = [...vlans].sort((a, b) => a - b);
  return sorted.length <= 4 ? sorted.join(', ') : `${sorted.slice(0, 3).join(', ')} … ${sorted.at(-1)}`;
}
