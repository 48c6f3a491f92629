/** A rule says which interface each PoE row is, or why it cannot. */
import { ETHERNET_CSMACD } from '../../mib/interfaces.ts';
import type { PortTables } from '../../port-map.ts';

/** ifIndex by row, of every row. */
export type Assignment = ReadonlyMap<string, number>;

export interface PortRule {
  /** For people: what it takes for true. */
  readonly name: string;
  /** It guesses from order and numbers, and is asked only where nothing states which is which. */
  readonly guess?: true;
  readonly apply: (tables: PortTables) => Assignment | { readonly reason: string };
}

/** Each row on its own: an ifIndex, or why there is none. */
export function rowByRow(
  tables: PortTables,
  find: (row: string) => number | string,
): Assignment | { readonly reason: string } {
  const found = new Map<string, number>();
  for (const row of tables.poeRows) {
    const ifIndex = find(row);
    const reason = typeof ifIndex === 'string' ? ifIndex : unfit(tables, ifIndex);
    if (reason !== undefined) return { reason: `row ${row}: ${reason}` };
    found.set(row, ifIndex as number);
  }
  return found;
}

function unfit({ interfaces }: PortTables, ifIndex: number): string | undefined {
  const found = interfaces.get(ifIndex);
  if (found === undefined) return `interface ${ifIndex} does not exist`;
  return found.type === ETHERNET_CSMACD ? undefined : `interface ${ifIndex} is of ifType ${found.type}`;
}
