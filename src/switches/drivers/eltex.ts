/** Eltex MES: Radlan software under its old root. */
import type { SwitchDriver } from './driver.ts';
import { family, RSTP_EDGE } from './family.ts';
import { RADLAN_QUIRKS, radlanPower, radlanSave, radlanVlans } from './radlan.ts';

const ROOT = '1.3.6.1.4.1.89';

export const ELTEX: SwitchDriver = family({
  name: 'eltex',
  title: 'Eltex MES',
  recognise: { sysObjectIds: ['1.3.6.1.4.1.35265.1'], sysDescr: /^MES/ },
  writes: 'snmp',
  power: radlanPower(ROOT),
  portRules: ['ifindex'],
  vlans: radlanVlans(ROOT),
  save: radlanSave(ROOT),
  edge: RSTP_EDGE,
  quirks: [...RADLAN_QUIRKS, 'Interfaces are numbered from 49, and so are PoE rows: 1.49 is gi1/0/1.'],
});
