/** What a switch is to become: isolated, or again what it was. Only what may be written is in a target. Pure. */
import type { SlotNumber, VlanId } from '../../rack/units.ts';
import type { VlanRanges } from './ranges.ts';
import { includes } from './ranges.ts';
import type { VlanScope } from './scope.ts';
import type { BridgePort, PortVlan, VlanState } from './state.ts';

export type Membership = 'tagged' | 'untagged';

export interface VlanTarget {
  /** The VLANs to be carried: the name to make each with, or undefined for one that is not to be there. */
  readonly vlans: ReadonlyMap<VlanId, string | undefined>;
  readonly slots: ReadonlyMap<BridgePort, PortTarget>;
  /** The VLANs to be carried that each uplink is a member of. */
  readonly uplinks: ReadonlyMap<BridgePort, ReadonlySet<VlanId>>;
}

/** Undefined: to stay as it is. */
export interface PortTarget {
  /** Every VLAN that the port is in. */
  readonly members: ReadonlyMap<VlanId, Membership>;
  /** VLANs that a trunk lists without being in them, as they are not there: it leaves them when they go. */
  readonly allows: VlanRanges | undefined;
  readonly pvid: VlanId | undefined;
  readonly mode: PortVlan['mode'];
  readonly access: PortVlan['access'];
  readonly frameTypes: PortVlan['frameTypes'];
  readonly ingressFiltering: PortVlan['ingressFiltering'];
}

export function isolated(state: VlanState, scope: VlanScope): VlanTarget {
  const slots = scope.slots.map(({ port, vlan }): [BridgePort, PortTarget] => {
    const now = state.ports.get(port);
    return [
      port,
      {
        members: new Map([[vlan, 'untagged']]),
        allows: undefined,
        pvid: vlan,
        mode: now?.mode === undefined ? undefined : 'access',
        access: undefined,
        frameTypes: now?.frameTypes === 'tagged-only' ? 'all' : undefined,
        ingressFiltering: now?.ingressFiltering === false ? true : undefined,
      },
    ];
  });
  return {
    vlans: new Map([...scope.carried].map((vlan) => [vlan, nameFor(vlan, scope)])),
    slots: new Map(slots),
    uplinks: new Map(scope.uplinks.map(({ port }) => [port, scope.carried])),
  };
}

/** Short and without spaces: some switches take sixteen characters. */
function nameFor(vlan: VlanId, scope: VlanScope): string {
  const slot: SlotNumber | undefined = scope.slots.find((one) => one.vlan === vlan)?.slot;
  return slot === undefined ? `board-${vlan}` : `slot-${slot}`;
}

/** What `before` was, as far as a change may have touched it. */
export function asBefore(before: VlanState, scope: VlanScope): VlanTarget {
  const slots = scope.slots.flatMap(({ port }): [BridgePort, PortTarget][] => {
    const was = before.ports.get(port);
    if (!was) return [];
    const { pvid, mode, access, allows, frameTypes, ingressFiltering } = was;
    return [[port, { members: membersOf(before, port), allows, pvid, mode, access, frameTypes, ingressFiltering }]];
  });
  return {
    vlans: new Map([...scope.carried].map((vlan) => [vlan, before.vlans.get(vlan)?.name])),
    slots: new Map(slots),
    uplinks: new Map(
      scope.uplinks.map(({ port }) => [
        port,
        new Set([...scope.carried].filter((vlan) => carries(before, port, vlan))),
      ]),
    ),
  };
}

function membersOf(state: VlanState, port: BridgePort): Map<VlanId, Membership> {
  const members = new Map<VlanId, Membership>();
  for (const [vlan, { egress, untagged }] of state.vlans) {
    if (egress.has(port)) members.set(vlan, untagged.has(port) ? 'untagged' : 'tagged');
  }
  return members;
}

/** Whether the port is in the VLAN, or would be once it exists. */
export function carries(state: VlanState, port: BridgePort, vlan: VlanId): boolean {
  return state.vlans.get(vlan)?.egress.has(port) === true || includes(state.ports.get(port)?.allows, vlan);
}
