import type { MibInstance, MibValue } from '../mib.ts';
import { STATUS, TAG } from '../mib.ts';

/** A DisplayString of RFC 2579: up to 255 octets. */
export function checkDisplayString(value: MibValue): number {
  return Buffer.isBuffer(value) && value.length <= 255 ? STATUS.noError : STATUS.wrongLength;
}

export interface SystemGroup {
  readonly sysObjectID: string;
  readonly sysDescr: string;
  /** Kept over a restart. */
  readonly texts: { sysContact: string; sysName: string; sysLocation: string };
  /** Hundredths of a second since the agent started. */
  readonly upTime: () => number;
}

const SYSTEM = '1.3.6.1.2.1.1';

/** SNMPv2-MIB (RFC 3418), the system group. */
export function systemInstances(group: SystemGroup): MibInstance[] {
  const text = (arc: number, name: keyof SystemGroup['texts']): MibInstance => ({
    object: { oid: `${SYSTEM}.${arc}`, tag: TAG.OctetString, check: checkDisplayString },
    index: '0',
    read: () => Buffer.from(group.texts[name]),
    write: (value) => {
      group.texts[name] = String(value);
    },
  });
  const fixed = (arc: number, tag: number, read: () => MibValue): MibInstance => ({
    object: { oid: `${SYSTEM}.${arc}`, tag },
    index: '0',
    read,
  });
  return [
    fixed(1, TAG.OctetString, () => Buffer.from(group.sysDescr)),
    fixed(2, TAG.ObjectIdentifier, () => group.sysObjectID),
    fixed(3, TAG.TimeTicks, () => Math.floor(group.upTime()) % 2 ** 32),
    text(4, 'sysContact'),
    text(5, 'sysName'),
    text(6, 'sysLocation'),
    // A repeater and a bridge: layers 1 and 2.
    fixed(7, TAG.Integer32, () => 3),
  ];
}
