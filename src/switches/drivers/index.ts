/** Every family that is known. */
import { ALCATEL } from './alcatel.ts';
import { ALLIED_TELESIS } from './allied-telesis.ts';
import { ARUBA_CX } from './aruba-cx.ts';
import { CAMBIUM } from './cambium.ts';
import { CISCO_BUSINESS } from './cisco-business.ts';
import { CISCO_IOS } from './cisco-ios.ts';
import { COMWARE } from './comware.ts';
import { D_LINK, D_LINK_OLD } from './d-link.ts';
import { DELL_N } from './dell-n.ts';
import { DELL_POWERCONNECT } from './dell-powerconnect.ts';
import { DELL_SONIC } from './dell-sonic.ts';
import type { SwitchDriver } from './driver.ts';
import { EDGECORE_FAMILIES } from './edgecore.ts';
import { EDGESWITCH } from './edgeswitch.ts';
import { ELTEX } from './eltex.ts';
import { ERS, EXOS } from './extreme.ts';
import { FS, RUIJIE } from './fs.ts';
import { GENERIC } from './generic.ts';
import { GRANDSTREAM } from './grandstream.ts';
import { HP_PROCURVE } from './hp-procurve.ts';
import { HUAWEI } from './huawei.ts';
import { ICX } from './icx.ts';
import { IFOTEC } from './ifotec.ts';
import { JUNIPER } from './juniper.ts';
import { LANCOM } from './lancom.ts';
import { LINKSYS, LINKSYS_OLD } from './linksys.ts';
import { MICROSENS } from './microsens.ts';
import { MIDSPAN } from './midspan.ts';
import { MIKROTIK_ROUTEROS, MIKROTIK_SWOS } from './mikrotik.ts';
import { NETGEAR_GS728TPP, NETGEAR_M4300, NETGEAR_MANAGED, NETGEAR_SMART } from './netgear.ts';
import { NETONIX } from './netonix.ts';
import { QUANTA } from './quanta.ts';
import { TP_LINK } from './tp-link.ts';
import { UNIFI } from './unifi.ts';
import { VIRTUAL } from './virtual.ts';
import { ZYXEL, ZYXEL_GS1900 } from './zyxel.ts';

export const DRIVERS: readonly SwitchDriver[] = Object.freeze([
  GENERIC,
  NETGEAR_MANAGED,
  NETGEAR_M4300,
  NETGEAR_SMART,
  NETGEAR_GS728TPP,
  DELL_N,
  EDGESWITCH,
  LANCOM,
  QUANTA,
  CISCO_IOS,
  CISCO_BUSINESS,
  LINKSYS,
  LINKSYS_OLD,
  ELTEX,
  DELL_POWERCONNECT,
  HP_PROCURVE,
  ARUBA_CX,
  HUAWEI,
  COMWARE,
  ICX,
  TP_LINK,
  D_LINK,
  D_LINK_OLD,
  ZYXEL,
  ZYXEL_GS1900,
  ...EDGECORE_FAMILIES,
  ALCATEL,
  ALLIED_TELESIS,
  EXOS,
  ERS,
  FS,
  RUIJIE,
  CAMBIUM,
  GRANDSTREAM,
  DELL_SONIC,
  MIKROTIK_ROUTEROS,
  MIKROTIK_SWOS,
  JUNIPER,
  UNIFI,
  NETONIX,
  MICROSENS,
  MIDSPAN,
  IFOTEC,
  VIRTUAL,
]);

const BY_NAME = new Map(DRIVERS.map((driver) => [driver.name, driver]));

/** Undefined: there is no driver of that name. */
export function driverByName(name: string): SwitchDriver | undefined {
  return BY_NAME.get(name);
}
