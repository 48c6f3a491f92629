/** What the rack file says of a switch's interfaces: a slot's port, an uplink, or nothing. Pure. */
import type { SlotNumber, VlanId } from '../../rack/units.ts';
import { faceplate } from '../ports/names.ts';
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
  const names = byName(tables);
  const find = (port: string) => resolver?.ifIndexOf(port) ?? names(port);
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

/** By any name that the switch has, else by the number at its end; nothing where two interfaces share it. */
function byName({ interfaces }: InterfaceTables): (port: string) => number | undefined {
  const names = new Map<string, number | undefined>();
  const numbers = new Map<number, number | undefined>();
  for (const item of interfaces.values()) {
    for (const name of new Set(item.names.map(folded))) {
      names.set(name, names.has(name) ? undefined : item.ifIndex);
    }
    const number = item.kind === 'port' ? faceplate(item.label)?.number : undefined;
    if (number !== undefined) numbers.set(number, numbers.has(number) ? undefined : item.ifIndex);
  }
  return (port) => names.get(folded(port)) ?? (/^\d{1,5}$/.test(port) ? numbers.get(Number(port)) : undefined);
}

function folded(name: string): string {
  return name.toLowerCase().replaceAll(/\s+/g, '');
}
