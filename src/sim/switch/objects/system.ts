import type { MibPart } from '../mib.ts';
import { TAG } from '../mib.ts';
import type { SettingsStore } from '../settings.ts';
import { checkDisplayString } from './checks.ts';
import { scalar, writableScalar } from './scalar.ts';

export interface SystemGroup {
  readonly sysObjectID: string;
  readonly sysDescr: string;
  readonly settings: SettingsStore;
  /** Hundredths of a second since the agent started. */
  readonly upTime: () => number;
}

const SYSTEM = '1.3.6.1.2.1.1';

/** SNMPv2-MIB (RFC 3418), the system group. */
export function systemObjects({ sysObjectID, sysDescr, settings, upTime }: SystemGroup): MibPart[] {
  const text = (arc: number, name: 'sysContact' | 'sysName' | 'sysLocation') =>
    writableScalar(
      `${SYSTEM}.${arc}`,
      TAG.OctetString,
      checkDisplayString,
      () => Buffer.from(settings.values[name]),
      (value) =>
        settings.write((values) => {
          values[name] = String(value);
        }),
    );
  return [
    scalar(`${SYSTEM}.1`, TAG.OctetString, () => Buffer.from(sysDescr)),
    scalar(`${SYSTEM}.2`, TAG.ObjectIdentifier, () => sysObjectID),
    scalar(`${SYSTEM}.3`, TAG.TimeTicks, () => Math.floor(upTime()) % 2 ** 32),
    text(4, 'sysContact'),
    text(5, 'sysName'),
    text(6, 'sysLocation'),
    // A repeater and a bridge: layers 1 and 2.
    scalar(`${SYSTEM}.7`, TAG.Integer32, () => 3),
  ];
}
