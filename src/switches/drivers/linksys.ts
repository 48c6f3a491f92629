/** Linksys LGS: Radlan software, below a root of its own since the series with product numbers under 3955.1000. */
import type { Oid } from '../snmp/oid.ts';
import type { SwitchDriver } from './driver.ts';
import { family, RSTP_EDGE } from './family.ts';
import { RADLAN_QUIRKS, radlanPower, radlanSave, radlanVlans } from './radlan.ts';

function lgs(root: Oid): Pick<SwitchDriver, 'writes' | 'power' | 'portRules' | 'vlans' | 'save' | 'edge'> {
  return {
    writes: 'snmp',
    power: radlanPower(root),
    portRules: ['ifindex'],
    vlans: radlanVlans(root),
    save: radlanSave(root),
    edge: RSTP_EDGE,
  };
}

export const LINKSYS: SwitchDriver = family({
  ...lgs('1.3.6.1.4.1.3955.1000.201'),
  name: 'linksys',
  title: 'Linksys LGS300 series',
  recognise: { sysObjectIds: ['1.3.6.1.4.1.3955.1000'] },
  quirks: [
    ...RADLAN_QUIRKS,
    'Interfaces are numbered from 49, and so are PoE rows: 1.49 is gi1. Ports without PoE have rows too.',
  ],
});

export const LINKSYS_OLD: SwitchDriver = family({
  ...lgs('1.3.6.1.4.1.3955.89'),
  name: 'linksys-old',
  title: 'Linksys LGS, before the LGS300 series',
  recognise: { sysObjectIds: ['1.3.6.1.4.1.3955'] },
  quirks: [...RADLAN_QUIRKS, 'By its MIBs: no recording of one is at hand.'],
});
