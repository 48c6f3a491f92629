/** Cisco Small Business and Business: SF, SG, CBS 200 to 500, Catalyst 1200 and 1300. */
import type { SwitchDriver } from './driver.ts';
import { family, RSTP_EDGE } from './family.ts';
import { RADLAN_QUIRKS, radlanPower, radlanSave, radlanVlans } from './radlan.ts';

const ROOT = '1.3.6.1.4.1.9.6.1.101';

export const CISCO_BUSINESS: SwitchDriver = family({
  name: 'cisco-business',
  title: 'Cisco Business and Small Business',
  recognise: { sysObjectIds: ['1.3.6.1.4.1.9.6.1'] },
  writes: 'snmp',
  power: radlanPower(ROOT),
  // In a stack the port index is the ifIndex: 1.1 is gi1/0/1, 2.53 is gi2/0/1.
  portRules: ['ifindex'],
  vlans: radlanVlans(ROOT),
  save: radlanSave(ROOT),
  edge: RSTP_EDGE,
  quirks: [
    ...RADLAN_QUIRKS,
    'dot1qPvid can be written in general mode only: access ports have an object of their own.',
  ],
});
