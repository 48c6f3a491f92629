import type { Expected } from './expected.ts';

/** Only the five rows that delivered were recorded. */
export const ciscoCbs25024p4x: Expected = {
  recording: 'cisco-cbs250-24p-4x',
  model: 'Cisco CBS250-24P-4X',
  sysObjectId: '1.3.6.1.4.1.9.6.1.1005.24.5',
  driver: 'cisco-business',
  writes: 'snmp',
  chassis: { bridgeAddress: false, serials: 0 },
  power: {
    column: '1.3.6.1.4.1.9.6.1.101.108.1.1.5',
    rows: '1.[13-15,17,19]',
    admin: { notRecorded: 'pethPsePortAdminEnable' },
    detection: { notRecorded: 'pethPsePortDetectionStatus' },
    watts: {
      column: '1.3.6.1.4.1.9.6.1.101.108.1.1.5',
      kind: 'measured',
      zero: '',
      of: { '1.13': 10.767, '1.14': 8.607, '1.15': 4.879, '1.17': 10.82, '1.19': 3.537 },
      sum: 38.61,
    },
  },
  supply: { notRecorded: 'no pethMainPse row' },
  ports: {
    rows: 'vendor',
    runs: [
      { row: '1.13', name: 'gi13', ifIndex: 13, count: 3 },
      { row: '1.17', name: 'gi17', ifIndex: 17, count: 1 },
      { row: '1.19', name: 'gi19', ifIndex: 19, count: 1 },
    ],
    bridgePorts: { 'gi[13-15]': 13, gi17: 17, gi19: 19 },
  },
  vlans: {
    names: '',
    lists: { notRecorded: 'neither dot1qVlanStaticTable nor dot1qVlanCurrentTable has port lists' },
    pvids: { index: 'bridgePort', of: { 1: 'gi[1-24]; te[1-4]; Po[1-4]' } },
    quirk: 'dot1qPvid is 1 for every port, though ports 2, 3, 6 and 12 learn their addresses in VLAN 2',
  },
  fdb: {
    table: 'q-bridge',
    index: 'bridgePort',
    rows: 357,
    portZero: 1,
    notLearned: 0,
    notPhysical: 0,
    macs: 347,
    perPort: {
      'gi[2-3,6,12,14-15,17,19,24]': 1,
      gi13: 4,
      te1: 7,
      te2: 327,
    },
  },
  lldp: { notRecorded: 'no lldpRemTable' },
};
