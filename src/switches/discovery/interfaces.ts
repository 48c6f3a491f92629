/** The interfaces of a switch as discovery needs them: what each is, what it is called, and which bridge port it has. */
import { type Mac, macFromBytes } from '../../wire/address.ts';
import { BRIDGE_MIB } from '../mib/bridge.ts';
import { DOT3AD_AGG_PORT_ATTACHED_AGG_ID } from '../mib/forwarding.ts';
import { IF_MIB } from '../mib/interfaces.ts';
import { integerOf, type SnmpValue } from '../snmp/value.ts';
import { type ColumnRows, walkColumns } from '../snmp/walk.ts';
import type { Access } from '../tables.ts';

const IF_DESCR = '1.3.6.1.2.1.2.2.1.2';
const IF_PHYS_ADDRESS = '1.3.6.1.2.1.2.2.1.6';

/**
 * ethernetCsmacd(6), and the types that RFC 3635 §3.2.4 took back and older switches still say: fastEther(62),
 * fastEtherFX(69), gigabitEthernet(117).
 */
const PORT_TYPES: ReadonlySet<number> = new Set([6, 62, 69, 117]);
/** propMultiplexor(54) and ieee8023adLag(161): several ports as one. */
const AGGREGATE_TYPES: ReadonlySet<number> = new Set([54, 161]);

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
  const interfaces = new Map<number, SwitchInterface>();
  for (const [index, value] of columns.types) {
    const ifIndex = Number(index);
    const names = [columns.names, columns.descriptions].map((rows) => text(rows.get(index))).filter((name) => name);
    interfaces.set(ifIndex, {
      ifIndex,
      kind: kindOf(integerOf(value)),
      label: names[0] ?? index,
      names,
      mac: macOf(columns.addresses.get(index)),
    });
  }
  const members = numberRows(columns.aggregates).filter(
    ([member, aggregate]) => member !== aggregate && interfaces.get(aggregate)?.kind === 'aggregate',
  );
  return { interfaces, bridgePorts: new Map(numberRows(columns.bridgePorts)), aggregateOf: new Map(members) };
}

function kindOf(type: number | undefined): SwitchInterface['kind'] {
  if (type === undefined) return 'other';
  if (PORT_TYPES.has(type)) return 'port';
  return AGGREGATE_TYPES.has(type) ? 'aggregate' : 'other';
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
