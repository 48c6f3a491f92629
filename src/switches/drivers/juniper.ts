/** Juniper EX and QFX: read over SNMP, written over SSH, for Junos takes no writes over SNMP. */
import { seconds } from '../../rack/units.ts';
import type { SwitchDriver } from './driver.ts';
import { family } from './family.ts';
import { RFC3621_POWER } from './rfc3621.ts';

export const JUNIPER: SwitchDriver = family({
  name: 'juniper',
  title: 'Juniper EX and QFX (Junos)',
  recognise: { sysObjectIds: ['1.3.6.1.4.1.2636'] },
  writes: 'ssh-junos',
  // A commit alone may take 90 s on a small EX.
  writeDeadline: seconds(150),
  power: { ...RFC3621_POWER, watts: undefined, budgetBy: 'allocated' },
  portRules: ['juniper-fpc'],
  quirks: [
    'A PoE row is member plus one and port plus one: 1.1 is ge-0/0/0.',
    'Bridge ports are logical units: ge-0/0/7.0, not ge-0/0/7.',
    'The FDB id is the VLAN id times 65536.',
  ],
});
