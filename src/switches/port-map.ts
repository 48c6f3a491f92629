/**
 * Which PoE row is which faceplate port. RFC 3621 gives no mapping, and four numberings exist of which any two may differ
 * (research: snmp-poe §2); so rules are tried in order, each has to prove a unique one-to-one map, and where none does,
 * or two prove different ones, nothing is written.
 */
import type { Chassis } from './chassis.ts';
import type { PortRuleName } from './drivers/driver.ts';
import { PortMapRefused } from './errors.ts';
import { explicitPorts } from './ports/explicit.ts';
import type { FoundInterface, Interfaces, ResolvedPort } from './ports/interfaces.ts';
import { createInterfaces, familiesFromZero } from './ports/interfaces.ts';
import type { Interface } from './ports/names.ts';
import { faceplate, isBareNumber, isSocket, normal } from './ports/names.ts';
import { contradictions, namePorts, unlikely } from './ports/proof.ts';
import { GENERAL_RULES, PORT_RULES } from './ports/rules/index.ts';
import type { Assignment, PortRule } from './ports/rules/rule.ts';

export type { Interface } from './ports/names.ts';

/** All that the map is made of, as it was read. What is left out was not asked for, or the switch has none. */
export interface PortTables {
  /** Index of every PoE row: `<group>.<port>`, or a single number. */
  readonly poeRows: readonly string[];
  readonly interfaces: ReadonlyMap<number, Interface>;
  /** ifIndex by dot1dBasePort. */
  readonly bridgePorts?: ReadonlyMap<number, number>;
  readonly vendor?: VendorTables;
  /** The family's rules; none: the general ones. */
  readonly rules?: readonly PortRuleName[];
  readonly chassis?: Chassis;
}

export interface VendorTables {
  /** entPhysicalIndex by PoE row: cpeExtPsePortEntPhyIndex. */
  readonly entities?: ReadonlyMap<string, number>;
  /** ifIndex by entPhysicalIndex: entAliasMappingIdentifier. */
  readonly entityInterfaces?: ReadonlyMap<number, number>;
  /** ifIndex by `<module>.<port>`: portIfIndex of CISCO-STACK-MIB. */
  readonly modulePorts?: ReadonlyMap<string, number>;
}

export interface MappedPort extends ResolvedPort {
  /** The last number of the label: what is printed beside the socket. */
  readonly number: number;
  /** Index of the PoE row. */
  readonly row: string;
}

export interface PortMap {
  /** The rule that proved it. */
  readonly rule: string;
  /** By row; with a `port_map` of the rack file only those that it lists. */
  readonly ports: readonly MappedPort[];
  /** Every PoE row there was, mapped or not. */
  readonly rows: ReadonlySet<string>;
  /** The name of every socket of the faceplate by ifIndex, PoE or not: what has a link. */
  readonly sockets: ReadonlyMap<number, string>;
  /** What is odd and does not forbid it, one sentence each. */
  readonly notes: readonly string[];
  /** A PoE port by name, or by number where no two ports share it. */
  find(name: string): MappedPort | undefined;
  /** Whether the switch has an interface of that name or number that cannot carry PoE. */
  isOtherInterface(name: string): boolean;
  /** Any port or aggregate by name, PoE or not, as uplinks are; undefined where it is none or more than one. */
  interface(name: string): FoundInterface | undefined;
  /** The same with the reason where there is none, and the other way round: what VLANs are planned with. */
  readonly interfaces: Interfaces;
}

/**
 * `explicit`: row by faceplate port, as the rack file has it; it goes before every rule.
 * @throws PortMapRefused with every rule's reason when none proves a unique map
 */
export function resolvePorts(tables: PortTables, explicit: Readonly<Record<string, string>> = {}): PortMap {
  if (tables.poeRows.length === 0) throw new PortMapRefused(['the switch has no PoE rows']);
  if (Object.keys(explicit).length > 0) return byHand(tables, explicit);
  const { held, reasons } = tryRules(tables);
  const [first, ...others] = held;
  if (first === undefined) throw new PortMapRefused(reasons);
  const clashes = others.flatMap((other) => contradictions(tables, first, other));
  if (clashes.length > 0) throw new PortMapRefused(clashes);
  return portMap(first.rule.name, first.ports, tables, []);
}

interface Held {
  readonly rule: PortRule;
  readonly assignment: Assignment;
  readonly ports: readonly MappedPort[];
}

/** Every statement that holds; a guess is made only where nothing is stated. */
function tryRules(tables: PortTables): { readonly held: readonly Held[]; readonly reasons: readonly string[] } {
  const own = tables.rules?.length ? tables.rules : undefined;
  const names = own ?? GENERAL_RULES;
  const held: Held[] = [];
  const reasons: string[] = [];
  for (const rule of names.map((name) => PORT_RULES[name])) {
    if (rule.guess && held.length > 0) continue;
    const outcome = rule.apply(tables);
    const named = 'reason' in outcome ? outcome : namePorts(tables, outcome as Assignment);
    // A family's own rules are known to be true of it; general ones may fit by chance.
    const reason = 'reason' in named ? named.reason : own ? undefined : unlikely(tables, named);
    if (reason !== undefined) reasons.push(`${rule.name}: ${reason}`);
    else held.push({ rule, assignment: outcome as Assignment, ports: named as readonly MappedPort[] });
  }
  return { held, reasons };
}

/** What a person says is believed where it can be true; where rules say otherwise, it is said. */
function byHand(tables: PortTables, explicit: Readonly<Record<string, string>>): PortMap {
  const outcome = explicitPorts(tables, explicit);
  if ('reasons' in outcome) throw new PortMapRefused(outcome.reasons);
  const stated = { rule: { name: 'port_map of the rack file' }, assignment: outcome.assignment };
  const notes = tryRules(tables).held.flatMap((other) => contradictions(tables, stated, other));
  return portMap(stated.rule.name, outcome.ports, tables, notes);
}

function portMap(rule: string, ports: readonly MappedPort[], tables: PortTables, notes: readonly string[]): PortMap {
  const byName = new Map<string, MappedPort | undefined>();
  const byNumber = new Map<number, MappedPort | undefined>();
  const fromZero = familiesFromZero(ports.map((port) => port.label));
  for (const port of ports) {
    const family = faceplate(port.label)!.family;
    byNumber.set(port.number, byNumber.has(port.number) || fromZero.has(family) ? undefined : port);
    const description = normal(tables.interfaces.get(port.ifIndex)?.description ?? '');
    if (description !== '') byName.set(description, byName.has(description) ? undefined : port);
  }
  // A name beats a description: somebody may describe one port by the name of another.
  for (const port of ports) byName.set(normal(port.label), port);
  const find = (name: string) =>
    byName.get(normal(name)) ?? (isBareNumber(name) ? byNumber.get(Number(name)) : undefined);
  const interfaces = createInterfaces(tables);
  const mapped = new Set(ports.map((port) => port.ifIndex));
  const lookUp = (name: string) => {
    const found = interfaces.find(name);
    return 'reason' in found ? undefined : found;
  };
  return {
    rule,
    ports,
    rows: new Set(tables.poeRows),
    sockets: new Map(
      [...tables.interfaces].flatMap(([ifIndex, one]) =>
        isSocket(one) ? [[ifIndex, one.name || String(ifIndex)]] : [],
      ),
    ),
    notes,
    find,
    interface: lookUp,
    isOtherInterface: (name) => {
      const found = find(name) ? undefined : lookUp(name);
      return found !== undefined && !mapped.has(found.ifIndex);
    },
    interfaces,
  };
}
