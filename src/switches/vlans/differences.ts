/** How two configurations differ: what a change of ours may have touched, and what it cannot have. Pure. */
import type { VlanId } from '../../rack/units.ts';
import { includes, rangesOf, vlansIn } from './ranges.ts';
import type { VlanScope } from './scope.ts';
import { portName, vlanName } from './scope.ts';
import type { BridgePort, PortVlan, VlanState } from './state.ts';

export interface Differences {
  /** Of the slots' ports, of what the uplinks carry for them, and of whether their VLANs are there. A sentence each. */
  readonly ours: readonly string[];
  /** Everything else: the work of the switch itself, or of somebody else. */
  readonly others: readonly string[];
}

export function differences(before: VlanState, after: VlanState, scope: VlanScope): Differences {
  const ours: string[] = [];
  const others: string[] = [];
  const slots = new Set(scope.slots.map(({ port }) => port));
  const uplinks = new Set(scope.uplinks.map(({ port }) => port));
  const vlanIds = new Set([...before.vlans.keys(), ...after.vlans.keys()]);
  for (const vlan of vlanIds) {
    const was = before.vlans.get(vlan);
    const is = after.vlans.get(vlan);
    const note = scope.carried.has(vlan) ? ours : others;
    if (!was || !is) {
      note.push(`${vlanName(scope, vlan)} ${was ? 'was there and is gone' : 'is new'}`);
    } else if (was.name !== is.name) {
      note.push(`${vlanName(scope, vlan)} was called "${was.name}" and is called "${is.name}"`);
    }
    for (const port of new Set([...(was?.egress ?? []), ...(is?.egress ?? [])])) {
      const then = membership(before, vlan, port);
      const now = membership(after, vlan, port);
      if (then === now) continue;
      const owned = slots.has(port) || (uplinks.has(port) && scope.carried.has(vlan));
      (owned ? ours : others).push(`${portName(scope, port)} was ${then} and is ${now}`);
    }
  }
  for (const port of new Set([...before.ports.keys(), ...after.ports.keys()])) {
    const [was, is] = [before.ports.get(port), after.ports.get(port)];
    const name = portName(scope, port);
    if (was && is && uplinks.has(port)) {
      for (const vlan of listed(was, is)) {
        const text = `${name} ${includes(was.allows, vlan) ? 'allowed' : 'did not allow'} VLAN ${vlan} before`;
        (scope.carried.has(vlan) ? ours : others).push(text);
      }
      others.push(...portDifferences(was, { ...is, allows: was.allows }).map((text) => `${name} ${text}`));
      continue;
    }
    const note = slots.has(port) ? ours : others;
    note.push(...portDifferences(was, is).map((text) => `${name} ${text}`));
  }
  return { ours, others };
}

function membership(state: VlanState, vlan: VlanId, port: BridgePort): string {
  const members = state.vlans.get(vlan);
  if (!members?.egress.has(port)) return `not in VLAN ${vlan}`;
  return `${members.untagged.has(port) ? 'untagged' : 'tagged'} in VLAN ${vlan}`;
}

const NONE = rangesOf([]);

const FIELDS = ['pvid', 'access', 'mode', 'frameTypes', 'ingressFiltering', 'allows'] as const;
const NAMES: Readonly<Record<(typeof FIELDS)[number], string>> = {
  pvid: 'PVID',
  access: 'access VLAN',
  mode: 'mode',
  frameTypes: 'accepted frames',
  ingressFiltering: 'ingress filtering',
  allows: 'list of VLANs',
};

function portDifferences(was: PortVlan | undefined, is: PortVlan | undefined): string[] {
  if (!was || !is) return [was ? 'was there and is gone' : 'is new'];
  return FIELDS.filter((field) => was[field] !== is[field]).map(
    (field) => `had ${NAMES[field]} ${was[field] ?? 'unsaid'} and has ${is[field] ?? 'unsaid'}`,
  );
}

/** VLANs that an uplink lists in one and not in the other, whether they exist or not. */
function listed(was: PortVlan, is: PortVlan): VlanId[] {
  if (was.allows === is.allows) return [];
  const [then, now] = [vlansIn(was.allows ?? NONE), vlansIn(is.allows ?? NONE)];
  return [...new Set([...then, ...now])].filter((vlan) => then.has(vlan) !== now.has(vlan));
}
