/** What the rack file says of a switch's interfaces: a slot's port, an uplink, or nothing. Pure. */
import type { SlotNumber, VlanId } from '../../rack/units.ts';
import type { InterfaceTables } from './interfaces.ts';

export type PortRole =
  | { readonly kind: 'slot'; readonly port: string; readonly slot: SlotNumber }
  /** Everything behind the switch is heard here too: it says nothing of where a board is. */
  | { readonly kind: 'uplink'; readonly port: string }
  | { readonly kind: 'unlisted'; readonly port: string };

/**
 * Finds the interface of a port that the rack file names. The port map of the switch is one: it is proven, and comes
 * before names.
 */
export interface PortResolver {
  ifIndexOf(port: string): number | undefined;
}

export interface RolesOf {
  readonly slots: readonly { readonly slot: SlotNumber; readonly port: string; readonly vlan: VlanId }[];
  readonly uplinks: readonly string[];
}

export interface PortRoles {
  /** Slots' ports and uplinks, without the aggregates that they are members of. */
  readonly listed: readonly { readonly ifIndex: number; readonly role: PortRole }[];
  roleOf(ifIndex: number): PortRole;
  ifIndexOf(slot: SlotNumber): number | undefined;
  /** Ports of the rack file that the switch does not have, or has twice. */
  readonly unknown: readonly string[];
}

export function portRoles(rack: RolesOf, tables: InterfaceTables, resolver?: PortResolver): PortRoles {
  const find = (port: string) => {
    const known = resolver?.ifIndexOf(port);
    if (known !== undefined) return known;
    const found = tables.resolver.find(port);
    return 'reason' in found ? undefined : found.ifIndex;
  };
  const roles = new Map<number, PortRole>();
  const bySlot = new Map<SlotNumber, number>();
  const unknown: string[] = [];
  for (const { slot, port } of rack.slots) {
    const ifIndex = find(port);
    if (ifIndex === undefined) unknown.push(port);
    else {
      roles.set(ifIndex, { kind: 'slot', port, slot });
      bySlot.set(slot, ifIndex);
    }
  }
  for (const port of rack.uplinks) {
    const ifIndex = find(port);
    if (ifIndex === undefined) unknown.push(port);
    else roles.set(ifIndex, { kind: 'uplink', port });
  }
  const listed = [...roles].map(([ifIndex, role]) => ({ ifIndex, role }));
  // What is heard on the members of an uplink is heard on the aggregate, and the other way round.
  for (const [member, aggregate] of tables.aggregateOf) {
    const port = tables.interfaces.get(aggregate)?.label ?? String(aggregate);
    if (roles.get(member)?.kind === 'uplink') roles.set(aggregate, { kind: 'uplink', port });
    else if (roles.get(aggregate)?.kind === 'uplink' && !roles.has(member)) {
      roles.set(member, { kind: 'uplink', port: tables.interfaces.get(member)?.label ?? String(member) });
    }
  }
  return {
    listed,
    unknown,
    ifIndexOf: (slot) => bySlot.get(slot),
    roleOf: (ifIndex) =>
      roles.get(ifIndex) ?? { kind: 'unlisted', port: tables.interfaces.get(ifIndex)?.label ?? String(ifIndex) },
  };
}
