/** LANCOM switches with LCOS SX 4 and later: FASTPATH below 2356.16.1 (LANCOM-SWITCHING-MIB). */
import type { SwitchDriver } from './driver.ts';
import { family } from './family.ts';
import { fastpathEdge, fastpathPower, fastpathSave, fastpathSwitchport } from './fastpath.ts';

const ROOT = '1.3.6.1.4.1.2356.16.1';

export const LANCOM: SwitchDriver = family({
  name: 'lancom',
  title: 'LANCOM GS and XS (FASTPATH)',
  recognise: { sysObjectIds: ['1.3.6.1.4.1.2356.16'] },
  writes: 'snmp',
  power: fastpathPower(ROOT),
  portRules: ['ifindex', 'ordinal'],
  vlans: fastpathSwitchport(ROOT),
  save: fastpathSave(ROOT),
  edge: fastpathEdge(ROOT),
  quirks: [
    'By its MIBs: no recording of one is at hand.',
    'LCOS SX 3 and earlier is other software and is not recognised.',
  ],
});
