/** When an assignment of rows to interfaces is a port map: one to one, and every port has a name with a number. */
import type { MappedPort, PortTables } from '../port-map.ts';
import { bridgePortsOf } from './interfaces.ts';
import { faceplate, groupOf, isSocket, normal, portOf } from './names.ts';
import type { Assignment } from './rules/rule.ts';

/** The ports, or the rows that clash. */
export function namePorts(
  tables: PortTables,
  assignment: Assignment,
): readonly MappedPort[] | { readonly reason: string } {
  const { interfaces } = tables;
  const nameless = [...assignment.values()].every((ifIndex) => interfaces.get(ifIndex)?.name === '');
  if (nameless && !isOneToN([...assignment.keys()])) {
    return { reason: 'interfaces have no names, and the rows are not 1.1, 1.2, …' };
  }
  const bridgePorts = bridgePortsOf(tables);
  const ports: MappedPort[] = [];
  for (const [row, ifIndex] of assignment) {
    const found = interfaces.get(ifIndex)!;
    const label = nameless ? String(ifIndex) : found.name;
    const number = faceplate(label)?.number;
    if (number === undefined) return { reason: `row ${row}: the name "${label}" has no port number` };
    if (!isSocket(found)) return { reason: `row ${row}: "${label}" is no socket of the faceplate` };
    ports.push({ label, number, row, ifIndex, bridgePort: bridgePorts.get(ifIndex) });
  }
  const clash = twice(ports, (port) => port.ifIndex, 'interface') ?? twice(ports, (port) => normal(port.label), 'name');
  return clash === undefined ? ports : { reason: clash };
}

/**
 * Why a map that a general rule found is not believed, although it is one to one. A rule may take one numbering for
 * another and fit by chance; but faceplates and tables count in the same direction, and the ports with PoE come first.
 * Where that is not so, a `port_map` says it.
 */
export function unlikely(tables: PortTables, ports: readonly MappedPort[]): string | undefined {
  return outOfOrder(ports) ?? leftOut(tables, ports);
}

function outOfOrder(ports: readonly MappedPort[]): string | undefined {
  const last = new Map<string, MappedPort>();
  for (const port of [...ports].sort((a, b) => portOf(a.row) - portOf(b.row))) {
    const family = `${groupOf(port.row)} ${faceplate(port.label)!.family}`;
    const before = last.get(family);
    if (before && before.number > port.number) {
      return `row ${before.row} would be "${before.label}" and row ${port.row} "${port.label}", against their order`;
    }
    last.set(family, port);
  }
  return undefined;
}

/** A socket between those with PoE, or before them, that would have none: as when PoE rows count from 3 and interfaces from 1. */
function leftOut({ interfaces }: PortTables, ports: readonly MappedPort[]): string | undefined {
  const mapped = new Set(ports.map((port) => port.ifIndex));
  const last = new Map<string, MappedPort>();
  for (const port of ports) {
    const { family } = faceplate(port.label)!;
    if (port.number >= (last.get(family)?.number ?? 0)) last.set(family, port);
  }
  for (const [ifIndex, one] of interfaces) {
    const parsed = isSocket(one) && !mapped.has(ifIndex) ? faceplate(one.name) : undefined;
    const after = parsed && last.get(parsed.family);
    if (after && parsed.number < after.number) {
      return `row ${after.row} would be "${after.label}", and "${one.name}" before it would have no PoE`;
    }
  }
  return undefined;
}

function twice(ports: readonly MappedPort[], key: (port: MappedPort) => string | number, what: string) {
  const seen = new Map<string | number, MappedPort>();
  for (const port of ports) {
    const other = seen.get(key(port));
    if (other) return `${what} ${key(port)} belongs to two rows, ${other.row} and ${port.row}`;
    seen.set(key(port), port);
  }
  return undefined;
}

export interface Stated {
  readonly rule: { readonly name: string };
  readonly assignment: Assignment;
}

/** Where two rules say different things of a row: one sentence, with the first such row and how many there are. */
export function contradictions({ interfaces }: PortTables, first: Stated, second: Stated): readonly string[] {
  const rows = [...first.assignment.keys()].filter(
    (row) => second.assignment.has(row) && second.assignment.get(row) !== first.assignment.get(row),
  );
  const row = rows[0];
  if (row === undefined) return [];
  const label = ({ assignment }: Stated) => {
    const ifIndex = assignment.get(row)!;
    return `interface ${ifIndex} (${interfaces.get(ifIndex)?.name || 'nameless'})`;
  };
  const more = rows.length === 1 ? '' : ` and ${rows.length - 1} more`;
  return [`row ${row}${more}: ${label(first)} if ${first.rule.name}, ${label(second)} if ${second.rule.name}`];
}

function isOneToN(rows: readonly string[]): boolean {
  const ports = new Set(rows.map(portOf));
  return new Set(rows.map(groupOf)).size === 1 && rows.every((_, place) => ports.has(place + 1));
}
