import type { Expected } from './expected.ts';

/** Bridge ports are the faceplate numbers, PoE rows the ifIndexes: five apart. */
export const huaweiS572056cPwr: Expected = {
  recording: 'huawei-s5720-56c-pwr',
  model: 'Huawei S5720-56C-PWR-EI',
  sysObjectId: '1.3.6.1.4.1.2011.2.23.291',
  driver: 'huawei',
  writes: 'snmp',
  chassis: { bridgeAddress: true, serials: 1 },
  power: {
    column: '1.3.6.1.4.1.2011.5.25.195.3.1.3',
    rows: '[6-53]',
    admin: { on: '[6-53]', off: '', neither: '' },
    detection: { notRecorded: 'hwPoePortPowerStatus was not recorded' },
    watts: { column: '1.3.6.1.4.1.2011.5.25.195.3.1.10', kind: 'measured', zero: '[6-53]', of: {}, sum: 0 },
    limits: { '[6-53]': 30 },
  },
  supply: { notRecorded: 'no pethMainPse row' },
  ports: {
    rows: 'recorded',
    runs: [{ row: '6', name: 'GigabitEthernet0/0/1', ifIndex: 6, count: 48 }],
    bridgePorts: { 'GigabitEthernet0/0/1': 1, 'GigabitEthernet0/0/[3-13]': 3, 'GigabitEthernet0/0/[15-48]': 15 },
  },
  vlans: {
    names: '1,60,210,2501-2503,2835',
    lists: {
      table: 'current',
      octets: 760,
      members: {
        1: {
          egress: 'GigabitEthernet0/0/[1,3-13,15-37,39-48]; XGigabitEthernet0/0/3',
          untagged: 'GigabitEthernet0/0/[3-13,15-37,39-48]; XGigabitEthernet0/0/3',
        },
        60: {
          egress: 'GigabitEthernet0/0/[1,3-13,15-37,39-48]; XGigabitEthernet0/0/[3-4]',
          untagged: 'GigabitEthernet0/0/1',
        },
        210: { egress: 'GigabitEthernet0/0/[1,3-13,15-48]; XGigabitEthernet0/0/3', untagged: 'GigabitEthernet0/0/38' },
        2501: { egress: 'GigabitEthernet0/0/[1,3-13,15-37,39-48]; XGigabitEthernet0/0/3', untagged: '' },
        2502: { egress: 'GigabitEthernet0/0/[1,3-13,15-37,39-48]; XGigabitEthernet0/0/3', untagged: '' },
        2503: { egress: 'GigabitEthernet0/0/[1,3-13,15-37,39-48]; XGigabitEthernet0/0/3', untagged: '' },
        2835: { egress: 'GigabitEthernet0/0/[1,3-13,15-37,39-48]; XGigabitEthernet0/0/3', untagged: '' },
      },
    },
    pvids: {
      index: 'bridgePort',
      of: {
        60: 'GigabitEthernet0/0/1',
        1: 'GigabitEthernet0/0/[3-13,15-37,39-48]; XGigabitEthernet0/0/[3-4]',
        210: 'GigabitEthernet0/0/38',
      },
    },
    quirk: 'routed ports 2 and 14 have no bridge port',
  },
  fdb: {
    table: 'bridge',
    index: 'bridgePort',
    rows: 5,
    portZero: 3,
    notLearned: 0,
    notPhysical: 0,
    macs: 2,
    perPort: {
      'XGigabitEthernet0/0/4': 2,
    },
  },
  lldp: { neighbours: 5, index: 'localPortId', ports: 'GigabitEthernet0/0/14; XGigabitEthernet0/0/[1-2,4]; MEth0/0/1' },
};
