/** Rules of no vendor: the PoE port index is one of the other numbers of the port. */
import type { PortTables } from '../../port-map.ts';
import { faceplate, groupOf, isSocket, portOf, unitOf } from '../names.ts';
import type { PortRule } from './rule.ts';
import { rowByRow } from './rule.ts';

export const IF_INDEX: PortRule = {
  name: 'the PoE port index is an ifIndex',
  apply: (tables) => rowByRow(tables, portOf),
};

export const BRIDGE_PORT: PortRule = {
  name: 'the PoE port index is a bridge port',
  apply: (tables) => {
    const { bridgePorts = new Map<number, number>() } = tables;
    if (bridgePorts.size === 0) return { reason: 'the switch has no dot1dBasePortTable' };
    return rowByRow(tables, (row) => bridgePorts.get(portOf(row)) ?? `bridge port ${portOf(row)} does not exist`);
  },
};

/** Rows 2.1, 2.2, … are the sockets 1, 2, … of unit 2. */
export const ORDINAL: PortRule = {
  name: 'the PoE port index is the faceplate number',
  guess: true,
  apply: (tables) => {
    const groups = new Map<string, string[]>();
    for (const row of tables.poeRows) groups.set(groupOf(row), [...(groups.get(groupOf(row)) ?? []), row]);
    const families = familiesOf(tables);
    const found = new Map<string, number>();
    for (const [group, rows] of groups) {
      const before = group === '' ? '' : `${group}.`;
      const ports = new Set(rows.map(portOf));
      if (rows.some((_, place) => !ports.has(place + 1))) {
        const of = groups.size > 1 ? ` of group ${group}` : '';
        return { reason: `the rows${of} are not ${before}1, ${before}2, … without a gap` };
      }
      const fitting = fittingFamilies(families, rows, group, groups.size > 1);
      if (fitting.length !== 1) {
        const names = fitting.map(({ prefix }) => `${prefix}1`).join(', ');
        const whose = groups.size > 1 ? ` of unit ${group}` : '';
        const reason = `${fitting.length} families of interfaces${whose} are numbered 1 to ${rows.length}`;
        return { reason: names ? `${reason} (${names}, …)` : reason };
      }
      for (const row of rows) found.set(row, fitting[0]!.members.get(portOf(row))!);
    }
    return found;
  },
};

interface Family {
  readonly prefix: string;
  readonly unit: number | undefined;
  /** ifIndex by faceplate number. */
  readonly members: Map<number, number>;
}

function familiesOf({ interfaces }: PortTables): Family[] {
  const families = new Map<string, Family>();
  for (const [ifIndex, one] of interfaces) {
    const parsed = isSocket(one) ? faceplate(one.name) : undefined;
    if (!parsed) continue;
    const family = families.get(parsed.family) ?? { prefix: parsed.family, unit: unitOf(one.name), members: new Map() };
    families.set(parsed.family, family);
    family.members.set(parsed.number, ifIndex);
  }
  return [...families.values()];
}

/** With several groups each is the unit of its number; with one it is so where any unit has that number. */
function fittingFamilies(families: Family[], rows: readonly string[], group: string, several: boolean): Family[] {
  const fitting = families.filter(({ members }) => rows.every((row) => members.has(portOf(row))));
  const ofUnit = fitting.filter(({ unit }) => unit !== undefined && String(unit) === group);
  return several || ofUnit.length > 0 ? ofUnit : fitting;
}
