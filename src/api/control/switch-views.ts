/** Switches as the control socket shows them. */
import type { IsolationState } from '../../jobs/isolation.ts';
import type { RackSwitch } from '../../jobs/rack-switches.ts';
import { formatRange } from '../../rack/range.ts';
import type { Violation } from '../../switches/vlans/invariant.ts';
import type { IsolationOutcome } from '../../switches/vlans/outcome.ts';
import type { VlanPlan } from '../../switches/vlans/plan.ts';
import { type VlanScope, vlanName } from '../../switches/vlans/scope.ts';
import type { VlanStep } from '../../switches/vlans/state.ts';
import { describeStep } from '../../switches/vlans/steps.ts';
import type { ApplyResult, IsolationView, SwitchPlanView, SwitchView, ViolationView } from './switch-protocol.ts';

export function switchView({ plan, slots, poe, isolation }: RackSwitch, troubles: readonly string[]): SwitchView {
  const { queue, map, driver, reading } = poe.status();
  return {
    name: plan.name,
    address: plan.address,
    driver: driver === undefined ? null : { name: driver.name, title: driver.title, quirks: driver.quirks },
    ports: map === undefined ? null : 'refused' in map ? map : { rule: map.rule, count: map.ports.length },
    queue: { running: queue.running ?? null, waiting: queue.waiting },
    slots: slots.length,
    power: {
      consumption: reading?.main.consumption ?? null,
      capacity: reading?.main.capacity ?? null,
      budget: plan.budget,
    },
    isolation: isolationView(plan.isolation, isolation.state),
    troubles: [...troubles, ...(isolation.trouble === undefined ? [] : [isolation.trouble])],
  };
}

function isolationView(kept: IsolationView['kept'], state: IsolationState): IsolationView {
  const view = { kept, state: state.kind, at: null, detail: null, violations: [] };
  switch (state.kind) {
    case 'trusted':
      return view;
    case 'unknown':
      return { ...view, detail: state.why };
    case 'isolated':
      return { ...view, at: state.at };
    case 'breached':
      return { ...view, at: state.at, violations: state.violations.map(violationView) };
    case 'changing':
      return { ...view, detail: state.text };
  }
}

export function violationView({ rule, slot, text }: Violation): ViolationView {
  return { rule, slot: slot ?? null, text };
}

export function planView({ plan, scope }: { readonly plan: VlanPlan; readonly scope: VlanScope }): SwitchPlanView {
  return {
    batches: plan.batches.map(({ phase, steps }) => ({ phase, steps: sentences(steps, scope) })),
    violations: plan.violations.map(violationView),
    obstacles: plan.obstacles,
    advice: plan.advice,
    slots: plan.slots.map(({ slot }) => slot),
  };
}

/** One line for what is alike: 36 VLANs on one uplink are one thing to read. */
function sentences(steps: readonly VlanStep[], scope: VlanScope): string[] {
  const groups = new Map<string, number[]>();
  for (const step of steps) {
    const text = describeStep(step, scope);
    const vlan = 'vlan' in step ? step.vlan : undefined;
    const alike =
      vlan === undefined ? text : text.replace(vlanName(scope, vlan), 'VLAN #').replace(`VLAN ${vlan}`, 'VLAN #');
    groups.set(alike, [...(groups.get(alike) ?? []), ...(vlan === undefined ? [] : [vlan])]);
  }
  return [...groups].map(([text, vlans]) => text.replace('VLAN #', `VLAN ${formatRange(vlans)}`));
}

export function applyResult(outcome: IsolationOutcome): ApplyResult {
  const { kind, took } = outcome;
  const common = { ok: kind === 'isolated', outcome: kind, took };
  switch (outcome.kind) {
    case 'isolated': {
      const done = outcome.steps === 0 ? 'was so already' : `${outcome.steps} steps in ${(took / 1000).toFixed(1)} s`;
      const saved = outcome.unsaved === undefined ? '' : `; the configuration is not saved: ${outcome.unsaved}`;
      const meanwhile = outcome.meanwhile.length === 0 ? '' : `; meanwhile: ${outcome.meanwhile.join('; ')}`;
      const text = `every slot is alone on its VLAN (${done}), read back over every VLAN${saved}${meanwhile}`;
      return { ...common, text, steps: outcome.steps, advice: outcome.advice };
    }
    case 'refused':
      return { ...common, text: `nothing was written: ${outcome.reasons.join('; ')}`, steps: 0, advice: [] };
    case 'rolled-back':
      return { ...common, text: `all is as it was before: ${outcome.reason}`, steps: 0, advice: [] };
    case 'stale':
      return { ...common, text: `an older change was given up: ${outcome.reason}`, steps: 0, advice: [] };
    case 'degraded':
      return { ...common, text: `it is not certain what the switch is now: ${outcome.reason}`, steps: 0, advice: [] };
  }
}
