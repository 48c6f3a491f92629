/** Ubiquiti UniFi switches: nothing of PoE over SNMP, and no writes. */
import type { SwitchDriver } from './driver.ts';
import { family } from './family.ts';

export const UNIFI: SwitchDriver = family({
  name: 'unifi',
  title: 'Ubiquiti UniFi',
  recognise: { sysObjectIds: ['1.3.6.1.4.1.4413', '1.3.6.1.4.1.41112'], sysDescr: /^(US|USW|USL|USF|USC|USM)[-\d]/ },
  writes: 'ssh-unifi',
  quirks: [
    'The controller makes a switch as it wants it: what is set over SSH lasts until it provisions the switch again.',
    'Its sysObjectID is bare 4413, as of other Broadcom software: sysDescr decides.',
  ],
});
