import { alcatelOs6350P24 } from './alcatel-os6350-p24.ts';
import { arubaCx8325 } from './aruba-cx-8325.ts';
import { brocadeIcx643024 } from './brocade-icx6430-24.ts';
import { cambiumTx1012P } from './cambium-tx1012-p.ts';
import { ciscoC375048psStack3 } from './cisco-c3750-48ps-stack3.ts';
import { ciscoC9200lStack3 } from './cisco-c9200l-stack3.ts';
import { ciscoC9400Svl } from './cisco-c9400-svl.ts';
import { ciscoCbs25024p4x } from './cisco-cbs250-24p-4x.ts';
import { ciscoCbs35024p4xStack2 } from './cisco-cbs350-24p-4x-stack2.ts';
import { dellPowerconnect2824 } from './dell-powerconnect-2824.ts';
import { dellSonicE3248p } from './dell-sonic-e3248p.ts';
import { dlinkDgs300028xmp } from './dlink-dgs-3000-28xmp.ts';
import { edgecoreEcs210028p } from './edgecore-ecs2100-28p.ts';
import { eltexMes2324p } from './eltex-mes2324p.ts';
import type { Expected } from './expected.ts';
import { extremeErs4950Pwr } from './extreme-ers4950-pwr.ts';
import { fsS581048tsP } from './fs-s5810-48ts-p.ts';
import { grandstreamGwn7822p } from './grandstream-gwn7822p.ts';
import { hp2910al24gPoe } from './hp-2910al-24g-poe.ts';
import { hp6120xg } from './hp-6120xg.ts';
import { hpComwareA5500 } from './hp-comware-a5500.ts';
import { huaweiS572056cPwr } from './huawei-s5720-56c-pwr.ts';
import { ifotecInetpoe4gp2gf } from './ifotec-inetpoe-4gp2gf.ts';
import { juniperEx4600mp } from './juniper-ex4600mp.ts';
import { linksysLgs318p } from './linksys-lgs318p.ts';
import { microsemiMidspan } from './microsemi-midspan.ts';
import { microsensG6 } from './microsens-g6.ts';
import { mikrotikCss1064p } from './mikrotik-css106-4p.ts';
import { mikrotikRb5009upr } from './mikrotik-rb5009upr.ts';
import { netgearGsm7252psS2 } from './netgear-gsm7252ps-s2.ts';
import { netgearM430024x } from './netgear-m4300-24x.ts';
import { netonixWs12250 } from './netonix-ws-12-250.ts';
import { tplinkSg2218p } from './tplink-sg2218p.ts';
import { ubntEs24250w } from './ubnt-es-24-250w.ts';
import { ubntUs8 } from './ubnt-us-8.ts';
import { zyxelXs193012hp } from './zyxel-xs1930-12hp.ts';

/** One for every recording. */
export const EXPECTED: readonly Expected[] = [
  alcatelOs6350P24,
  arubaCx8325,
  brocadeIcx643024,
  cambiumTx1012P,
  ciscoC375048psStack3,
  ciscoC9200lStack3,
  ciscoC9400Svl,
  ciscoCbs25024p4x,
  ciscoCbs35024p4xStack2,
  dellPowerconnect2824,
  dellSonicE3248p,
  dlinkDgs300028xmp,
  edgecoreEcs210028p,
  eltexMes2324p,
  extremeErs4950Pwr,
  fsS581048tsP,
  grandstreamGwn7822p,
  hp2910al24gPoe,
  hp6120xg,
  hpComwareA5500,
  huaweiS572056cPwr,
  ifotecInetpoe4gp2gf,
  juniperEx4600mp,
  linksysLgs318p,
  microsemiMidspan,
  microsensG6,
  mikrotikCss1064p,
  mikrotikRb5009upr,
  netgearGsm7252psS2,
  netgearM430024x,
  netonixWs12250,
  tplinkSg2218p,
  ubntEs24250w,
  ubntUs8,
  zyxelXs193012hp,
];
