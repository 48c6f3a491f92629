import type { MibPart } from '../mib.ts';
import { TAG } from '../mib.ts';
import type { Rows } from '../table.ts';
import { table } from '../table.ts';
import { scalar } from './scalar.ts';

export interface InterfaceRow {
  readonly ifIndex: number;
  readonly ifName: string;
  readonly ifType: number;
  readonly mac: Buffer;
  readonly up: () => boolean;
  readonly octets: () => { readonly in: number; readonly out: number };
}

/** IANAifType. */
export const IF_TYPE = Object.freeze({ ethernetCsmacd: 6, l2vlan: 135, propVirtual: 53, ieee8023adLag: 161 });

const IF_ENTRY = '1.3.6.1.2.1.2.2.1';
const IF_X_ENTRY = '1.3.6.1.2.1.31.1.1.1';
const GIGABIT = 1_000_000_000;

/** IF-MIB (RFC 2863): ifNumber, and of ifTable and ifXTable what managers ask for. */
export function interfaceObjects(interfaces: {
  readonly version: () => number;
  readonly rows: () => readonly InterfaceRow[];
}): MibPart[] {
  const rows: Rows<InterfaceRow> = {
    version: interfaces.version,
    entries: () => interfaces.rows().map((row) => [String(row.ifIndex), row] as const),
  };
  return [
    scalar('1.3.6.1.2.1.2.1', TAG.Integer32, () => interfaces.rows().length),
    table(IF_ENTRY, rows, [
      { arc: 1, tag: TAG.Integer32, read: (row) => row.ifIndex },
      { arc: 2, tag: TAG.OctetString, read: (row) => Buffer.from(`port ${row.ifName}`) },
      { arc: 3, tag: TAG.Integer32, read: (row) => row.ifType },
      { arc: 4, tag: TAG.Integer32, read: () => 1_500 },
      { arc: 5, tag: TAG.Gauge32, read: () => GIGABIT },
      { arc: 6, tag: TAG.OctetString, read: (row) => row.mac },
      { arc: 7, tag: TAG.Integer32, read: () => 1 },
      { arc: 8, tag: TAG.Integer32, read: (row) => (row.up() ? 1 : 2) },
      { arc: 10, tag: TAG.Counter32, read: (row) => row.octets().in % 2 ** 32 },
      { arc: 16, tag: TAG.Counter32, read: (row) => row.octets().out % 2 ** 32 },
    ]),
    table(IF_X_ENTRY, rows, [
      { arc: 1, tag: TAG.OctetString, read: (row) => Buffer.from(row.ifName) },
      { arc: 6, tag: TAG.Counter64, read: (row) => counter64(row.octets().in) },
      { arc: 10, tag: TAG.Counter64, read: (row) => counter64(row.octets().out) },
      { arc: 15, tag: TAG.Gauge32, read: () => GIGABIT / 1_000_000 },
      { arc: 18, tag: TAG.OctetString, read: () => Buffer.alloc(0) },
    ]),
  ];
}

function counter64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(Math.floor(value)));
  return bytes;
}
