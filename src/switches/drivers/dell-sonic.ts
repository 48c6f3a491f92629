/** Dell Enterprise SONiC. */
import type { SwitchDriver } from './driver.ts';
import { family, savedBy } from './family.ts';
import { RFC3621_POWER } from './rfc3621.ts';

export const DELL_SONIC: SwitchDriver = family({
  name: 'dell-sonic',
  title: 'Dell Enterprise SONiC',
  recognise: { sysObjectIds: ['1.3.6.1.4.1.4413', '1.3.6.1.4.1.674.11000'], sysDescr: /\bSONiC\b/i },
  writes: {
    readOnly: 'SONiC is configured over its command line or REST, and what of it takes writes over SNMP is not known',
  },
  power: { ...RFC3621_POWER, budgetBy: 'allocated' },
  save: savedBy('write memory'),
  quirks: ['Bridge ports count from 0: bridge port 0 is Eth1/1, interface 1.', 'eth0 is the management port.'],
});
