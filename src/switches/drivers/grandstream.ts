/** Grandstream GWN switches: Radlan-like bridge numbering, and no PoE objects that are known. */
import type { SwitchDriver } from './driver.ts';
import { family, Q_BRIDGE, savedBy } from './family.ts';
import { RFC3621_POWER } from './rfc3621.ts';

export const GRANDSTREAM: SwitchDriver = family({
  name: 'grandstream',
  title: 'Grandstream GWN',
  recognise: { sysObjectIds: ['1.3.6.1.4.1.42397'], sysDescr: /^GWN78/ },
  writes: {
    readOnly:
      'no PoE objects of Grandstream switches are known; `driver: generic` has it written by RFC 3621 all the same',
  },
  power: { ...RFC3621_POWER, budgetBy: 'allocated' },
  vlans: Q_BRIDGE,
  save: savedBy('save it in the web interface'),
  quirks: ['Aggregates are interfaces and bridge ports from 1000.'],
});
