import type { Expected } from './expected.ts';

/** rlPethPsePortStatus of rows 1.22 and 1.24 is 15, an overload. */
export const ciscoCbs35024p4xStack2: Expected = {
  recording: 'cisco-cbs350-24p-4x-stack2',
  model: 'Cisco CBS350-24P-4X, stack of two',
  sysObjectId: '1.3.6.1.4.1.9.6.1.1006.24.5',
  driver: 'cisco-business',
  writes: 'snmp',
  chassis: { bridgeAddress: false, serials: 2 },
  power: {
    column: '1.3.6.1.4.1.9.6.1.101.108.1.1.5',
    rows: '1.[1-24]; 2.[53-76]',
    admin: { notRecorded: 'pethPsePortAdminEnable' },
    detection: { notRecorded: 'pethPsePortDetectionStatus' },
    delivering: '1.[7-11,13-21,23]; 2.[69,71,73-75]',
    watts: {
      column: '1.3.6.1.4.1.9.6.1.101.108.1.1.5',
      kind: 'measured',
      zero: '1.[1-6,12,22,24]; 2.[53-68,70,72,76]',
      of: {
        '1.7': 6.852,
        '1.8': 7.323,
        '1.9': 7.148,
        '1.10': 7.194,
        '1.11': 7.133,
        '1.13': 9.338,
        '1.14': 8.719,
        '1.15': 8.603,
        '1.16': 8.985,
        '1.17': 9.083,
        '1.18': 4.514,
        '1.19': 9.53,
        '1.20': 9.172,
        '1.21': 8.695,
        '1.23': 4.02,
        '2.69': 1.345,
        '2.71': 1.358,
        '2.73': 1.292,
        '2.74': 1.35,
        '2.75': 1.294,
      },
      sum: 122.948,
    },
    limits: { '1.[1-24]; 2.[53-76]': 30 },
  },
  supply: { notRecorded: 'no pethMainPse row' },
  ports: {
    rows: 'vendor',
    runs: [
      { row: '1.1', name: 'gi1/0/1', ifIndex: 1, count: 24 },
      { row: '2.53', name: 'gi2/0/1', ifIndex: 53, count: 24 },
    ],
    bridgePorts: { 'gi1/0/[1-24]': 1, 'gi2/0/[1-24]': 53 },
  },
  vlans: {
    names: '1-4',
    lists: {
      table: 'current',
      octets: 126,
      members: {
        1: {
          egress:
            'gi1/0/[1-12,22,24-48]; te1/0/[1,3-4]; gi2/0/[1,3-48]; te2/0/[2-4]; gi3/0/[1-48]; te3/0/[1-4]; gi4/0/[1-48]; te4/0/[1-4]; Po[2-8]',
          untagged:
            'gi1/0/[1-12,22,24-48]; te1/0/[1,3-4]; gi2/0/[1,3-48]; te2/0/[2-4]; gi3/0/[1-48]; te3/0/[1-4]; gi4/0/[1-48]; te4/0/[1-4]; Po[2-8]',
        },
        2: { egress: 'gi1/0/[7-11]; gi2/0/2', untagged: '' },
        3: { egress: 'gi1/0/[7-11]; gi2/0/2', untagged: '' },
        4: { egress: 'gi1/0/[13-21,23]; te1/0/2; gi2/0/2; Po1', untagged: 'gi1/0/[13-21,23]; te1/0/2; Po1' },
      },
    },
    pvids: {
      index: 'bridgePort',
      of: {
        1: 'gi1/0/[1-48]; te1/0/[1-4]; gi2/0/[1-48]; te2/0/[1-4]; gi3/0/[1-48]; te3/0/[1-4]; gi4/0/[1-48]; te4/0/[1-4]; Po[1-8]',
      },
    },
    quirk:
      'dot1qPvid is 1 for every port, though gi1/0/13 to 21 and 23 learn their addresses in VLAN 4: it is only true in general mode',
  },
  fdb: {
    table: 'q-bridge',
    index: 'bridgePort',
    rows: 76,
    portZero: 1,
    notLearned: 0,
    notPhysical: 0,
    macs: 73,
    perPort: {
      'gi1/0/[1-2,4,12-21,23]; gi2/0/[1-4,7,11,13,17-24]': 1,
      'gi1/0/7': 13,
      'gi1/0/8': 4,
      'gi1/0/9': 10,
      'gi1/0/10': 6,
      'gi1/0/11; te1/0/2; gi2/0/14; te2/0/2': 2,
      'gi2/0/15': 3,
    },
  },
  lldp: { neighbours: 22, index: 'ifIndex', ports: 'gi1/0/[7-11,13-21]; te1/0/2; gi2/0/[1-3,13-14,20]; te2/0/2' },
};
