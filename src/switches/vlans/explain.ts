/** Batches, and steps that did not take, in words. */
import type { VlanRefusal } from '../backend.ts';
import type { Batch } from './plan.ts';
import type { VlanScope } from './scope.ts';
import type { VlanState, VlanStep } from './state.ts';
import { describeStep } from './steps.ts';

export function summary({ phase, steps }: Batch): string {
  const counts = new Map<string, number>();
  for (const { kind } of steps) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return `${phase}: ${[...counts].map(([kind, count]) => `${count} × ${kind}`).join(', ')}`;
}

export function whyNot(
  { steps }: Batch,
  state: VlanState,
  scope: VlanScope,
  refusals: readonly VlanRefusal[],
  unanswered: string | undefined,
): string {
  const left = new Set(steps.map(stepKey));
  const refused = refusals.find((refusal) => refusal.steps.some((step) => left.has(stepKey(step))));
  const step = refused?.steps.find((one) => left.has(stepKey(one))) ?? steps[0]!;
  const more = steps.length > 1 ? ` (and ${steps.length - 1} more)` : '';
  const answer = refused?.reason ?? unanswered ?? 'the switch answered that it was done';
  return `"${describeStep(step, scope)}"${more} did not take: ${answer}, and ${reads(step, state)}`;
}

/** The same for the same step. */
export function stepKey(step: VlanStep): string {
  return JSON.stringify(step);
}

/** What is read now of the thing that a step was to change. */
function reads(step: VlanStep, state: VlanState): string {
  switch (step.kind) {
    case 'create':
    case 'destroy':
      return `VLAN ${step.vlan} is ${state.vlans.has(step.vlan) ? 'still there' : 'not there'}`;
    case 'join-tagged':
    case 'join-untagged':
    case 'leave': {
      const members = state.vlans.get(step.vlan);
      if (!members?.egress.has(step.port)) return `it reads not in VLAN ${step.vlan}`;
      return `it reads ${members.untagged.has(step.port) ? 'untagged' : 'tagged'} in VLAN ${step.vlan}`;
    }
    case 'pvid':
      return `it reads PVID ${state.ports.get(step.port)?.pvid}`;
    case 'access-vlan':
      return `it reads access VLAN ${state.ports.get(step.port)?.access}`;
    case 'mode':
      return `it reads mode ${state.ports.get(step.port)?.mode}`;
    case 'frame-types':
      return `it reads ${state.ports.get(step.port)?.frameTypes}`;
    case 'ingress-filtering':
      return `it reads ${state.ports.get(step.port)?.ingressFiltering ? 'on' : 'off'}`;
  }
}
