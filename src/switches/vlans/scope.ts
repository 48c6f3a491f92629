/** What isolation is about on one switch: its slots and uplinks, found on the switch as it numbers them. */
import type { SlotNumber, VlanId } from '../../rack/units.ts';
import type { BridgePort } from './state.ts';

export interface VlanScope {
  readonly switch: string;
  readonly slots: readonly ScopeSlot[];
  readonly uplinks: readonly ScopePort[];
  /** VLANs that every uplink carries: those of the slots, and of boards on switches behind this one. */
  readonly carried: ReadonlySet<VlanId>;
  /** What to call a port that is in neither list. */
  readonly nameOf: (port: BridgePort) => string | undefined;
}

export interface ScopePort {
  /** As the rack file names it. */
  readonly label: string;
  readonly port: BridgePort;
}

export interface ScopeSlot extends ScopePort {
  readonly slot: SlotNumber;
  readonly vlan: VlanId;
}

/** Which port of the switch a faceplate name is. The port map of the switch is one. */
export interface PortResolver {
  find(name: string): ResolvedPort | { readonly reason: string };
  /** The other way round, for messages. */
  nameOf(port: { readonly bridgePort?: number; readonly ifIndex?: number }): string | undefined;
}

export interface ResolvedPort {
  /** Undefined where the switch has no dot1dBasePortTable, or the port is none of its bridge ports. */
  readonly bridgePort: number | undefined;
  readonly ifIndex: number;
  readonly label: string;
}

/** Which of its numbers a port has in `VlanState`. */
export type PortNumbering = 'bridgePort' | 'ifIndex';

export interface ScopeRequest {
  readonly switch: string;
  readonly slots: readonly { readonly slot: SlotNumber; readonly port: string; readonly vlan: VlanId }[];
  readonly uplinks: readonly string[];
  /** VLANs of boards that are reached through this switch. */
  readonly transit?: Iterable<VlanId>;
}

/** The scope, or every reason why there is none. A port that cannot be told for certain stops it all: it might be any. */
export function resolveScope(
  request: ScopeRequest,
  resolver: PortResolver,
  numbering: PortNumbering,
): VlanScope | { readonly refused: readonly string[] } {
  const refused: string[] = [];
  const taken = new Map<BridgePort, string>();
  const place = (what: string, name: string): BridgePort | undefined => {
    const found = resolver.find(name);
    if ('reason' in found) {
      refused.push(`${what} of ${request.switch} cannot be told for certain: ${found.reason}`);
      return undefined;
    }
    const number = numbering === 'ifIndex' ? found.ifIndex : found.bridgePort;
    if (number === undefined) {
      refused.push(
        `${what} of ${request.switch} is no bridge port: where it is a member of an aggregate, list the aggregate`,
      );
      return undefined;
    }
    const port = number as BridgePort;
    const other = taken.get(port);
    if (other !== undefined) refused.push(`${what} of ${request.switch} is the same port as ${other}`);
    taken.set(port, what);
    return port;
  };
  const uplinks = request.uplinks.flatMap((label): ScopePort[] => {
    const port = place(`uplink ${label}`, label);
    return port === undefined ? [] : [{ label, port }];
  });
  const slots = request.slots.flatMap(({ slot, port: label, vlan }): ScopeSlot[] => {
    const port = place(`port ${label} (slot ${slot})`, label);
    return port === undefined ? [] : [{ slot, label, port, vlan }];
  });
  if (refused.length > 0) return { refused };
  return {
    switch: request.switch,
    slots,
    uplinks,
    carried: new Set([...slots.map(({ vlan }) => vlan), ...(request.transit ?? [])]),
    nameOf: (port) => resolver.nameOf(numbering === 'ifIndex' ? { ifIndex: port } : { bridgePort: port }),
  };
}

/** For people: `port 7 of sw1 (slot 7)`. */
export function portName(scope: VlanScope, port: BridgePort): string {
  const slot = scope.slots.find((one) => one.port === port);
  if (slot) return `port ${slot.label} of ${scope.switch} (slot ${slot.slot})`;
  const uplink = scope.uplinks.find((one) => one.port === port);
  if (uplink) return `uplink ${uplink.label} of ${scope.switch}`;
  return `port ${scope.nameOf(port) ?? `with bridge number ${port}`} of ${scope.switch} (no slot)`;
}

/** For people: `VLAN 107 (slot 7)`. */
export function vlanName(scope: VlanScope, vlan: VlanId): string {
  const slot = scope.slots.find((one) => one.vlan === vlan);
  return slot ? `VLAN ${vlan} (slot ${slot.slot})` : `VLAN ${vlan}`;
}
