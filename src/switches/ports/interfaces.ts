/**
 * Ports and aggregates by what people call them, PoE or not: uplinks are found here. VLAN interfaces, which some switches
 * name by bare numbers, are never found; an aggregate only where it is asked for as one.
 */
import type { PortTables } from '../port-map.ts';
import type { PortResolver, ResolvedPort } from '../vlans/scope.ts';
import type { Interface } from './names.ts';
import { aggregateCalled, aggregateNumber, carriesFrames, faceplate, isBareNumber, isSocket, normal } from './names.ts';

export type { ResolvedPort } from '../vlans/scope.ts';
/** A port or an aggregate. */
export interface FoundInterface extends ResolvedPort {
  readonly ifType: number;
}

export interface Interfaces extends PortResolver {
  find(name: string): FoundInterface | { readonly reason: string };
}

/** dot1dBasePort by ifIndex; without those that the table has twice. */
export function bridgePortsOf({ bridgePorts, interfaces }: PortTables): ReadonlyMap<number, number> {
  const byInterface = new Map<number, number | undefined>();
  for (const [bridgePort, ifIndex] of bridgePorts ?? []) {
    byInterface.set(ifIndex, byInterface.has(ifIndex) ? undefined : bridgePort);
  }
  const byName = new Map([...interfaces].map(([ifIndex, { name }]) => [name, ifIndex]));
  const found = new Map<number, number>();
  for (const [ifIndex, { name }] of interfaces) {
    // Junos bridges logical units: ge-0/0/7.0 is what ge-0/0/7 is to the bridge.
    const bridgePort = byInterface.get(ifIndex) ?? byInterface.get(byName.get(`${name}.0`) ?? -1);
    if (bridgePort !== undefined) found.set(ifIndex, bridgePort);
  }
  return found;
}

export function createInterfaces(tables: PortTables): Interfaces {
  const bridgePorts = bridgePortsOf(tables);
  const candidates = [...tables.interfaces]
    .filter(([, one]) => carriesFrames(one))
    .map(([ifIndex, one]) => ({
      ifIndex,
      one,
      label: one.name || String(ifIndex),
      bridgePort: bridgePorts.get(ifIndex),
    }));
  const resolved = ({ ifIndex, one, label, bridgePort }: (typeof candidates)[number]): FoundInterface => ({
    label,
    ifIndex,
    bridgePort,
    ifType: one.type,
  });
  const fromZero = familiesFromZero(candidates.map(({ label }) => label));
  const isNumber = (label: string, number: number) => {
    const parsed = faceplate(label);
    return parsed?.number === number && !fromZero.has(parsed.family);
  };
  const called = (name: string): typeof candidates => {
    const wanted = normal(name);
    const aggregate = aggregateCalled(name);
    const ways: readonly ((one: Interface, label: string) => boolean)[] = [
      (_one, label) => normal(label) === wanted,
      (one) => normal(one.description ?? '') === wanted,
      (one) => aggregate !== undefined && aggregateNumber(one) === aggregate,
      (one, label) => isBareNumber(name) && isSocket(one) && isNumber(label, Number(name)),
    ];
    for (const way of ways) {
      const found = candidates.filter(({ one, label }) => way(one, label));
      if (found.length > 0) return found;
    }
    return [];
  };
  return {
    find(name) {
      const found = called(name);
      if (found.length === 0) return { reason: `the switch has no port or aggregate "${name}"` };
      if (found.length === 1) return resolved(found[0]!);
      const names = found.map(({ label }) => label);
      // The printed number of a PoE port may be that of an uplink port too.
      return { reason: `"${name}" may be ${names.slice(0, -1).join(', ')} or ${names.at(-1)}: name it in full` };
    },
    nameOf: ({ bridgePort, ifIndex }) =>
      candidates.find((one) => (ifIndex === undefined ? one.bridgePort === bridgePort : one.ifIndex === ifIndex))
        ?.label,
  };
}

/** Names that count from 0 are a puzzle: nobody can tell whether 7 is what is printed beside a socket, or one less. */
export function familiesFromZero(labels: readonly string[]): ReadonlySet<string> {
  const parsed = labels.map(faceplate);
  return new Set(parsed.flatMap((one) => (one?.number === 0 ? [one.family] : [])));
}
