/** Alcatel-Lucent AOS 6: OS6250 to OS6850. ALCATEL-IND1-INLINE-POWER-MIB augments RFC 3621. */
import type { SwitchDriver } from './driver.ts';
import { family, Q_BRIDGE, saveBySetting } from './family.ts';
import { RFC3621_POWER } from './rfc3621.ts';

const PORT = '1.3.6.1.4.1.6486.800.1.2.1.27.1.1.1.1';

export const ALCATEL: SwitchDriver = family({
  name: 'alcatel',
  title: 'Alcatel-Lucent AOS 6',
  recognise: { sysObjectIds: ['1.3.6.1.4.1.6486.800'] },
  writes: 'snmp',
  power: {
    ...RFC3621_POWER,
    // alaPethPsePortPowerActual and alaPethPsePortPowerMaximum, milliwatts.
    watts: { column: `${PORT}.2`, unit: 0.001, kind: 'measured' },
    limit: { column: `${PORT}.1`, unit: 0.001, writable: true },
    // Whether it counts what is drawn or what was granted is not known.
    budgetBy: 'allocated',
  },
  portRules: ['alcatel-slot'],
  vlans: { ...Q_BRIDGE, pvidIndex: 'ifIndex' },
  // configWriteMemory.
  save: saveBySetting('1.3.6.1.4.1.6486.800.1.2.1.11.1.1.1.43.0', 1),
  quirks: [
    'PoE rows are slot and port, interfaces a thousand times the slot plus the port: 1.7 is interface 1007, named 1/7.',
    'dot1qPvid goes by ifIndex, against RFC 4363; everything else by bridge port.',
    'The time mark of current VLANs is not 0.',
    'Saving goes to the working directory: certify it by hand.',
  ],
});
