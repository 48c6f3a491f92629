/** The system group (RFC 3418): what a switch says of itself. */
import type { Millis } from '../../rack/units.ts';
import { SYSTEM } from '../mib/system.ts';
import type { UpTime } from '../power-state.ts';
import { upTimeMillis } from '../power-state.ts';
import type { Access, SystemIdentity } from '../tables.ts';
import { integerOf, type SnmpVarbind, textOf } from './value.ts';

export async function readIdentity({ session }: Pick<Access, 'session'>): Promise<SystemIdentity> {
  const [id, descr, upTime, name] = await session.get([
    SYSTEM.sysObjectID,
    SYSTEM.sysDescr,
    SYSTEM.sysUpTime,
    SYSTEM.sysName,
  ]);
  return {
    sysObjectID: textOf(id) ?? '',
    sysDescr: textOf(descr) ?? '',
    sysName: textOf(name) ?? '',
    upTime: upTimeMillis(integerOf(upTime)),
  };
}

/** `from` and `to`: when it was asked for, and when the answer was there. */
export function upTimeOf(varbind: SnmpVarbind | undefined, from: Millis, to: Millis): UpTime | undefined {
  const ticks = integerOf(varbind);
  return ticks === undefined ? undefined : { ticks, from, to };
}
