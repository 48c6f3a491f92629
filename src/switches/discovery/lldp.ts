/**
 * Neighbours by LLDP: a third witness of what is plugged in where, never a reason to do something, because whoever is
 * on the other end may say what it likes.
 */
import { type Mac, parseMac } from '../../wire/address.ts';
import { printable } from '../../wire/printable.ts';
import { CHASSIS_ID_MAC, LLDP_CAPABILITIES, LLDP_LOC_PORT, LLDP_REM, PORT_ID_MAC } from '../mib/lldp.ts';
import type { Oid } from '../snmp/oid.ts';
import type { SnmpValue } from '../snmp/value.ts';
import { type ColumnRows, walkColumns } from '../snmp/walk.ts';
import type { Access } from '../tables.ts';
import { type InterfaceTables, macOf, text } from './interfaces.ts';
import { resolveLocalPorts } from './lldp-ports.ts';
import type { Witness } from './locate.ts';

export interface Neighbour {
  /** The switch's own port; undefined where lldpLocPortNum could not be resolved. */
  readonly ifIndex: number | undefined;
  readonly localPort: number;
  /** Printable, and cut to what a line holds. Empty where it does not say. */
  readonly sysName: string;
  readonly chassisId: string;
  readonly portId: string;
  readonly portDesc: string;
  /** The neighbour's MACs, where its chassis or port id is one. */
  readonly macs: readonly Mac[];
  /** Undefined where it does not say. */
  readonly capabilities: ReadonlySet<LldpCapability> | undefined;
}

export type LldpCapability = (typeof LLDP_CAPABILITIES)[number];

export interface Lldp {
  readonly neighbours: readonly Neighbour[];
  /** How lldpLocPortNum was resolved, one line a rule that was used. */
  readonly rules: readonly string[];
}

const LONGEST = 64;

export async function readLldp({ session, clock, limits }: Access, tables: InterfaceTables): Promise<Lldp> {
  const remote = await walkColumns(session, Object.values(LLDP_REM), limits, clock);
  // Nobody there, or no LLDP: the local ports are not worth the asking.
  if ([...remote.values()].every((rows) => rows.size === 0)) return { neighbours: [], rules: [] };
  const local = await walkColumns(session, Object.values(LLDP_LOC_PORT), limits, clock);
  return neighbours(remote, local, tables);
}

export function neighbours(
  remote: ReadonlyMap<Oid, ColumnRows>,
  local: ReadonlyMap<Oid, ColumnRows>,
  tables: InterfaceTables,
): Lldp {
  const indices = newest([...remote.values()].flatMap((rows) => [...rows.keys()]));
  const localPorts = [...new Set(indices.map(({ localPort }) => localPort))];
  const resolved = resolveLocalPorts(
    {
      ids: local.get(LLDP_LOC_PORT.lldpLocPortId) ?? new Map(),
      descriptions: local.get(LLDP_LOC_PORT.lldpLocPortDesc) ?? new Map(),
    },
    localPorts,
    tables,
  );
  const cell = (column: Oid, index: string) => remote.get(column)?.get(index);
  return {
    rules: resolved.rules,
    neighbours: indices.map(({ index, localPort }): Neighbour => {
      const chassisId = cell(LLDP_REM.lldpRemChassisId, index);
      const portId = cell(LLDP_REM.lldpRemPortId, index);
      const isMac = {
        chassis: cell(LLDP_REM.lldpRemChassisIdSubtype, index)?.value === CHASSIS_ID_MAC,
        port: cell(LLDP_REM.lldpRemPortIdSubtype, index)?.value === PORT_ID_MAC,
      };
      const macs = [isMac.chassis ? addressOf(chassisId) : undefined, isMac.port ? addressOf(portId) : undefined];
      return {
        ifIndex: resolved.ifIndexes.get(localPort),
        localPort,
        sysName: line(text(cell(LLDP_REM.lldpRemSysName, index))),
        chassisId: idText(chassisId, isMac.chassis),
        portId: idText(portId, isMac.port),
        portDesc: line(text(cell(LLDP_REM.lldpRemPortDesc, index))),
        macs: [...new Set(macs)].filter((mac) => mac !== undefined),
        capabilities: capabilities(cell(LLDP_REM.lldpRemSysCapEnabled, index)),
      };
    }),
  };
}

/** What the neighbours say of where their MACs are. */
export function witnesses({ neighbours: all }: Lldp): Witness[] {
  return all.flatMap(({ ifIndex, macs }) => (ifIndex === undefined ? [] : macs.map((mac) => ({ mac, ifIndex }))));
}

/** One index a neighbour: after a change an agent may show it under two TimeMarks, and the later one holds. */
function newest(indices: readonly string[]): { readonly index: string; readonly localPort: number }[] {
  const found = new Map<string, { readonly index: string; readonly localPort: number; readonly mark: number }>();
  for (const index of new Set(indices)) {
    const [mark, localPort, remIndex, ...more] = index.split('.').map(Number);
    if (mark === undefined || localPort === undefined || remIndex === undefined || more.length > 0) continue;
    const key = `${localPort}.${remIndex}`;
    if ((found.get(key)?.mark ?? -1) < mark) found.set(key, { index, localPort, mark });
  }
  return [...found.values()];
}

/** LLDP sends a MAC as six octets; some agents write it out. */
function addressOf(value: SnmpValue | undefined): Mac | undefined {
  const raw = macOf(value);
  if (raw) return raw;
  const written = text(value);
  return /^[0-9a-f]{2}([:-][0-9a-f]{2}){5}$/i.test(written) ? parseMac(written) : undefined;
}

function idText(value: SnmpValue | undefined, isMac: boolean): string {
  return (isMac && addressOf(value)) || line(text(value));
}

function line(from: string): string {
  return printable(from, LONGEST);
}

/** One or two octets of BITS; what is longer is some agent's idea of a text. */
function capabilities(value: SnmpValue | undefined): ReadonlySet<LldpCapability> | undefined {
  const bytes = value?.value;
  if (!Buffer.isBuffer(bytes) || bytes.length === 0 || bytes.length > 2) return undefined;
  const first = bytes[0] as number;
  return new Set(LLDP_CAPABILITIES.filter((_, bit) => (first & (0x80 >> bit)) !== 0));
}
