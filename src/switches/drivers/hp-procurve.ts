/** HP ProCurve, now ArubaOS-S: 2500 to 8200. HP-ICF-POE-MIB augments RFC 3621. */
import type { SwitchDriver } from './driver.ts';
import { family, Q_BRIDGE } from './family.ts';
import { RFC3621_POWER } from './rfc3621.ts';

export const HP_PROCURVE: SwitchDriver = family({
  name: 'hp-procurve',
  title: 'HP ProCurve and ArubaOS-S',
  recognise: { sysObjectIds: ['1.3.6.1.4.1.11.2.3.7.11'] },
  writes: 'snmp',
  power: {
    ...RFC3621_POWER,
    // hpicfPoePethPsePortActualPower: drawn. Column 3 is what is supplied, columns 11 and 12 are whole watts.
    watts: { column: '1.3.6.1.4.1.11.2.14.11.1.9.1.1.1.8', unit: 0.001, kind: 'measured' },
  },
  portRules: ['ifindex'],
  vlans: Q_BRIDGE,
  quirks: [
    'hpicfPoePethPsePortResetState restarts a PoE controller of many ports: it is never written.',
    'The group of a PoE row says nothing: ports are numbered through.',
    'The PVID may not be a tagged VLAN of the port, and a new PVID leaves the port tagged in the old one.',
    'A port of a trunk is gone from the bridge: the trunk is there instead (Trk1).',
    'The FDB id is not the VLAN id.',
    'Shutting the interface does not take its power.',
  ],
});
