/** The interfaces of a switch as discovery needs them: what each is, what it is called, and which bridge port it has. */
import { type Mac, macFromBytes } from '../../wire/address.ts';
import { BRIDGE_MIB } from '../mib/bridge.ts';
import { DOT3AD_AGG_PORT_ATTACHED_AGG_ID } from '../mib/forwarding.ts';
import { IF_MIB } from '../mib/interfaces.ts';
import { createInterfaces, type Interfaces } from '../ports/interfaces.ts';
import { aggregateNumber, type Interface, isSocket } from '../ports/names.ts';
import { integerOf, type SnmpValue } from '../snmp/value.ts';
import { type ColumnRows, walkColumns } from '../snmp/walk.ts';
import type { Access } from '../tables.ts';

const IF_DESCR = '1.3.6.1.2.1.2.2.1.2';
const IF_PHYS_ADDRESS = '1.3.6.1.2.1.2.2.1.6';

export interface SwitchInterface {
  readonly ifIndex: number;
  readonly kind: 'port' | 'aggregate' | 'other';
  /** ifName, else ifDescr, else the number. */
  readonly label: string;
  /** Every name that the switch has for it. */
  readonly names: readonly string[];
  /** ifPhysAddress. */
  readonly mac: Mac | undefined;
}

export interface InterfaceTables {
  readonly interfaces: ReadonlyMap<number, SwitchInterface>;
  /** ifIndex by dot1dBasePort. */
  readonly bridgePorts: ReadonlyMap<number, number>;
  /** The aggregate's ifIndex by that of its member, where the switch says so. */
  readonly aggregateOf: ReadonlyMap<number, number>;
  /** Ports and aggregates by what people call them. */
  readonly resolver: Interfaces;
}

export async function readInterfaceTables({ session, clock, limits }: Access): Promise<InterfaceTables> {
  const columns = [IF_MIB.ifType, IF_MIB.ifName, IF_DESCR, IF_PHYS_ADDRESS];
  const table = await walkColumns(session, columns, limits, clock);
  const relations = await walkColumns(
    session,
    [BRIDGE_MIB.dot1dBasePortIfIndex, DOT3AD_AGG_PORT_ATTACHED_AGG_ID],
    limits,
    clock,
  );
  return interfaceTables({
    types: table.get(IF_MIB.ifType)!,
    names: table.get(IF_MIB.ifName)!,
    descriptions: table.get(IF_DESCR)!,
    addresses: table.get(IF_PHYS_ADDRESS)!,
    bridgePorts: relations.get(BRIDGE_MIB.dot1dBasePortIfIndex)!,
    aggregates: relations.get(DOT3AD_AGG_PORT_ATTACHED_AGG_ID)!,
  });
}

export interface InterfaceColumns {
  readonly types: ColumnRows;
  readonly names: ColumnRows;
  readonly descriptions: ColumnRows;
  readonly addresses: ColumnRows;
  readonly bridgePorts: ColumnRows;
  readonly aggregates: ColumnRows;
}

export function interfaceTables(columns: InterfaceColumns): InterfaceTables {
  const declared = new Map<number, Interface>();
  const interfaces = new Map<number, SwitchInterface>();
  for (const [index, value] of columns.types) {
    const ifIndex = Number(index);
    const one = {
      type: integerOf(value) ?? 0,
      name: text(columns.names.get(index)),
      description: text(columns.descriptions.get(index)),
    };
    const names = [one.name, one.description].filter((name) => name !== '');
    declared.set(ifIndex, one);
    interfaces.set(ifIndex, {
      ifIndex,
      kind: kindOf(one),
      label: names[0] ?? index,
      names,
      mac: macOf(columns.addresses.get(index)),
    });
  }
  const members = numberRows(columns.aggregates).filter(
    ([member, aggregate]) => member !== aggregate && interfaces.get(aggregate)?.kind === 'aggregate',
  );
  const bridgePorts = new Map(physical(numberRows(columns.bridgePorts), declared));
  const resolver = createInterfaces({ poeRows: [], interfaces: declared, bridgePorts });
  return { interfaces, bridgePorts, aggregateOf: new Map(members), resolver };
}

/** Junos bridges logical units: what is heard on ge-0/0/7.0 is heard on the socket ge-0/0/7. */
function physical(
  rows: readonly (readonly [bridgePort: number, ifIndex: number])[],
  interfaces: ReadonlyMap<number, Interface>,
): (readonly [number, number])[] {
  const byName = new Map([...interfaces].map(([ifIndex, { name }]) => [name, ifIndex]));
  return rows.map(([bridgePort, ifIndex]) => {
    const unit = /^(.+)\.0$/.exec(interfaces.get(ifIndex)?.name ?? '');
    return [bridgePort, (unit && byName.get(unit[1]!)) ?? ifIndex] as const;
  });
}

function kindOf(one: Interface): SwitchInterface['kind'] {
  if (aggregateNumber(one) !== undefined) return 'aggregate';
  return isSocket(one) ? 'port' : 'other';
}

/** The rows of a column that has a number for a number. */
export function numberRows(rows: ColumnRows): [number, number][] {
  return [...rows].flatMap(([index, value]): [number, number][] => {
    const number = integerOf(value);
    return number === undefined ? [] : [[Number(index), number]];
  });
}

/** Without the carriage returns, zeros and spaces that some agents leave at the end. */
export function text(value: SnmpValue | undefined): string {
  return Buffer.isBuffer(value?.value) ? value.value.toString('utf8').replaceAll('\0', '').trim() : '';
}

/** Undefined for anything but six octets, and for the address that is none. */
export function macOf(value: SnmpValue | undefined): Mac | undefined {
  const bytes = value?.value;
  return Buffer.isBuffer(bytes) && bytes.length === 6 && bytes.some((byte) => byte !== 0)
    ? macFromBytes(bytes)
    : undefined;
}
