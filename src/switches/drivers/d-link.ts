/** D-Link: two generations with a MIB each, DLINKSW-POE-MIB (171.14) and PoE-MIB (171.12). */
import type { DetectionName, SwitchDriver } from './driver.ts';
import { family, Q_BRIDGE, saveBySetting, savedBy } from './family.ts';
import { RFC3621_POWER } from './rfc3621.ts';

const NEW = '1.3.6.1.4.1.171.14.24.1.3';
const OLD = '1.3.6.1.4.1.171.12.24';

const STATUS: Readonly<Record<number, DetectionName>> = {
  1: 'disabled',
  2: 'searching',
  // requesting(3): a device is there and has no power yet. RFC 3621 has deliveringPower under this number.
  3: 'searching',
  4: 'deliveringPower',
  5: 'fault',
};

export const D_LINK: SwitchDriver = family({
  name: 'd-link',
  title: 'D-Link DGS-1510, DGS-3130, DGS-3630 and later',
  recognise: {
    sysObjectIds: ['1.3.6.1.4.1.171.10'],
    sysDescr: /\b(DGS-15[12]0|DGS-3[16]30|DXS-3[46]\d\d)/i,
  },
  writes: 'snmp',
  power: {
    ...RFC3621_POWER,
    // dPoeIfState: auto(1), never(2), static(3).
    admin: { column: `${NEW}.1.1.1`, type: 'Integer32', on: 1, restore: 'as-before', off: 2, readsOn: [1, 3] },
    detection: { column: `${NEW}.2.1.1.1`, values: STATUS },
    watts: { column: `${NEW}.2.2.1.4`, unit: 0.001, kind: 'measured' },
    limit: { column: `${NEW}.1.1.2`, unit: 0.001, writable: false },
  },
  vlans: Q_BRIDGE,
  save: savedBy('copy running-config startup-config'),
  quirks: [
    'By its MIBs: no recording of one is at hand.',
    'It can ping its devices and restart those that are silent (PD alive): keep that off, or it restarts boards on its own.',
    'dPoeIfMaxPower can be written for static ports only.',
  ],
});

export const D_LINK_OLD: SwitchDriver = family({
  name: 'd-link-old',
  title: 'D-Link DES-3000, DGS-3000, DGS-3100 to DGS-3600',
  // Not the smart series, whose PoE is below an arc of each model.
  recognise: { sysObjectIds: ['1.3.6.1.4.1.171.10'], sysDescr: /\b(DES-3\d\d\d|DGS-3(?![16]30)\d\d\d)/i },
  writes: 'snmp',
  power: {
    // swPoEPortCtrlState: other(1), enable(2), disable(3).
    admin: { column: `${OLD}.3.1.1.2`, type: 'Integer32', on: 2, off: 3, readsOn: [2] },
    detection: undefined,
    powerClass: {
      column: `${OLD}.4.1.1.2`,
      values: { 0: 'class0', 1: 'class1', 2: 'class2', 3: 'class3', 4: 'class4' },
    },
    counters: {},
    watts: { column: `${OLD}.4.1.1.3`, unit: 0.001, kind: 'measured' },
    limit: { column: `${OLD}.3.1.1.5`, unit: 0.001, writable: true },
    priority: { column: `${OLD}.3.1.1.3`, values: { 1: 'critical', 2: 'high', 3: 'low' } },
    main: {
      capacity: { column: `${OLD}.2.1.1.4`, unit: 1 },
      consumption: { column: `${OLD}.2.1.1.2`, unit: 1 },
    },
    budgetBy: 'measured',
    cycle: undefined,
    rowsPerSet: 18,
  },
  // One number over the whole stack, as ifIndex.
  portRules: ['ifindex'],
  vlans: Q_BRIDGE,
  // agentBscFileSystemSaveCfg := cfg(2).
  save: saveBySetting('1.3.6.1.4.1.171.12.1.2.18.4.0', 2),
  quirks: [
    'What became of a port it does not say: watts and the link tell.',
    'The time mark of current VLANs is not 0.',
  ],
});
