/**
 * The one gate before every write to VLANs, on the level of what is really sent: a SET is decoded into the changes that
 * it makes to what was last read, and one that may not be made stops the whole of it.
 *
 * - a port that is no slot's and no uplink never changes in any way
 * - an uplink may become a tagged member of VLANs that it has to carry; a roll-back may take away what this change gave
 * - a slot's port may join its own VLAN and leave all others; a roll-back may give it back what it had
 * - VLANs other than the slots' are never made, destroyed or renamed
 */
import type { VlanId } from '../../rack/units.ts';
import { WriteRefused } from '../errors.ts';
import { includes } from './ranges.ts';
import type { ScopePort, ScopeSlot, VlanScope } from './scope.ts';
import { portName } from './scope.ts';
import type { BridgePort, FrameTypes, PortMode, VlanState } from './state.ts';

/** What one object of a SET changes. Lists are taken apart: one change for each bit that is not as it was read. */
export type VlanChange =
  | { readonly kind: 'create' | 'destroy' | 'rename'; readonly vlan: VlanId }
  | { readonly kind: 'egress' | 'untagged'; readonly vlan: VlanId; readonly port: BridgePort; readonly on: boolean }
  | { readonly kind: 'pvid'; readonly port: BridgePort; readonly vlan: VlanId }
  /** The VLAN that a telephone on an access port may send tagged; undefined: none. */
  | { readonly kind: 'voice'; readonly port: BridgePort; readonly vlan: VlanId | undefined }
  | { readonly kind: 'mode'; readonly port: BridgePort; readonly mode: PortMode }
  | { readonly kind: 'frame-types'; readonly port: BridgePort; readonly frameTypes: FrameTypes }
  | { readonly kind: 'ingress-filtering'; readonly port: BridgePort; readonly on: boolean }
  /** A link feature that has nothing to do with VLANs. */
  | { readonly kind: 'edge'; readonly port: BridgePort; readonly what: string };

export interface VlanGuard {
  /** `state` is what was last read. @throws WriteRefused */
  check(changes: readonly VlanChange[], state: VlanState): void;
}

export type Direction = 'forward' | 'back';

/** `before` is the configuration as it was when this change began: what there is to go back to. */
export function createVlanGuard(scope: VlanScope, before: VlanState, direction: Direction): VlanGuard {
  const rules: Rules = {
    scope,
    before,
    back: direction === 'back',
    slots: new Map(scope.slots.map((slot) => [slot.port, slot])),
    uplinks: new Map(scope.uplinks.map((uplink) => [uplink.port, uplink])),
  };
  return {
    check(changes, state) {
      for (const change of changes) {
        const reason = 'port' in change ? judgePort(change, rules) : judgeVlan(change, rules, state);
        if (reason === undefined) continue;
        const port = 'port' in change ? labelOf(rules, change.port) : `of VLAN ${change.vlan}`;
        throw new WriteRefused(port, `${reason} (${describe(change)})`);
      }
    },
  };
}

interface Rules {
  readonly scope: VlanScope;
  readonly before: VlanState;
  readonly back: boolean;
  readonly slots: ReadonlyMap<BridgePort, ScopeSlot>;
  readonly uplinks: ReadonlyMap<BridgePort, ScopePort>;
}

type PortChange = Extract<VlanChange, { readonly port: BridgePort }>;
type WholeVlanChange = Exclude<VlanChange, PortChange>;

function judgePort(change: PortChange, rules: Rules): string | undefined {
  const slot = rules.slots.get(change.port);
  if (rules.uplinks.has(change.port)) return judgeUplink(change, rules);
  if (slot) return judgeSlot(change, slot, rules);
  return `${portName(rules.scope, change.port)} is no slot's`;
}

function judgeUplink(change: PortChange, { scope, before, back }: Rules): string | undefined {
  if (change.kind !== 'egress' && change.kind !== 'untagged') return 'it is an uplink';
  if (!scope.carried.has(change.vlan)) return 'it is an uplink, and the VLAN is no slot of this rack';
  const had = isMember(before, change.vlan, change.port);
  if (change.kind === 'untagged') {
    // A switch that makes new members untagged of its own accord is put right; what was so before is not ours.
    return change.on || had ? 'it is an uplink, which carries VLANs of slots tagged only' : undefined;
  }
  if (change.on) return undefined;
  return back && !had ? undefined : 'it is an uplink, and would lose a VLAN that this change did not give it';
}

