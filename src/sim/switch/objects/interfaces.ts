import type { MibInstance, MibValue } from '../mib.ts';
import { TAG } from '../mib.ts';

export interface InterfaceRow {
  readonly ifIndex: number;
  readonly ifName: string;
  readonly mac: Buffer;
  readonly up: () => boolean;
  readonly octets: () => { readonly in: number; readonly out: number };
}

const IF_ENTRY = '1.3.6.1.2.1.2.2.1';
const IF_X_ENTRY = '1.3.6.1.2.1.31.1.1.1';
const GIGABIT = 1_000_000_000;

/** IF-MIB (RFC 2863): ifNumber, and of ifTable and ifXTable what managers ask for. */
export function interfaceInstances(rows: readonly InterfaceRow[]): MibInstance[] {
  const instances: MibInstance[] = [
    { object: { oid: '1.3.6.1.2.1.2.1', tag: TAG.Integer32 }, index: '0', read: () => rows.length },
  ];
  const column = (oid: string, tag: number, read: (row: InterfaceRow) => MibValue) => {
    for (const row of rows) instances.push({ object: { oid, tag }, index: String(row.ifIndex), read: () => read(row) });
  };
  column(`${IF_ENTRY}.1`, TAG.Integer32, (row) => row.ifIndex);
  column(`${IF_ENTRY}.2`, TAG.OctetString, (row) => Buffer.from(`port ${row.ifName}`));
  // ethernetCsmacd
  column(`${IF_ENTRY}.3`, TAG.Integer32, () => 6);
  column(`${IF_ENTRY}.4`, TAG.Integer32, () => 1_500);
  column(`${IF_ENTRY}.5`, TAG.Gauge32, () => GIGABIT);
  column(`${IF_ENTRY}.6`, TAG.OctetString, (row) => row.mac);
  column(`${IF_ENTRY}.7`, TAG.Integer32, () => 1);
  column(`${IF_ENTRY}.8`, TAG.Integer32, (row) => (row.up() ? 1 : 2));
  column(`${IF_ENTRY}.10`, TAG.Counter32, (row) => row.octets().in % 2 ** 32);
  column(`${IF_ENTRY}.16`, TAG.Counter32, (row) => row.octets().out % 2 ** 32);
  column(`${IF_X_ENTRY}.1`, TAG.OctetString, (row) => Buffer.from(row.ifName));
  column(`${IF_X_ENTRY}.6`, TAG.Counter64, (row) => counter64(row.octets().in));
  column(`${IF_X_ENTRY}.10`, TAG.Counter64, (row) => counter64(row.octets().out));
  column(`${IF_X_ENTRY}.15`, TAG.Gauge32, () => GIGABIT / 1_000_000);
  column(`${IF_X_ENTRY}.18`, TAG.OctetString, () => Buffer.alloc(0));
  return instances;
}

function counter64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(Math.floor(value)));
  return bytes;
}
