import type { MibPart } from '../mib.ts';
import { TAG } from '../mib.ts';
import type { Ports, SwitchPort } from '../ports.ts';
import { table } from '../table.ts';
import { scalar } from './scalar.ts';

const BASE = '1.3.6.1.2.1.17.1';

/** dot1dBaseType: transparent-only. */
const TRANSPARENT_ONLY = 2;

/** BRIDGE-MIB (RFC 4188), dot1dBase: which bridge port is which interface. */
export function bridgeBaseObjects(address: Buffer, ports: Ports): MibPart[] {
  const rows = {
    version: () => ports.version,
    entries: () => ports.bridged.map((port) => [String(port.bridge?.port), port] as const),
  };
  return [
    // dot1dBaseBridgeAddress, dot1dBaseNumPorts
    scalar(`${BASE}.1`, TAG.OctetString, () => address),
    scalar(`${BASE}.2`, TAG.Integer32, () => ports.bridged.length),
    scalar(`${BASE}.3`, TAG.Integer32, () => TRANSPARENT_ONLY),
    // dot1dBasePort, dot1dBasePortIfIndex, dot1dBasePortCircuit, and two counters of frames not bridged
    table<SwitchPort>(`${BASE}.4.1`, rows, [
      { arc: 1, tag: TAG.Integer32, read: ({ bridge }) => bridge!.port },
      { arc: 2, tag: TAG.Integer32, read: ({ ifIndex }) => ifIndex },
      { arc: 3, tag: TAG.ObjectIdentifier, read: () => '0.0' },
      { arc: 4, tag: TAG.Counter32, read: () => 0 },
      { arc: 5, tag: TAG.Counter32, read: () => 0 },
    ]),
  ];
}