function judgeSlot(change: PortChange, slot: ScopeSlot, { before, back }: Rules): string | undefined {
  const was = before.ports.get(slot.port);
  switch (change.kind) {
    case 'egress':
    case 'untagged': {
      const members = before.vlans.get(change.vlan);
      const had =
        change.kind === 'untagged'
          ? members?.untagged.has(slot.port) === true
          : isMember(before, change.vlan, slot.port);
      if (change.on) {
        return change.vlan === slot.vlan || (back && had)
          ? undefined
          : `slot ${slot.slot} belongs to VLAN ${slot.vlan} only`;
      }
      if (back) return had ? 'it was so before, and is to be so again' : undefined;
      return change.vlan === slot.vlan ? `it is the VLAN of slot ${slot.slot}` : undefined;
    }
    case 'pvid':
      if (change.vlan === slot.vlan || (back && (change.vlan === was?.pvid || change.vlan === was?.access)))
        return undefined;
      return `slot ${slot.slot} belongs to VLAN ${slot.vlan} only`;
    case 'voice':
      if (change.vlan === undefined || (back && before.vlans.get(change.vlan)?.egress.has(slot.port))) return undefined;
      return 'a board is no telephone';
    case 'mode':
      return change.mode === 'access' || (back && change.mode === was?.mode)
        ? undefined
        : 'a board is on an access port';
    case 'frame-types':
      if (change.frameTypes === 'all' || (back && change.frameTypes === was?.frameTypes)) return undefined;
      return 'a board sends untagged frames';
    case 'ingress-filtering':
      return change.on || (back && was?.ingressFiltering === false)
        ? undefined
        : 'without it a board could send into other VLANs';
    case 'edge':
      return undefined;
  }
}

function judgeVlan(change: WholeVlanChange, { scope, before, back, slots, uplinks }: Rules, state: VlanState) {
  if (!scope.carried.has(change.vlan)) return 'it is no VLAN of a slot';
  if (change.kind === 'rename') return 'a VLAN that is there keeps its name';
  if (change.kind === 'create') return state.vlans.has(change.vlan) ? 'it is there already' : undefined;
  if (!back || before.vlans.has(change.vlan)) return 'only a VLAN that this change made is destroyed';
  // To destroy a VLAN takes it from every port (research: snmp-poe §3): none may lose what it did not get from us.
  for (const port of state.vlans.get(change.vlan)?.egress ?? []) {
    if (!slots.has(port) && !uplinks.has(port)) return `${portName(scope, port)} would lose it`;
  }
  for (const [port, { pvid }] of state.ports) {
    if (pvid === change.vlan && !slots.has(port)) return `${portName(scope, port)} has it as its PVID`;
  }
  return undefined;
}

/** A list of VLANs counts whether or not they exist. */
function isMember(state: VlanState, vlan: VlanId, port: BridgePort): boolean {
  return state.vlans.get(vlan)?.egress.has(port) === true || includes(state.ports.get(port)?.allows, vlan);
}

function labelOf({ slots, uplinks, scope }: Rules, port: BridgePort): string {
  return slots.get(port)?.label ?? uplinks.get(port)?.label ?? scope.nameOf(port) ?? `with bridge number ${port}`;
}

function describe(change: VlanChange): string {
  switch (change.kind) {
    case 'egress':
      return `${change.on ? 'into' : 'out of'} VLAN ${change.vlan}`;
    case 'untagged':
      return `${change.on ? 'untagged' : 'no longer untagged'} in VLAN ${change.vlan}`;
    case 'pvid':
      return `PVID ${change.vlan}`;
    case 'voice':
      return change.vlan === undefined ? 'no VLAN for a telephone' : `VLAN ${change.vlan} for a telephone`;
    case 'mode':
      return `mode ${change.mode}`;
    case 'frame-types':
      return `accept ${change.frameTypes} frames`;
    case 'ingress-filtering':
      return `ingress filtering ${change.on ? 'on' : 'off'}`;
    case 'edge':
      return change.what;
    default:
      return change.kind;
  }
}
