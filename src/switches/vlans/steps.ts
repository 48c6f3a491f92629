/** What a step means: for people, for the guard, and for a switch that does exactly what it is told. Pure. */
import type { VlanId } from '../../rack/units.ts';
import type { VlanChange } from './guard.ts';
import { rangesOf, vlansIn } from './ranges.ts';
import type { VlanScope } from './scope.ts';
import { portName, vlanName } from './scope.ts';
import type { BridgePort, PortVlan, VlanMembers, VlanState, VlanStep } from './state.ts';

/** The changes that a step makes to `state`, for backends that send commands and not objects. None: it is so already. */
export function changesOf(step: VlanStep, state: VlanState): readonly VlanChange[] {
  switch (step.kind) {
    case 'create':
      return state.vlans.has(step.vlan) ? [] : [{ kind: 'create', vlan: step.vlan }];
    case 'destroy':
      return state.vlans.has(step.vlan) ? [{ kind: 'destroy', vlan: step.vlan }] : [];
    case 'join-tagged':
    case 'join-untagged':
    case 'leave':
      return memberChanges(step, state.vlans.get(step.vlan));
    case 'pvid':
    case 'access-vlan':
      return [{ kind: 'pvid', port: step.port, vlan: step.vlan }];
    case 'mode':
    case 'frame-types':
    case 'ingress-filtering':
      return [step];
  }
}

function memberChanges(
  { kind, vlan, port }: Extract<VlanStep, { readonly kind: 'join-tagged' | 'join-untagged' | 'leave' }>,
  members: VlanMembers | undefined,
): VlanChange[] {
  const changes: VlanChange[] = [];
  const egress = kind !== 'leave';
  const untagged = kind === 'join-untagged';
  if ((members?.egress.has(port) ?? false) !== egress) changes.push({ kind: 'egress', vlan, port, on: egress });
  if ((members?.untagged.has(port) ?? false) !== untagged) changes.push({ kind: 'untagged', vlan, port, on: untagged });
  return changes;
}

/** The state after a step, on a switch that does it and nothing else. */
export function afterStep(state: VlanState, step: VlanStep): VlanState {
  const vlans = new Map(state.vlans);
  const ports = new Map(state.ports);
  const port = (change: Partial<PortVlan>, of: BridgePort) => {
    const now = ports.get(of);
    if (now) ports.set(of, { ...now, ...change });
  };
  const membership = (vlan: VlanId, of: BridgePort, to: 'tagged' | 'untagged' | 'none') => {
    const now = vlans.get(vlan);
    if (now) vlans.set(vlan, withMember(now, of, to));
    const allows = ports.get(of)?.allows;
    if (allows === undefined || to === 'untagged') return;
    const listed = vlansIn(allows);
    if (to === 'tagged') listed.add(vlan);
    else listed.delete(vlan);
    port({ allows: rangesOf(listed) }, of);
  };
  switch (step.kind) {
    case 'create': {
      const egress = [...ports].filter(([, { allows }]) => allows && vlansIn(allows).has(step.vlan)).map(([of]) => of);
      vlans.set(step.vlan, { name: step.name, egress: new Set(egress), untagged: new Set() });
      break;
    }
    case 'destroy':
      vlans.delete(step.vlan);
      break;
    case 'join-tagged':
      membership(step.vlan, step.port, 'tagged');
      break;
    case 'join-untagged':
      membership(step.vlan, step.port, 'untagged');
      break;
    case 'leave':
      membership(step.vlan, step.port, 'none');
      break;
    case 'pvid':
      port({ pvid: step.vlan, ...(ports.get(step.port)?.mode === 'access' && { access: step.vlan }) }, step.port);
      break;
    case 'access-vlan':
      port({ access: step.vlan }, step.port);
      break;
    case 'mode':
      port({ mode: step.mode, ...(step.mode === 'access' && { allows: undefined }) }, step.port);
      break;
    case 'frame-types':
      port({ frameTypes: step.frameTypes }, step.port);
      break;
    case 'ingress-filtering':
      port({ ingressFiltering: step.on }, step.port);
      break;
  }
  return { ...state, vlans, ports };
}

function withMember(members: VlanMembers, port: BridgePort, to: 'tagged' | 'untagged' | 'none'): VlanMembers {
  const egress = new Set(members.egress);
  const untagged = new Set(members.untagged);
  if (to === 'none') egress.delete(port);
  else egress.add(port);
  if (to === 'untagged') untagged.add(port);
  else untagged.delete(port);
  return { ...members, egress, untagged };
}

/** For people, as in `put port 7 of sw1 (slot 7) untagged into VLAN 107 (slot 7)`. */
export function describeStep(step: VlanStep, scope: VlanScope): string {
  const port = 'port' in step ? portName(scope, step.port) : '';
  switch (step.kind) {
    case 'create':
      return `create ${vlanName(scope, step.vlan)} as "${step.name}"`;
    case 'destroy':
      return `destroy ${vlanName(scope, step.vlan)}`;
    case 'join-tagged':
      return `put ${port} tagged into ${vlanName(scope, step.vlan)}`;
    case 'join-untagged':
      return `put ${port} untagged into ${vlanName(scope, step.vlan)}`;
    case 'leave':
      return `take ${port} out of ${vlanName(scope, step.vlan)}`;
    case 'pvid':
      return `set the PVID of ${port} to ${step.vlan}`;
    case 'access-vlan':
      return `set the access VLAN of ${port} to ${step.vlan}`;
    case 'mode':
      return `make ${port} a port in mode ${step.mode}`;
    case 'frame-types':
      return `let ${port} accept ${step.frameTypes} frames`;
    case 'ingress-filtering':
      return `switch ingress filtering of ${port} ${step.on ? 'on' : 'off'}`;
  }
}
