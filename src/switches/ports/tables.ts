/** Reads what the port map is made of: a column at a time, for some agents cut wide answers short (research: snmp-poe §4). */
import type { PortRuleName, SwitchDriver } from '../drivers/driver.ts';
import { BRIDGE_MIB } from '../mib/bridge.ts';
import { ENTITY_MIB } from '../mib/entity.ts';
import { IF_MIB } from '../mib/interfaces.ts';
import type { Interface, PortTables, VendorTables } from '../port-map.ts';
import { readChassis } from '../snmp/chassis.ts';
import type { Oid } from '../snmp/oid.ts';
import { poeRows } from '../snmp/power-tables.ts';
import { integerOf, textOf } from '../snmp/value.ts';
import type { ColumnRows } from '../snmp/walk.ts';
import { walkColumns } from '../snmp/walk.ts';
import type { Access } from '../tables.ts';

/** CISCO-POWER-ETHERNET-EXT-MIB, by PoE row. */
const cpeExtPsePortEntPhyIndex = '1.3.6.1.4.1.9.9.402.1.2.1.11';
/** CISCO-STACK-MIB, by module and port. */
const portIfIndex = '1.3.6.1.4.1.9.5.1.4.1.1.11';

export async function readPortTables(access: Access, driver: SwitchDriver): Promise<PortTables> {
  const walk = columnWalker(access);
  const rows = await readRows(walk, driver);
  const types = await walk(IF_MIB.ifType);
  const names = await walk(IF_MIB.ifName);
  const descriptions = await walk(IF_MIB.ifDescr);
  const interfaces = new Map<number, Interface>();
  for (const [index, varbind] of types) {
    const type = integerOf(varbind);
    if (type === undefined) continue;
    const [name, description] = [names, descriptions].map((column) => oneLine(textOf(column.get(index))));
    interfaces.set(Number(index), { type, name: name!, description: description! });
  }
  return {
    poeRows: rows,
    interfaces,
    bridgePorts: integers(await walk(BRIDGE_MIB.dot1dBasePortIfIndex), Number),
    vendor: await readVendorTables(walk, driver.portRules),
    rules: driver.portRules,
    chassis: await readChassis(access),
  };
}

type Walk = (column: Oid) => Promise<ColumnRows>;

function columnWalker({ session, limits, clock }: Access): Walk {
  return async (column) => (await walkColumns(session, [column], limits, clock)).get(column)!;
}

async function readRows(walk: Walk, { power }: SwitchDriver): Promise<readonly string[]> {
  if (power === undefined) return [];
  const columns = [power.admin.column, ...(power.detection ? [power.detection.column] : [])];
  const read = new Map<Oid, ColumnRows>();
  for (const column of new Set(columns)) read.set(column, await walk(column));
  return poeRows(power, read);
}

/** Only what the family's rules look at. */
async function readVendorTables(walk: Walk, rules: readonly PortRuleName[]): Promise<VendorTables> {
  return {
    ...(rules.includes('cisco-entity') && {
      entities: integers(await walk(cpeExtPsePortEntPhyIndex), String),
      entityInterfaces: entityInterfaces(await walk(ENTITY_MIB.entAliasMappingIdentifier)),
    }),
    ...(rules.includes('cisco-stack') && { modulePorts: integers(await walk(portIfIndex), String) }),
  };
}

function integers<Key>(rows: ColumnRows, key: (index: string) => Key): Map<Key, number> {
  const found = new Map<Key, number>();
  for (const [index, varbind] of rows) {
    const value = integerOf(varbind);
    if (value !== undefined) found.set(key(index), value);
  }
  return found;
}

/** Rows are `<entity>.<logical entity>`, the value is an instance of ifIndex. */
function entityInterfaces(rows: ColumnRows): Map<number, number> {
  const found = new Map<number, number>();
  for (const [index, varbind] of rows) {
    const ifIndex = /^1\.3\.6\.1\.2\.1\.2\.2\.1\.1\.(\d+)$/.exec(textOf(varbind) ?? '')?.[1];
    if (ifIndex !== undefined) found.set(Number(index.slice(0, index.indexOf('.'))), Number(ifIndex));
  }
  return found;
}

/** Names with line ends and worse are on record. */
function oneLine(text: string | undefined): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is taken out
  return (text ?? '').replaceAll(/[\u0000-\u001f\u007f]+/g, ' ').trim();
}
