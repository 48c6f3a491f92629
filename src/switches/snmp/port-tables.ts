/** The tables that the port map is made of. */
import type { PowerDialect } from '../drivers/driver.ts';
import { IF_MIB } from '../mib/interfaces.ts';
import type { Interface, PortTables } from '../port-map.ts';
import type { Access } from '../tables.ts';
import { poeRows } from './power-tables.ts';
import { walkColumns } from './walk.ts';

export async function readPortTables(access: Access, power: PowerDialect | undefined): Promise<PortTables> {
  const { session, limits, clock } = access;
  const poe = power === undefined ? [] : [power.admin.column, ...(power.detection ? [power.detection.column] : [])];
  const columns = await walkColumns(session, [...poe, IF_MIB.ifType, IF_MIB.ifName], limits, clock);
  const names = columns.get(IF_MIB.ifName)!;
  const interfaces = new Map<number, Interface>();
  for (const [index, type] of columns.get(IF_MIB.ifType)!) {
    const name = names.get(index);
    const text = name && Buffer.isBuffer(name.value) ? name.value.toString('utf8') : '';
    if (typeof type.value === 'number') interfaces.set(Number(index), { type: type.value, name: text });
  }
  return { poeRows: power === undefined ? [] : poeRows(power, columns), interfaces };
}
