import type { Expected } from './expected.ts';

export const cambiumTx1012P: Expected = {
  recording: 'cambium-tx1012-p',
  model: 'Cambium cnMatrix TX1012-P-DC',
  sysObjectId: '1.3.6.1.4.1.17713.24',
  driver: 'cambium',
  writes: 'nothing',
  chassis: { bridgeAddress: false, serials: 0 },
  power: {
    column: '1.3.6.1.4.1.2076.103.1.3.1.5',
    rows: '1.[1-8]',
    admin: { notRecorded: 'pethPsePortAdminEnable' },
    detection: { notRecorded: 'pethPsePortDetectionStatus' },
    watts: {
      column: '1.3.6.1.4.1.2076.103.1.3.1.5',
      kind: 'measured',
      zero: '1.[1-2,4-8]',
      of: { '1.3': 24.5 },
      sum: 24.5,
    },
    priorities: { low: '1.[1-8]' },
  },
  supply: { notRecorded: 'no pethMainPse row' },
  ports: {
    rows: 'vendor',
    runs: [{ row: '1.1', name: 'Gi0/1', ifIndex: 1, count: 8 }],
    bridgePorts: { 'Gi0/[1-8]': 1 },
  },
  vlans: {
    names: '',
    lists: { notRecorded: 'neither dot1qVlanStaticTable nor dot1qVlanCurrentTable has port lists' },
    pvids: {
      index: 'bridgePort',
      of: { 1: 'Gi0/[1-2]; Ex0/[1,3-4]', 200: 'Gi0/[3,7]', 999: 'Gi0/[4-6]', 260: 'Gi0/8', 3297: 'Ex0/2' },
    },
  },
  fdb: {
    table: 'q-bridge',
    index: 'bridgePort',
    rows: 8,
    portZero: 0,
    notLearned: 0,
    notPhysical: 0,
    macs: 7,
    perPort: {
      'Gi0/7; Ex0/3': 1,
      'Ex0/1': 3,
      'Ex0/2': 2,
    },
  },
  lldp: { notRecorded: 'no lldpRemTable' },
};
