/** Q-BRIDGE-MIB objects and values, as a manager would write them. */
import type { MibValue } from '../../../../src/sim/switch/mib.ts';
import { TAG } from '../../../../src/sim/switch/mib.ts';

export const STATIC = '1.3.6.1.2.1.17.7.1.4.3.1';
export const CURRENT = '1.3.6.1.2.1.17.7.1.4.2.1';
export const PORT = '1.3.6.1.2.1.17.7.1.4.5.1';

export type Write = readonly [oid: string, type: number, value: MibValue];

export const ROW = { active: 1, notInService: 2, notReady: 3, createAndGo: 4, createAndWait: 5, destroy: 6 };

/** Bit 0x80 of the first octet is bridge port 1. */
export function portList(octets: number, ...ports: readonly number[]): Buffer {
  const list = Buffer.alloc(octets);
  for (const port of ports) list[(port - 1) >> 3]! |= 0x80 >> ((port - 1) & 7);
  return list;
}

export const name = (vlan: number, text: string): Write => [`${STATIC}.1.${vlan}`, TAG.OctetString, Buffer.from(text)];
export const egress = (vlan: number, list: Buffer): Write => [`${STATIC}.2.${vlan}`, TAG.OctetString, list];
export const forbidden = (vlan: number, list: Buffer): Write => [`${STATIC}.3.${vlan}`, TAG.OctetString, list];
export const untagged = (vlan: number, list: Buffer): Write => [`${STATIC}.4.${vlan}`, TAG.OctetString, list];
export const status = (vlan: number, value: number): Write => [`${STATIC}.5.${vlan}`, TAG.Integer32, value];
export const pvid = (port: number, vlan: number): Write => [`${PORT}.1.${port}`, TAG.Gauge32, vlan];
export const frameTypes = (port: number, value: number): Write => [`${PORT}.2.${port}`, TAG.Integer32, value];
export const filtering = (port: number, value: number): Write => [`${PORT}.3.${port}`, TAG.Integer32, value];
