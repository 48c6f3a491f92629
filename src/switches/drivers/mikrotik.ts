/** MikroTik: RouterOS is read over SNMP and written over SSH; SwOS has no command line at all. */
import type { DetectionName, PowerDialect, SwitchDriver } from './driver.ts';
import { family } from './family.ts';

/** mtxrPOETable, by ifIndex. */
const POE = '1.3.6.1.4.1.14988.1.1.15.1.1';

/** mtxrPOEStatus: disabled, waitingForLoad, poweredOn, overload, shortCircuit, and trouble of other kinds. */
const STATUS: Readonly<Record<number, DetectionName>> = {
  1: 'disabled',
  2: 'searching',
  3: 'deliveringPower',
  4: 'fault',
  5: 'fault',
  6: 'otherFault',
  7: 'otherFault',
  8: 'otherFault',
  9: 'otherFault',
  10: 'otherFault',
  11: 'otherFault',
  12: 'otherFault',
  13: 'otherFault',
  14: 'otherFault',
};

const POWER: PowerDialect = {
  // There is no setting in the table, but a disabled port says so in its status. Nothing is ever written here.
  admin: {
    column: `${POE}.3`,
    type: 'Integer32',
    on: 2,
    off: 1,
    readsOn: [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14],
  },
  detection: { column: `${POE}.3`, values: STATUS },
  powerClass: undefined,
  counters: {},
  // Tenths of a watt.
  watts: { column: `${POE}.6`, unit: 0.1, kind: 'measured' },
  limit: undefined,
  priority: undefined,
  main: {},
  budgetBy: 'measured',
  cycle: undefined,
  rowsPerSet: 1,
};

const SHORT = 'A port that powers nothing may read shortCircuit(5).';

export const MIKROTIK_ROUTEROS: SwitchDriver = family({
  name: 'mikrotik-routeros',
  title: 'MikroTik RouterOS',
  recognise: { sysObjectIds: ['1.3.6.1.4.1.14988.1'] },
  writes: 'ssh-routeros',
  power: POWER,
  portRules: ['ifindex'],
  quirks: [
    SHORT,
    'Interfaces are renamed at will: ether7 is the seventh socket only until somebody calls it otherwise.',
  ],
});

export const MIKROTIK_SWOS: SwitchDriver = family({
  name: 'mikrotik-swos',
  title: 'MikroTik SwOS',
  recognise: { sysObjectIds: ['1.3.6.1.4.1.14988.2'] },
  writes: { readOnly: 'SwOS is written in its web interface only' },
  power: POWER,
  portRules: ['ifindex'],
  quirks: [SHORT, 'ifName counts sockets; ifDescr is what somebody called them.'],
});
