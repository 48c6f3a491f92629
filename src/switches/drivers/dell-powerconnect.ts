/** Old Dell PowerConnect with Radlan software: 2700, 2800, 3500, 5400, 5500. */
import type { SwitchDriver } from './driver.ts';
import { family, RSTP_EDGE } from './family.ts';
import { RADLAN_QUIRKS, radlanPower, radlanSave, radlanVlans } from './radlan.ts';

const ROOT = '1.3.6.1.4.1.89';

export const DELL_POWERCONNECT: SwitchDriver = family({
  name: 'dell-powerconnect',
  title: 'Dell PowerConnect 2700 to 5500',
  recognise: { sysObjectIds: ['1.3.6.1.4.1.674.10895'] },
  writes: 'snmp',
  power: radlanPower(ROOT),
  portRules: ['ifindex'],
  vlans: radlanVlans(ROOT),
  save: radlanSave(ROOT),
  edge: RSTP_EDGE,
  quirks: [...RADLAN_QUIRKS, 'Aggregates ch1 to ch8 say ifType ethernetCsmacd(6): their names tell them from ports.'],
});
