/**
 * What isolation is, judged over every VLAN of the switch: a slot's port carries its own VLAN, untagged, and no other; the
 * uplinks carry the VLANs of all slots, tagged; and no other port has any part in them. Pure.
 */
import type { SlotNumber, VlanId } from '../../rack/units.ts';
import { includes } from './ranges.ts';
import type { ScopePort, ScopeSlot, VlanScope } from './scope.ts';
import { portName, vlanName } from './scope.ts';
import type { BridgePort, PortVlan, VlanMembers, VlanState } from './state.ts';

export type IsolationRule =
  | 'vlan-missing'
  | 'port-missing'
  | 'not-member'
  | 'tagged'
  | 'beside'
  | 'pvid'
  | 'mode'
  | 'frame-types'
  | 'ingress-filtering'
  | 'uplink-not-member'
  | 'uplink-untagged'
  | 'uplink-pvid'
  | 'uplink-mode'
  | 'stranger'
  | 'stranger-pvid';

export interface Violation {
  readonly rule: IsolationRule;
  /** The slot whose isolation it is; undefined: of a board behind another switch, or of the whole switch. */
  readonly slot: SlotNumber | undefined;
  readonly port: BridgePort | undefined;
  readonly vlan: VlanId | undefined;
  /** Cannot be put right without changing what is not ours to change. */
  readonly byHand: boolean;
  /** A sentence that names slot, port and VLAN, and what was read. */
  readonly text: string;
}

export function violations(state: VlanState, scope: VlanScope): readonly Violation[] {
  return [
    ...[...scope.carried].flatMap((vlan) => carriedViolations(vlan, state, scope)),
    ...scope.uplinks.flatMap((uplink) => uplinkViolations(uplink, state, scope)),
    ...scope.slots.flatMap((slot) => slotViolations(slot, state, scope)),
    ...strangers(state, scope),
  ];
}

/** The PVIDs alone: what one cheap reading can tell. */
export function pvidViolations(pvids: ReadonlyMap<BridgePort, VlanId>, scope: VlanScope): readonly Violation[] {
  return scope.slots.flatMap((slot) => pvidViolation(slot, pvids.get(slot.port), scope));
}

function carriedViolations(vlan: VlanId, state: VlanState, scope: VlanScope): Violation[] {
  if (state.vlans.has(vlan)) return [];
  return [
    {
      ...of('vlan-missing', slotOf(scope, vlan), undefined, vlan),
      text: `${vlanName(scope, vlan)} is not on ${scope.switch}`,
    },
  ];
}

function slotViolations(slot: ScopeSlot, state: VlanState, scope: VlanScope): Violation[] {
  const port = state.ports.get(slot.port);
  const name = portName(scope, slot.port);
  if (!port) {
    return [
      {
        ...of('port-missing', slot.slot, slot.port, slot.vlan, true),
        text: `${name} is none of the ports that ${scope.switch} has VLANs on`,
      },
    ];
  }
  const found: Violation[] = [];
  const own = state.vlans.get(slot.vlan);
  if (own && !own.egress.has(slot.port)) {
    found.push({
      ...of('not-member', slot.slot, slot.port, slot.vlan),
      text: `${name} is not in VLAN ${slot.vlan}`,
    });
  }
  if (own?.egress.has(slot.port) && !own.untagged.has(slot.port)) {
    found.push({
      ...of('tagged', slot.slot, slot.port, slot.vlan),
      text: `${name} is tagged in its own VLAN ${slot.vlan}, and a boot ROM hangs on a tagged frame`,
    });
  }
  return [
    ...found,
    ...beside(slot, own, state.vlans, name),
    ...pvidViolation(slot, port.pvid, scope),
    ...portViolations(slot, port, name),
  ];
}

function beside(
  slot: ScopeSlot,
  own: VlanMembers | undefined,
  vlans: ReadonlyMap<VlanId, VlanMembers>,
  name: string,
): Violation[] {
  const apart = own?.egress.has(slot.port) ? 'beside' : 'and belongs alone in';
  return [...vlans]
    .filter(([vlan, { egress }]) => vlan !== slot.vlan && egress.has(slot.port))
    .map(([vlan, { untagged }]) => ({
      ...of('beside', slot.slot, slot.port, vlan),
      text: `${name} is ${untagged.has(slot.port) ? 'untagged' : 'tagged'} in VLAN ${vlan} ${apart} VLAN ${slot.vlan}`,
    }));
}

