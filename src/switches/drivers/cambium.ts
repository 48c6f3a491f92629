/** Cambium cnMatrix: ARICENT-POE-MIB, whose table measures and does not switch. */
import { PETH_PSE_PORT } from '../mib/power-ethernet.ts';
import type { SwitchDriver } from './driver.ts';
import { family, Q_BRIDGE, savedBy } from './family.ts';
import { RFC3621_POWER } from './rfc3621.ts';

const PORT = '1.3.6.1.4.1.2076.103.1.3.1';

export const CAMBIUM: SwitchDriver = family({
  name: 'cambium',
  title: 'Cambium cnMatrix',
  recognise: { sysObjectIds: ['1.3.6.1.4.1.17713.24'] },
  writes: {
    readOnly:
      'which object switches a PoE port of cnMatrix is not known; `driver: generic` has it written by pethPsePortAdminEnable',
  },
  power: {
    ...RFC3621_POWER,
    admin: { ...RFC3621_POWER.admin, column: PETH_PSE_PORT.pethPsePortAdminEnable },
    // fsPethPsPortPowerMeasurementsWattage under group and port: milliwatts, as volts (tenths) times milliamperes shows.
    watts: { column: `${PORT}.5`, unit: 0.001, kind: 'measured' },
    priority: { column: `${PORT}.6`, values: { 1: 'critical', 2: 'high', 3: 'low' } },
    budgetBy: 'allocated',
  },
  vlans: Q_BRIDGE,
  save: savedBy('write startup-config'),
  quirks: ['Uplinks Ex0/1 to Ex0/4 are interfaces 25 to 28.'],
});
