/** Ifotec industrial switches. */
import type { SwitchDriver } from './driver.ts';
import { family, Q_BRIDGE, RSTP_EDGE } from './family.ts';

export const IFOTEC: SwitchDriver = family({
  name: 'ifotec',
  title: 'Ifotec INET',
  recognise: { sysObjectIds: ['1.3.6.1.4.1.21362'] },
  writes: { readOnly: 'no PoE objects of Ifotec switches are known' },
  vlans: Q_BRIDGE,
  edge: RSTP_EDGE,
  quirks: ['Its VLAN interfaces are bridge ports 8 and 9.'],
});
