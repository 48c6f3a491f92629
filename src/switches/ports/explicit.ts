/** The port map that a person wrote into the rack file: believed, but only where it can be true. */
import type { MappedPort, PortTables } from '../port-map.ts';
import { createInterfaces } from './interfaces.ts';
import { namePorts } from './proof.ts';
import type { Assignment } from './rules/rule.ts';

export type ExplicitOutcome =
  | { readonly assignment: Assignment; readonly ports: readonly MappedPort[] }
  | { readonly reasons: readonly string[] };

/** Rows by faceplate port. Ports that are not listed have no row, and are never written. */
export function explicitPorts(tables: PortTables, explicit: Readonly<Record<string, string>>): ExplicitOutcome {
  const rows = new Set(tables.poeRows);
  const interfaces = createInterfaces(tables);
  const reasons: string[] = [];
  const assignment = new Map<string, number>();
  for (const [port, row] of Object.entries(explicit)) {
    const found = interfaces.find(port);
    if (!rows.has(row)) reasons.push(`port_map: port ${port} is said to be row ${row}, which the switch does not have`);
    else if (assignment.has(row)) reasons.push(`port_map: row ${row} is said to be two ports, ${port} is one of them`);
    else if ('reason' in found) reasons.push(`port_map: ${found.reason}`);
    else assignment.set(row, found.ifIndex);
  }
  if (reasons.length > 0) return { reasons };
  const ports = namePorts(tables, assignment);
  return 'reason' in ports ? { reasons: [`port_map: ${ports.reason}`] } : { assignment, ports };
}
