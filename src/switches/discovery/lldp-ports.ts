/**
 * Which interface an lldpLocPortNum is. The number is LLDP's own (IEEE 802.1AB §10.5.2.2): on some switches it is the
 * ifIndex, on others the bridge port, on others neither. What the port is called decides before any number does.
 */
import type { Mac } from '../../wire/address.ts';
import type { ColumnRows } from '../snmp/walk.ts';
import { type InterfaceTables, macOf, text } from './interfaces.ts';

export interface LocalPorts {
  /** lldpLocPortId by lldpLocPortNum. */
  readonly ids: ColumnRows;
  /** lldpLocPortDesc by lldpLocPortNum. */
  readonly descriptions: ColumnRows;
}

export interface ResolvedLocalPorts {
  readonly ifIndexes: ReadonlyMap<number, number>;
  readonly rules: readonly string[];
}

/** `asked`: the local ports that have a neighbour; they need not be in the table of local ports. */
export function resolveLocalPorts(
  local: LocalPorts,
  asked: readonly number[],
  tables: InterfaceTables,
): ResolvedLocalPorts {
  const { named, doubtful } = byName(local, tables);
  const all = [...new Set([...[...local.ids.keys()].map(Number), ...asked])];
  const unnamed = all.filter((port) => !named.has(port) && !doubtful.has(port));
  const rules = named.size > 0 ? ['lldpLocPortId is a name or an address of the interface'] : [];
  if (unnamed.length === 0) return { ifIndexes: named, rules };
  const numbered = byNumber(local, unnamed, tables);
  return {
    ifIndexes: new Map([...named, ...(numbered?.ifIndexes ?? [])]),
    rules: numbered ? [...rules, numbered.rule] : rules,
  };
}

/** By ifName, ifDescr or ifPhysAddress, where exactly one interface has it; doubtful where several are meant. */
function byName(
  { ids, descriptions }: LocalPorts,
  { interfaces }: InterfaceTables,
): { readonly named: ReadonlyMap<number, number>; readonly doubtful: ReadonlySet<number> } {
  const byText = new Map<string, number | undefined>();
  const byMac = new Map<Mac, number | undefined>();
  for (const { ifIndex, names, mac } of interfaces.values()) {
    for (const name of new Set(names.map(folded))) byText.set(name, byText.has(name) ? undefined : ifIndex);
    if (mac) byMac.set(mac, byMac.has(mac) ? undefined : ifIndex);
  }
  const named = new Map<number, number>();
  const doubtful = new Set<number>();
  for (const [localPort, id] of ids) {
    const mac = macOf(id);
    const candidates = new Set(
      [
        byText.get(folded(text(id))),
        mac && byMac.get(mac),
        byText.get(folded(text(descriptions.get(localPort)))),
      ].filter((ifIndex) => ifIndex !== undefined),
    );
    const [first] = candidates;
    if (first === undefined) continue;
    // An id of digits may be the name of one interface and the ifIndex of another: then it proves neither.
    if (isPortNumber(text(id), interfaces)) candidates.add(Number(text(id)));
    if (candidates.size === 1) named.set(Number(localPort), first);
    else doubtful.add(Number(localPort));
  }
  return { named, doubtful };
}

function isPortNumber(id: string, interfaces: InterfaceTables['interfaces']): boolean {
  return /^\d{1,10}$/.test(id) && interfaces.get(Number(id))?.kind === 'port';
}

/** A rule by numbers holds for every port that is left, or for none: one that fits by chance is worse than none. */
function byNumber(
  { ids }: LocalPorts,
  ports: readonly number[],
  { interfaces, bridgePorts }: InterfaceTables,
): { readonly ifIndexes: ReadonlyMap<number, number>; readonly rule: string } | undefined {
  const isPort = (ifIndex: number) => {
    const kind = interfaces.get(ifIndex)?.kind;
    return kind === 'port' || kind === 'aggregate';
  };
  const apply = (find: (port: number) => number | undefined) => {
    const pairs = ports.map((port) => [port, find(port)] as const);
    const complete = pairs.every((pair): pair is readonly [number, number] => pair[1] !== undefined);
    return complete && new Set(pairs.map(([, ifIndex]) => ifIndex)).size === pairs.length ? new Map(pairs) : undefined;
  };
  const written = apply((port) => {
    const id = text(ids.get(String(port)));
    return /^\d{1,10}$/.test(id) && interfaces.has(Number(id)) ? Number(id) : undefined;
  });
  if (written) return { ifIndexes: written, rule: 'lldpLocPortId is the ifIndex' };
  const asBridgePort = apply((port) => bridgePorts.get(port));
  const asIfIndex = apply((port) => (isPort(port) ? port : undefined));
  if (asBridgePort && asIfIndex && ports.some((port) => asBridgePort.get(port) !== asIfIndex.get(port)))
    return undefined;
  if (asBridgePort) return { ifIndexes: asBridgePort, rule: 'lldpLocPortNum is the bridge port' };
  return asIfIndex && { ifIndexes: asIfIndex, rule: 'lldpLocPortNum is the ifIndex' };
}

function folded(name: string): string {
  return name.toLowerCase().replaceAll(/\s+/g, '');
}
