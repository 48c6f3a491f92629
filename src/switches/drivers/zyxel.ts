/** Zyxel ZyNOS switches. The enterprise switches' PoE is RFC 3621; ZYXEL-POWER-ETHERNET-MIB has watts by bridge port. */
import type { SwitchDriver } from './driver.ts';
import { family, Q_BRIDGE, saveBySetting } from './family.ts';
import { RFC3621_POWER } from './rfc3621.ts';

export const ZYXEL: SwitchDriver = family({
  name: 'zyxel',
  title: 'Zyxel XGS, XS, GS2000 and later',
  recognise: { sysObjectIds: ['1.3.6.1.4.1.890.1.15', '1.3.6.1.4.1.890.1.5.8'] },
  writes: 'snmp',
  // Some have milliwatts in column 15 of pethPsePortTable, where RFC3621_POWER looks for them.
  power: RFC3621_POWER,
  portRules: ['ifindex'],
  vlans: Q_BRIDGE,
  // sysMgmtConfigSave := save(1).
  save: saveBySetting('1.3.6.1.4.1.890.1.15.3.2.2.0', 1),
  quirks: [
    'Interface names may count from 0: swp00 is the first port of the faceplate, PoE row 1.1.',
    'Watts per port are in column 15 of pethPsePortTable on some models, and not told on others.',
  ],
});

export const ZYXEL_GS1900: SwitchDriver = family({
  name: 'zyxel-gs1900',
  title: 'Zyxel GS1900',
  recognise: { sysObjectIds: ['1.3.6.1.4.1.890.1', '1.3.6.1.4.1.890.1.15'], sysDescr: /^GS19\d\d/ },
  writes: { readOnly: 'the GS1900 series takes few writes over SNMP, and which ones is not known' },
  power: RFC3621_POWER,
  quirks: ['Its web interface is the way to write it.'],
});
