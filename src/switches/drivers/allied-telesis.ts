/** Allied Telesis AlliedWare Plus. */
import type { SwitchDriver } from './driver.ts';
import { family, Q_BRIDGE, savedBy } from './family.ts';
import { RFC3621_POWER } from './rfc3621.ts';

export const ALLIED_TELESIS: SwitchDriver = family({
  name: 'allied-telesis',
  title: 'Allied Telesis AlliedWare Plus',
  recognise: { sysObjectIds: ['1.3.6.1.4.1.207.1'] },
  writes: {
    readOnly:
      'whether AlliedWare Plus takes writes to pethPsePortAdminEnable, and how it numbers PoE rows, is not known; `driver: generic` has it written all the same',
  },
  power: RFC3621_POWER,
  vlans: Q_BRIDGE,
  save: savedBy('copy running-config startup-config'),
  quirks: [
    'Interfaces are port1.0.1 from 5001, bridge ports count from 1.',
    'Most FDB rows are of port 0, and the time mark of current VLANs is not 0.',
  ],
});
