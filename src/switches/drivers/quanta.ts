/** Quanta LB and T series: FASTPATH below 7244.2 (QUANTA-SWITCH-MIB). */
import type { SwitchDriver } from './driver.ts';
import { family, Q_BRIDGE } from './family.ts';
import { fastpathEdge, fastpathPower, fastpathSave } from './fastpath.ts';

const ROOT = '1.3.6.1.4.1.7244.2';

export const QUANTA: SwitchDriver = family({
  name: 'quanta',
  title: 'Quanta LB and T (FASTPATH)',
  recognise: { sysObjectIds: ['1.3.6.1.4.1.7244'] },
  writes: 'snmp',
  power: fastpathPower(ROOT),
  portRules: ['ifindex', 'ordinal'],
  vlans: Q_BRIDGE,
  save: fastpathSave(ROOT),
  edge: fastpathEdge(ROOT),
  quirks: ['By its MIBs: no recording of one is at hand.'],
});
