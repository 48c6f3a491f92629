/** TP-Link JetStream and Omada: TPLINK-POWER-OVER-ETHERNET-MIB in place of RFC 3621, in tenths of a watt. */
import type { SwitchDriver } from './driver.ts';
import { family, saveBySetting } from './family.ts';

const GLOBAL = '1.3.6.1.4.1.11863.6.56.1.1.1';
const PORT = '1.3.6.1.4.1.11863.6.56.1.1.2.1.1';

export const TP_LINK: SwitchDriver = family({
  name: 'tp-link',
  title: 'TP-Link JetStream and Omada',
  recognise: { sysObjectIds: ['1.3.6.1.4.1.11863'] },
  writes: 'snmp',
  power: {
    // tpPoePortStatus: disable(0), enable(1).
    admin: { column: `${PORT}.2`, type: 'Integer32', on: 1, off: 0, readsOn: [1] },
    // tpPoePowerStatus: off, turning-on, on, overload, short, nonstandard-pd, voltage-high and -low, hardware, heat.
    detection: {
      column: `${PORT}.11`,
      values: {
        0: 'searching',
        1: 'searching',
        2: 'deliveringPower',
        3: 'fault',
        4: 'fault',
        5: 'otherFault',
        6: 'otherFault',
        7: 'otherFault',
        8: 'otherFault',
        9: 'otherFault',
      },
    },
    powerClass: { column: `${PORT}.10`, values: { 0: 'class0', 1: 'class1', 2: 'class2', 3: 'class3', 4: 'class4' } },
    counters: {},
    watts: { column: `${PORT}.7`, unit: 0.1, kind: 'measured' },
    limit: { column: `${PORT}.4`, unit: 0.1, writable: true },
    // high(0), middle(1), low(2): its highest is as high as it goes.
    priority: { column: `${PORT}.3`, values: { 0: 'critical', 1: 'high', 2: 'low' } },
    main: { capacity: { column: `${GLOBAL}.1`, unit: 0.1 }, consumption: { column: `${GLOBAL}.3`, unit: 0.1 } },
    budgetBy: 'measured',
    cycle: undefined,
    rowsPerSet: 18,
  },
  // The index is the faceplate number; interfaces are numbered from 49153, and interface 1 is a VLAN's.
  portRules: ['ordinal'],
  // tpSysToolConfigSave := commit(1).
  save: saveBySetting('1.3.6.1.4.1.11863.6.3.1.3.0', 1),
  quirks: [
    'There is no dot1qPvid and no static VLAN table: VLANs have private objects, which are not written here. Keep them by hand or through the controller.',
    'It does not tell an enabled port without a device from a disabled one but by the setting.',
    'A switch that an Omada controller has adopted gets back what the controller says.',
    'VLAN interfaces say ifType ethernetCsmacd(6).',
  ],
});
