/**
 * Which PoE row is which faceplate port. RFC 3621 gives no mapping, and four numberings exist of which any two may differ
 * (research: snmp-poe §2); so rules are tried in order, each has to prove a unique one-to-one map, and where none does
 * nothing is written.
 */
import { PortMapRefused } from './errors.ts';
import { ETHERNET_CSMACD } from './mib/interfaces.ts';

export interface Interface {
  readonly type: number;
  /** ifName; empty where the switch has none. */
  readonly name: string;
}

export interface PortTables {
  /** Index of every PoE row, `<group>.<port>`. */
  readonly poeRows: readonly string[];
  readonly interfaces: ReadonlyMap<number, Interface>;
}

export interface MappedPort {
  /** The interface's name, or the faceplate number where the switch names nothing. */
  readonly label: string;
  /** The last number of the label: what is printed beside the socket. */
  readonly number: number;
  /** Index of the PoE row, `<group>.<port>`. */
  readonly row: string;
  readonly ifIndex: number;
}

export interface PortMap {
  /** The rule that proved it. */
  readonly rule: string;
  readonly ports: readonly MappedPort[];
  /** By name, or by number where no two ports share it. */
  find(name: string): MappedPort | undefined;
  /** Whether the switch has an interface of that name or number that cannot carry PoE. */
  isOtherInterface(name: string): boolean;
}

/** A rule's ports, or why it does not apply. */
export type RuleOutcome = readonly MappedPort[] | { readonly reason: string };

export interface PortRule {
  readonly name: string;
  readonly apply: (tables: PortTables) => RuleOutcome;
}

const ifIndexRule: PortRule = {
  name: 'the PoE port index is an ifIndex',
  apply: ({ poeRows, interfaces }) => {
    for (const row of poeRows) {
      const found = interfaces.get(portOf(row));
      if (found?.type === ETHERNET_CSMACD) continue;
      const what = found ? `is of ifType ${found.type}` : 'does not exist';
      return { reason: `row ${row}: interface ${portOf(row)} ${what}` };
    }
    const named = poeRows.some((row) => interfaces.get(portOf(row))!.name !== '');
    if (!named && !isOneToN(poeRows)) return { reason: 'interfaces have no names, and the rows are not 1.1, 1.2, …' };
    const ports: MappedPort[] = [];
    for (const row of poeRows) {
      const ifIndex = portOf(row);
      const label = named ? interfaces.get(ifIndex)!.name : String(ifIndex);
      const number = faceplate(label)?.number;
      if (number === undefined) return { reason: `row ${row}: the name "${label}" has no port number` };
      ports.push({ label, number, row, ifIndex });
    }
    return ports;
  },
};

const ordinalRule: PortRule = {
  name: 'the PoE port index is the faceplate number',
  apply: ({ poeRows, interfaces }) => {
    if (!isOneToN(poeRows)) return { reason: 'the rows are not 1.1, 1.2, … of one group' };
    const families = new Map<string, Map<number, number>>();
    for (const [ifIndex, { type, name }] of interfaces) {
      const parsed = type === ETHERNET_CSMACD ? faceplate(name) : undefined;
      if (!parsed) continue;
      const family = families.get(parsed.family) ?? new Map<number, number>();
      families.set(parsed.family, family.set(parsed.number, ifIndex));
    }
    const fitting = [...families].filter(([, family]) => poeRows.every((row) => family.has(portOf(row))));
    if (fitting.length !== 1) {
      const names = fitting.map(([family]) => `${family}1`).join(', ');
      const reason = `${fitting.length} families of interfaces are numbered 1 to ${poeRows.length}`;
      return { reason: names ? `${reason} (${names}, …)` : reason };
    }
    const [prefix, family] = fitting[0]!;
    return poeRows.map((row) => {
      const number = portOf(row);
      return { label: `${prefix}${number}`, number, row, ifIndex: family.get(number)! };
    });
  },
};

/** In the order of trust. Rules for one vendor's tables go before these. */
export const PORT_RULES: readonly PortRule[] = Object.freeze([ifIndexRule, ordinalRule]);

/** @throws PortMapRefused with every rule's reason when none proves a unique map */
export function resolvePorts(tables: PortTables, rules: readonly PortRule[] = PORT_RULES): PortMap {
  if (tables.poeRows.length === 0) throw new PortMapRefused(['the switch has no rows in pethPsePortTable']);
  const reasons: string[] = [];
  for (const rule of rules) {
    const outcome = rule.apply(tables);
    const reason = 'reason' in outcome ? outcome.reason : notUnique(outcome, tables.poeRows);
    if (reason === undefined) return portMap(rule.name, outcome as readonly MappedPort[], tables);
    reasons.push(`${rule.name}: ${reason}`);
  }
  throw new PortMapRefused(reasons);
}

/** A map has every row once, and no interface or name twice. */
function notUnique(ports: readonly MappedPort[], poeRows: readonly string[]): string | undefined {
  const rows = new Set(ports.map((port) => port.row));
  if (rows.size !== ports.length || rows.size !== poeRows.length || poeRows.some((row) => !rows.has(row))) {
    return `${poeRows.length} rows became ${rows.size}`;
  }
  return (
    twice(
      ports.map((port) => port.ifIndex),
      'interface',
    ) ??
    twice(
      ports.map((port) => normal(port.label)),
      'name',
    )
  );
}

function twice(values: readonly (string | number)[], what: string): string | undefined {
  const seen = new Set<string | number>();
  for (const value of values) {
    if (seen.has(value)) return `${what} ${value} belongs to two rows`;
    seen.add(value);
  }
  return undefined;
}

function portMap(rule: string, ports: readonly MappedPort[], tables: PortTables): PortMap {
  const byLabel = new Map(ports.map((port) => [normal(port.label), port]));
  const byNumber = new Map<number, MappedPort | undefined>();
  for (const port of ports) byNumber.set(port.number, byNumber.has(port.number) ? undefined : port);
  const mapped = new Set(ports.map((port) => port.ifIndex));
  const others = [...tables.interfaces].filter(([ifIndex]) => !mapped.has(ifIndex));
  return {
    rule,
    ports,
    find: (name) => byLabel.get(normal(name)) ?? (/^\d{1,5}$/.test(name) ? byNumber.get(Number(name)) : undefined),
    isOtherInterface: (name) =>
      others.some(([ifIndex, other]) =>
        other.name === ''
          ? other.type === ETHERNET_CSMACD && name === String(ifIndex)
          : normal(other.name) === normal(name) ||
            (/^\d{1,5}$/.test(name) &&
              other.type === ETHERNET_CSMACD &&
              faceplate(other.name)?.number === Number(name)),
      ),
  };
}

/** `gi1/0/7` is number 7 of the family `gi1/0/`. */
export function faceplate(name: string): { readonly family: string; readonly number: number } | undefined {
  const parts = /^(.*?)(\d{1,5})$/.exec(name.trim());
  return parts ? { family: parts[1]!, number: Number(parts[2]) } : undefined;
}

/** Case and spaces do not tell two ports apart. */
function normal(name: string): string {
  return name.toLowerCase().replaceAll(/\s+/g, '');
}

function portOf(row: string): number {
  return Number(row.slice(row.indexOf('.') + 1));
}

function isOneToN(rows: readonly string[]): boolean {
  const groups = new Set(rows.map((row) => row.slice(0, row.indexOf('.'))));
  const ports = new Set(rows.map(portOf));
  return groups.size === 1 && rows.every((_, place) => ports.has(place + 1));
}
