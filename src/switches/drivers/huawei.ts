/** Huawei VRP: S series. HUAWEI-POE-MIB in place of RFC 3621, indexed by ifIndex. */
import type { SwitchDriver } from './driver.ts';
import { family, Q_BRIDGE, ROW_STATUS, SAVE_ROW } from './family.ts';

const PORT = '1.3.6.1.4.1.2011.5.25.195.3.1';
const SLOT = '1.3.6.1.4.1.2011.5.25.195.2.1';
/** hwCfgOperateTable. */
const OPERATE = '1.3.6.1.4.1.2011.6.10.1.2.4.1';

export const HUAWEI: SwitchDriver = family({
  name: 'huawei',
  title: 'Huawei VRP',
  recognise: { sysObjectIds: ['1.3.6.1.4.1.2011.2'] },
  writes: 'snmp',
  power: {
    // hwPoePortEnable: enabled(1), disabled(2).
    admin: { column: `${PORT}.3`, type: 'Integer32', on: 1, off: 2, readsOn: [1] },
    // hwPoePortPowerStatus is text.
    detection: undefined,
    powerClass: { column: `${PORT}.8`, values: { 0: 'class0', 1: 'class1', 2: 'class2', 3: 'class3', 4: 'class4' } },
    counters: {},
    watts: { column: `${PORT}.10`, unit: 0.001, kind: 'measured' },
    limit: { column: `${PORT}.5`, unit: 0.001, writable: true },
    priority: { column: `${PORT}.4`, values: { 1: 'critical', 2: 'high', 3: 'low' } },
    // hwPoeSlotMaximumPower and hwPoeSlotConsumingPower, a row a slot.
    main: { capacity: { column: `${SLOT}.2`, unit: 0.001 }, consumption: { column: `${SLOT}.5`, unit: 0.001 } },
    budgetBy: 'measured',
    cycle: undefined,
    rowsPerSet: 18,
  },
  portRules: ['ifindex'],
  vlans: Q_BRIDGE,
  save: {
    sets: [
      [{ oid: `${OPERATE}.9.${SAVE_ROW}`, type: 'Integer32', value: ROW_STATUS.destroy }],
      [
        // running2Startup(1).
        { oid: `${OPERATE}.2.${SAVE_ROW}`, type: 'Integer32', value: 1 },
        { oid: `${OPERATE}.9.${SAVE_ROW}`, type: 'Integer32', value: ROW_STATUS.createAndGo },
      ],
    ],
  },
  quirks: [
    'PoE rows are interfaces, PVIDs are bridge ports, and the two differ: 6 is GigabitEthernet0/0/1, bridge port 1.',
    'What became of a port it says in text only: watts and the link tell instead.',
    'Huawei warns that switching a port often may fault it.',
    'A port list has 760 octets: 108 VLANs are 160 kB to read, egress and untagged.',
    'It is not known whether VLANs can be written by Q-BRIDGE-MIB: reading back decides.',
  ],
});
