/** Which interface the port numbers of a forwarding database mean. Pure. */
import type { VlanId } from '../../rack/units.ts';
import type { Mac } from '../../wire/address.ts';
import { faceplate } from '../ports/names.ts';
import type { Fdb } from './fdb.ts';
import type { FdbEntry } from './fdb-rows.ts';
import type { InterfaceTables } from './interfaces.ts';

export interface LocatedMac {
  readonly mac: Mac;
  readonly vlan: VlanId | undefined;
  readonly ifIndex: number;
}

export type FdbNumbering = 'bridge port' | 'ifIndex' | 'faceplate number';

export interface Located {
  readonly macs: readonly LocatedMac[];
  /** What the port numbers turned out to be; undefined where nothing fits, or there are none. */
  readonly numbering: FdbNumbering | undefined;
  /** Entries whose port number means nothing that is known. */
  readonly unresolved: number;
  /** Why the numbering is not proven: then the places are shown, and nothing is concluded from them. */
  readonly doubt: string | undefined;
}

/** Something else that says where a MAC is: a neighbour by LLDP. */
export interface Witness {
  readonly mac: Mac;
  readonly ifIndex: number;
}

type Find = (entry: FdbEntry) => number | undefined;

/**
 * RFC 4363 has bridge ports there. Some agents have ifIndexes, others what is printed beside the socket (research:
 * snmp-poe §2). Two numberings can fit by chance, one port apart: so every number of a table has to fit, and what is
 * known of single MACs from elsewhere decides between them.
 */
export function locate(
  fdb: Pick<Fdb, 'entries' | 'bridgePorts'>,
  tables: InterfaceTables,
  witnesses: readonly Witness[] = [],
): Located {
  const { entries } = fdb;
  if (entries.length === 0) return { macs: [], numbering: undefined, unresolved: 0, doubt: undefined };
  const rules = numberings(fdb, tables).map(([numbering, find]) => ({
    numbering,
    find,
    fitting: entries.filter((entry) => find(entry) !== undefined).length,
    ...votes(entries, find, witnesses, tables),
  }));
  const complete = rules.filter(({ fitting }) => fitting === entries.length);
  const bridge = rules.find(({ numbering }) => numbering === 'bridge port')!;
  // The first of equals: a stable sort keeps the order of trust.
  const [best] = complete.toSorted((a, b) => b.agree - b.contradict - (a.agree - a.contradict));
  const chosen = best ?? (bridge.fitting * 2 > entries.length ? bridge : undefined);
  if (chosen === undefined) return { macs: [], numbering: undefined, unresolved: entries.length, doubt: undefined };
  const macs = entries.flatMap((entry): LocatedMac[] => {
    const ifIndex = chosen.find(entry);
    return ifIndex === undefined ? [] : [{ mac: entry.mac, vlan: entry.vlan, ifIndex }];
  });
  const { numbering } = chosen;
  return { macs, numbering, unresolved: entries.length - macs.length, doubt: doubtOf(chosen, tables) };
}

/** RFC 4188 counts bridge ports from 1, and 0 means "not known where": a switch with a port 0 has another numbering. */
function countsFromZero(tables: InterfaceTables): boolean {
  return tables.bridgePorts.has(0);
}

function doubtOf(
  chosen: { readonly numbering: FdbNumbering; readonly agree: number; readonly contradict: number },
  tables: InterfaceTables,
): string | undefined {
  const { numbering, agree, contradict } = chosen;
  if (contradict > agree)
    return `read as ${numbering}, LLDP has ${contradict} of ${agree + contradict} MACs on other ports`;
  if (countsFromZero(tables) && agree === 0)
    return 'the switch counts its bridge ports from 0, and no LLDP neighbour shows what the numbers of its forwarding database are';
  return undefined;
}

/** In the order of trust. */
function numberings(fdb: Pick<Fdb, 'bridgePorts'>, tables: InterfaceTables): readonly [FdbNumbering, Find][] {
  const { interfaces, bridgePorts } = tables;
  const bridged = new Set(bridgePorts.values());
  const isSwitchPort = (ifIndex: number) => {
    const kind = interfaces.get(ifIndex)?.kind;
    return (kind === 'port' || kind === 'aggregate') && (bridged.size === 0 || bridged.has(ifIndex));
  };
  const bridge: Find = (entry) =>
    ((entry.vlan && fdb.bridgePorts.get(entry.vlan)) ?? bridgePorts).get(entry.port) ??
    // Aggregates that are no bridge ports stand there under their ifIndex on some.
    (interfaces.get(entry.port)?.kind === 'aggregate' ? entry.port : undefined);
  const byNumber = new Map<number, number | undefined>();
  for (const { ifIndex, kind, label } of interfaces.values()) {
    const number = kind === 'port' && isSwitchPort(ifIndex) ? faceplate(label)?.number : undefined;
    if (number !== undefined) byNumber.set(number, byNumber.has(number) ? undefined : ifIndex);
  }
  const rules: [FdbNumbering, Find][] = [
    ['bridge port', bridge],
    ['ifIndex', (entry) => (isSwitchPort(entry.port) ? entry.port : undefined)],
    ['faceplate number', (entry) => byNumber.get(entry.port)],
  ];
  return countsFromZero(tables) ? [rules[1]!, rules[0]!, rules[2]!] : rules;
}

function votes(
  entries: readonly FdbEntry[],
  find: Find,
  witnesses: readonly Witness[],
  { interfaces }: InterfaceTables,
): { readonly agree: number; readonly contradict: number } {
  const known = new Map(witnesses.map(({ mac, ifIndex }) => [mac, ifIndex]));
  let agree = 0;
  let contradict = 0;
  for (const entry of entries) {
    const expected = known.get(entry.mac);
    const ifIndex = expected === undefined ? undefined : find(entry);
    if (ifIndex === undefined) continue;
    if (ifIndex === expected) agree += 1;
    // LLDP is heard on the members of an aggregate: that is no contradiction.
    else if (interfaces.get(ifIndex)?.kind === 'port') contradict += 1;
  }
  return { agree, contradict };
}
