import type { Expected } from './expected.ts';

export const microsensG6: Expected = {
  recording: 'microsens-g6',
  model: 'Microsens G6',
  sysObjectId: '1.3.6.1.4.1.3181.10.6',
  driver: 'microsens',
  writes: 'snmp',
  chassis: { bridgeAddress: false, serials: 0 },
  power: {
    column: '1.3.6.1.4.1.3181.10.6.1.33.101.1.2',
    rows: '[1-6]',
    admin: { notRecorded: 'configMode (3181.10.6.1.33.4.1.2)' },
    detection: { powerOff: '[1-3]', powered: '4', disabled: '[5-6]' },
    classes: { '4': 'class3' },
    watts: {
      column: '1.3.6.1.4.1.3181.10.6.1.33.101.1.6',
      kind: 'measured',
      zero: '[1-3,5-6]',
      of: { '4': 4.537 },
      sum: 4.537,
    },
  },
  supply: { consumption: 4.537 },
  ports: {
    rows: 'vendor',
    runs: [{ row: '1', name: '1/1', ifIndex: 101, count: 6 }],
    bridgePorts: { '1/[1-6]': 1 },
  },
  vlans: {
    names: '',
    lists: { notRecorded: 'neither dot1qVlanStaticTable nor dot1qVlanCurrentTable has port lists' },
    pvids: { index: 'bridgePort', of: { 262: '1/[1-4]', 1: '1/[5-6]' } },
  },
  fdb: {
    table: 'q-bridge',
    index: 'ifIndex',
    rows: 93,
    portZero: 0,
    notLearned: 0,
    notPhysical: 0,
    macs: 85,
    perPort: {
      '1/2': 1,
      '1/4': 2,
      '1/5': 77,
      '1/6': 5,
    },
  },
  lldp: { notRecorded: 'no lldpRemTable' },
};
