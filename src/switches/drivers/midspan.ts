/** Microsemi PowerDsine midspans: power for the ports of another switch. */
import type { SwitchDriver } from './driver.ts';
import { family } from './family.ts';
import { RFC3621_POWER } from './rfc3621.ts';

export const MIDSPAN: SwitchDriver = family({
  name: 'midspan',
  title: 'Microsemi PowerDsine midspan',
  recognise: { sysObjectIds: ['1.3.6.1.4.1.7428.1'] },
  writes: {
    readOnly:
      'a midspan has no ports of its own: its one interface is for management, and no table says which row is which socket',
  },
  power: RFC3621_POWER,
  portRules: ['midspan'],
  quirks: ['RFC 3621 without a bridge: no links, no VLANs, no FDB.'],
});
