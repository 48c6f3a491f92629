import type { MibPart } from '../mib.ts';
import { TAG } from '../mib.ts';
import type { Column, Rows } from '../table.ts';
import { table } from '../table.ts';
import type { Counted } from '../traffic.ts';
import { upTo } from './checks.ts';
import { scalar } from './scalar.ts';

export interface InterfaceRow {
  readonly ifIndex: number;
  readonly ifName: string;
  readonly ifDescr: string;
  readonly ifType: number;
  readonly mac: Buffer;
  readonly up: () => boolean;
  /** ifLastChange. */
  readonly lastChange: () => number;
  readonly mbps: () => number;
  readonly traffic: () => Counted;
  /** ifAlias; undefined: it has none that could be written. */
  readonly alias: { readonly get: () => string; readonly set: (text: string) => void } | undefined;
}

/** IANAifType. */
export const IF_TYPE = Object.freeze({ ethernetCsmacd: 6, propVirtual: 53, ieee8023adLag: 161 });

const IF_ENTRY = '1.3.6.1.2.1.2.2.1';
const IF_X_ENTRY = '1.3.6.1.2.1.31.1.1.1';
const IF_TABLE_LAST_CHANGE = '1.3.6.1.2.1.31.1.5';
const MOST_GAUGE = 2 ** 32 - 1;
const UP = 1;
const DOWN = 2;

/** IF-MIB (RFC 2863): ifNumber, and of ifTable and ifXTable what managers ask for. */
export function interfaceObjects(rows: Rows<InterfaceRow>): MibPart[] {
  const text = (arc: number, read: (row: InterfaceRow) => string): Column<InterfaceRow> => ({
    arc,
    tag: TAG.OctetString,
    read: (row) => Buffer.from(read(row)),
  });
  const number = (arc: number, tag: number, read: (row: InterfaceRow) => number): Column<InterfaceRow> => ({
    arc,
    tag,
    read,
  });
  const low = (arc: number, key: keyof Counted) =>
    number(arc, TAG.Counter32, (row) => Math.floor(row.traffic()[key]) % 2 ** 32);
  const high = (arc: number, key: keyof Counted): Column<InterfaceRow> => ({
    arc,
    tag: TAG.Counter64,
    read: (row) => counter64(row.traffic()[key]),
  });
  return [
    scalar('1.3.6.1.2.1.2.1', TAG.Integer32, () => [...rows.entries()].length),
    table(IF_ENTRY, rows, [
      // ifIndex, ifDescr, ifType, ifMtu, ifSpeed, ifPhysAddress, ifAdminStatus, ifOperStatus, ifLastChange
      number(1, TAG.Integer32, (row) => row.ifIndex),
      text(2, (row) => row.ifDescr),
      number(3, TAG.Integer32, (row) => row.ifType),
      number(4, TAG.Integer32, () => 1_500),
      number(5, TAG.Gauge32, (row) => Math.min(MOST_GAUGE, row.mbps() * 1_000_000)),
      { arc: 6, tag: TAG.OctetString, read: (row) => row.mac },
      number(7, TAG.Integer32, () => UP),
      number(8, TAG.Integer32, (row) => (row.up() ? UP : DOWN)),
      number(9, TAG.TimeTicks, (row) => row.lastChange()),
      // ifInOctets, UcastPkts, Discards, Errors, and the same out
      low(10, 'in'),
      low(11, 'inPackets'),
      low(13, 'inDiscards'),
      low(14, 'inErrors'),
      low(16, 'out'),
      low(17, 'outPackets'),
      low(19, 'outDiscards'),
      low(20, 'outErrors'),
    ]),
    table(IF_X_ENTRY, rows, [
      // ifName, ifHCInOctets, ifHCInUcastPkts, ifHCOutOctets, ifHCOutUcastPkts, ifHighSpeed
      text(1, (row) => row.ifName),
      high(6, 'in'),
      high(7, 'inPackets'),
      high(10, 'out'),
      high(11, 'outPackets'),
      number(15, TAG.Gauge32, (row) => row.mbps()),
      // ifAlias, ifCounterDiscontinuityTime
      {
        ...text(18, (row) => row.alias?.get() ?? ''),
        check: upTo(64),
        writable: (row) => row.alias !== undefined,
        write: (row, value) => row.alias?.set(String(value)),
      },
      number(19, TAG.TimeTicks, () => 0),
    ]),
    // Rows get other numbers only when the switch starts.
    scalar(IF_TABLE_LAST_CHANGE, TAG.TimeTicks, () => 0),
  ];
}

function counter64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(Math.floor(value)));
  return bytes;
}