function pvidViolation(slot: ScopeSlot, read: VlanId | undefined, scope: VlanScope): Violation[] {
  if (read === slot.vlan) return [];
  const text = `${portName(scope, slot.port)} has ${read === undefined ? 'no PVID' : `PVID ${read}`}, expected ${slot.vlan}`;
  return [{ ...of('pvid', slot.slot, slot.port, slot.vlan), text }];
}

function portViolations(slot: ScopeSlot, port: PortVlan, name: string): Violation[] {
  const found: Violation[] = [];
  if (port.mode !== undefined && port.mode !== 'access') {
    found.push({
      ...of('mode', slot.slot, slot.port, slot.vlan),
      text: `${name} is in mode ${port.mode}, expected access`,
    });
  }
  if (port.frameTypes === 'tagged-only') {
    found.push({
      ...of('frame-types', slot.slot, slot.port, slot.vlan),
      text: `${name} accepts tagged frames only, and a board sends untagged ones`,
    });
  }
  if (port.ingressFiltering === false) {
    found.push({
      ...of('ingress-filtering', slot.slot, slot.port, slot.vlan),
      text: `${name} does not filter what comes in, so a board could send into VLANs of others`,
    });
  }
  return found;
}

function uplinkViolations(uplink: ScopePort, state: VlanState, scope: VlanScope): Violation[] {
  const port = state.ports.get(uplink.port);
  const name = portName(scope, uplink.port);
  if (!port) {
    const text = `${name} is none of the ports that ${scope.switch} has VLANs on`;
    return [{ ...of('port-missing', undefined, uplink.port, undefined, true), text }];
  }
  const found: Violation[] = [];
  for (const vlan of scope.carried) {
    const slot = slotOf(scope, vlan);
    const members = state.vlans.get(vlan);
    if (members && !members.egress.has(uplink.port)) {
      const text = `${name} does not carry ${vlanName(scope, vlan)}`;
      found.push({ ...of('uplink-not-member', slot, uplink.port, vlan), text });
    }
    if (members?.untagged.has(uplink.port)) {
      const text = `${name} is untagged in ${vlanName(scope, vlan)}, expected tagged`;
      found.push({ ...of('uplink-untagged', slot, uplink.port, vlan, true), text });
    }
  }
  if (scope.carried.has(port.pvid)) {
    const text = `${name} has PVID ${port.pvid}, so untagged frames from the controller reach ${vlanName(scope, port.pvid)}`;
    found.push({ ...of('uplink-pvid', slotOf(scope, port.pvid), uplink.port, port.pvid, true), text });
  }
  if (port.mode !== undefined && port.mode !== 'general' && port.allows === undefined) {
    const text = `${name} is in mode ${port.mode}, and carries no tagged VLAN: make it a trunk`;
    found.push({ ...of('uplink-mode', undefined, uplink.port, undefined, true), text });
  }
  return found;
}

/** Ports that have no business in the VLAN of a slot. */
function strangers(state: VlanState, scope: VlanScope): Violation[] {
  const known = new Set([...scope.slots, ...scope.uplinks].map(({ port }) => port));
  const found: Violation[] = [];
  const stranger = (rule: 'stranger' | 'stranger-pvid', port: BridgePort, vlan: VlanId, how: string) =>
    found.push({
      ...of(rule, slotOf(scope, vlan), port, vlan, true),
      text: `${portName(scope, port)} ${how} ${vlanName(scope, vlan)}`,
    });
  for (const vlan of scope.carried) {
    const members = state.vlans.get(vlan);
    for (const port of members?.egress ?? []) {
      if (known.has(port)) continue;
      stranger('stranger', port, vlan, members!.untagged.has(port) ? 'is untagged in' : 'is tagged in');
    }
    for (const [port, { pvid, allows }] of state.ports) {
      if (known.has(port)) continue;
      if (pvid === vlan) stranger('stranger-pvid', port, vlan, 'sends what it gets untagged into');
      if (!members && includes(allows, vlan)) stranger('stranger', port, vlan, 'would carry, once it is made,');
    }
  }
  return found;
}

function of(
  rule: IsolationRule,
  slot: SlotNumber | undefined,
  port: BridgePort | undefined,
  vlan: VlanId | undefined,
  byHand = false,
): Omit<Violation, 'text'> {
  return { rule, slot, port, vlan, byHand };
}

function slotOf(scope: VlanScope, vlan: VlanId): SlotNumber | undefined {
  return scope.slots.find((slot) => slot.vlan === vlan)?.slot;
}
