/** Extreme Networks: EXOS (EXTREME-POE-MIB beside RFC 3621) and ERS, once Nortel's and Avaya's (BAY-STACK-PETH-EXT-MIB). */
import { DETECTION_STATUS } from '../mib/power-ethernet.ts';
import type { SwitchDriver } from './driver.ts';
import { family, Q_BRIDGE, saveBySetting, savedBy } from './family.ts';
import { RFC3621_POWER } from './rfc3621.ts';

const EXOS_PORT = '1.3.6.1.4.1.1916.1.27.2.1.1';
const ERS_PORT = '1.3.6.1.4.1.45.5.8.1.1.1';

export const EXOS: SwitchDriver = family({
  name: 'exos',
  title: 'Extreme EXOS',
  recognise: { sysObjectIds: ['1.3.6.1.4.1.1916.2'] },
  writes: {
    readOnly:
      'whether EXOS takes writes to pethPsePortAdminEnable is not known; `driver: generic` has it written all the same',
  },
  power: {
    ...RFC3621_POWER,
    detection: { column: RFC3621_POWER.detection!.column, values: { ...DETECTION_STATUS, 0: 'disabled' } },
    // extremePethPortMeasuredPower and extremePethPortOperatorLimit, milliwatts.
    watts: { column: `${EXOS_PORT}.6`, unit: 0.001, kind: 'measured' },
    limit: { column: `${EXOS_PORT}.1`, unit: 0.001, writable: true },
    // extremePethSlotConsumptionPower is what is allocated by class and limit.
    budgetBy: 'allocated',
  },
  vlans: Q_BRIDGE,
  // extremeSaveConfiguration := saveToCurrent(3).
  save: saveBySetting('1.3.6.1.4.1.1916.1.1.1.3.0', 3),
  quirks: [
    'A disabled port may read detection status 0.',
    'A fault stays until extremePethPortClearFault, or off and on again.',
  ],
});

export const ERS: SwitchDriver = family({
  name: 'ers',
  title: 'Extreme, Avaya and Nortel ERS',
  recognise: { sysObjectIds: ['1.3.6.1.4.1.45.3'] },
  writes: 'snmp',
  power: {
    ...RFC3621_POWER,
    // bspePethPsePortExtMeasuredPower is milliwatts, bspePethPsePortExtPowerLimit watts.
    watts: { column: `${ERS_PORT}.7`, unit: 0.001, kind: 'measured' },
    limit: { column: `${ERS_PORT}.3`, unit: 1, writable: true },
    // Whether it counts what is drawn or what was granted is not known.
    budgetBy: 'allocated',
  },
  vlans: Q_BRIDGE,
  save: savedBy('copy config nvram, where autosave is off'),
  quirks: [
    'PoE objects by its MIB: the recording of one has none.',
    'The out-of-band port is an interface of type ethernetCsmacd(6).',
  ],
});
