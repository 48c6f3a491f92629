/** FS and Ruijie: FS-POE-MIB in place of RFC 3621, indexed by ifIndex. Two vendors, one software. */
import type { Oid } from '../snmp/oid.ts';
import type { PowerDialect, SwitchDriver } from './driver.ts';
import { family, Q_BRIDGE, savedBy } from './family.ts';

function power(vendor: Oid): PowerDialect {
  const port = `${vendor}.1.1.10.2.110.1.1.1`;
  return {
    // ifPoeEnable: enabled(1), disabled(2).
    admin: { column: `${port}.3`, type: 'Integer32', on: 1, off: 2, readsOn: [1] },
    // ifPoePwrStatus: on(1), off(2).
    detection: { column: `${port}.4`, values: { 1: 'deliveringPower', 2: 'searching' } },
    powerClass: undefined,
    counters: {},
    // ifPoeConsumingPwr is there, and its MIB does not say of what unit.
    watts: undefined,
    limit: undefined,
    priority: { column: `${port}.6`, values: { 1: 'critical', 2: 'high', 3: 'low' } },
    main: {},
    budgetBy: 'allocated',
    cycle: undefined,
    rowsPerSet: 18,
  };
}

const QUIRKS = [
  'PoE objects by its MIB: the recording of one has none.',
  'Watts are not read: the MIB does not give their unit.',
  'It does not tell a fault from a port without a device.',
];

export const FS: SwitchDriver = family({
  name: 'fs',
  title: 'FS campus switches',
  recognise: { sysObjectIds: ['1.3.6.1.4.1.52642.1.1.10.1'] },
  writes: 'snmp',
  power: power('1.3.6.1.4.1.52642'),
  portRules: ['ifindex'],
  vlans: Q_BRIDGE,
  save: savedBy('write'),
  quirks: QUIRKS,
});

export const RUIJIE: SwitchDriver = family({
  ...FS,
  name: 'ruijie',
  title: 'Ruijie',
  recognise: { sysObjectIds: ['1.3.6.1.4.1.4881.1.1.10.1'] },
  power: power('1.3.6.1.4.1.4881'),
});
