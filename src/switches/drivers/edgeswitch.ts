/** Ubiquiti EdgeSwitch: FASTPATH below Broadcom's own arc (EdgeSwitch-POWER-ETHERNET-MIB, EdgeSwitch-SWITCHING-MIB). */
import type { SwitchDriver } from './driver.ts';
import { family } from './family.ts';
import { fastpathEdge, fastpathPower, fastpathSave, fastpathSwitchport } from './fastpath.ts';

const ROOT = '1.3.6.1.4.1.4413.1.1';

export const EDGESWITCH: SwitchDriver = family({
  name: 'edgeswitch',
  title: 'Ubiquiti EdgeSwitch',
  recognise: { sysObjectIds: ['1.3.6.1.4.1.4413'], sysDescr: /^EdgeSwitch\b/ },
  writes: 'snmp',
  power: fastpathPower(ROOT),
  portRules: ['ifindex', 'ordinal'],
  vlans: fastpathSwitchport(ROOT),
  save: fastpathSave(ROOT),
  edge: fastpathEdge(ROOT),
  quirks: [
    'Its sysObjectID is bare 4413, as of other Broadcom software: sysDescr decides.',
    'Passive 24 V ports count as PoE ports and have no detection.',
    'Aggregates are interfaces 3/n of ifType other(1).',
    'The unit of pethMainPseConsumptionPower is not known for sure: other FASTPATH switches have milliwatts.',
  ],
});
