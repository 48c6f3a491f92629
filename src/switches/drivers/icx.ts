/** Brocade and Ruckus ICX, FastIron: FOUNDRY-POE-MIB, indexed by ifIndex; RFC 3621 is often not there. */
import type { SwitchDriver } from './driver.ts';
import { family, saveBySetting } from './family.ts';

const PORT = '1.3.6.1.4.1.1991.1.1.2.14.2.2.1';

export const ICX: SwitchDriver = family({
  name: 'icx',
  title: 'Brocade and Ruckus ICX',
  recognise: { sysObjectIds: ['1.3.6.1.4.1.1991.1.3'] },
  writes: 'snmp',
  power: {
    // snAgentPoePortControl: other(1) is a port without PoE, disable(2), enable(3), enableLegacyDevice(4).
    admin: { column: `${PORT}.2`, type: 'Integer32', on: 3, restore: 'as-before', off: 2, readsOn: [3, 4] },
    detection: undefined,
    powerClass: undefined,
    counters: {},
    watts: { column: `${PORT}.6`, unit: 0.001, kind: 'measured' },
    limit: { column: `${PORT}.3`, unit: 0.001, writable: true },
    priority: { column: `${PORT}.5`, values: { 1: 'critical', 2: 'high', 3: 'low' } },
    main: { capacity: { column: '1.3.6.1.4.1.1991.1.1.2.14.1.1', unit: 0.001 } },
    // snAgentPoeGblPowerCapacityFree is what is not allocated.
    budgetBy: 'allocated',
    cycle: undefined,
    rowsPerSet: 18,
  },
  portRules: ['ifindex'],
  vlans: { dialect: 'foundry' },
  // snAgWriteNVRAM := write(3).
  save: saveBySetting('1.3.6.1.4.1.1991.1.1.2.1.3.0', 3),
  quirks: [
    'Ports without PoE have rows too, with control other(1): they are neither on nor off.',
    'What became of a port it does not say: watts and the link tell.',
    'Small models have room for 64 VLANs (dot1qMaxSupportedVlans).',
  ],
});
