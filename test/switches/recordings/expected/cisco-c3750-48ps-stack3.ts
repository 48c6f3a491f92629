import type { Expected } from './expected.ts';

/**
 * PoE rows 3.27 and 3.28 do not exist: the row is the port plus two, from port 25 on plus four. Bridge ports are
 * those of VLAN 1 alone.
 */
export const ciscoC375048psStack3: Expected = {
  recording: 'cisco-c3750-48ps-stack3',
  model: 'Cisco WS-C3750-48PS, member 3 of a stack',
  sysObjectId: '1.3.6.1.4.1.9.1.516',
  driver: 'cisco-ios',
  writes: 'snmp',
  chassis: { bridgeAddress: true, serials: 1 },
  power: {
    column: '1.3.6.1.2.1.105.1.1.1.3',
    rows: '3.[3-26,29-52]',
    admin: { on: '3.[3-26,29-52]', off: '', neither: '' },
    detection: { searching: '3.[3-4,6-26,29-45,47-52]', deliveringPower: '3.[5,46]' },
    classes: { '3.5': 'class4', '3.46': 'class3' },
    watts: {
      column: '1.3.6.1.4.1.9.9.402.1.2.1.9',
      kind: 'allocated',
      zero: '3.[3-4,6-26,29-45,47-52]',
      of: { '3.5': 15.4, '3.46': 15.4 },
      sum: 30.8,
    },
    limits: { '3.[3-26,29-52]': 15.4 },
    priorities: { low: '3.[3-26,29-52]' },
  },
  supply: { capacity: 370, consumption: 30 },
  ports: {
    rows: 'recorded',
    runs: [
      { row: '3.3', name: 'Fa3/0/1', ifIndex: 11001, count: 24 },
      { row: '3.29', name: 'Fa3/0/25', ifIndex: 11025, count: 24 },
    ],
    bridgePorts: { 'Fa3/0/8': 118, 'Fa3/0/[12-24]': 122, 'Fa3/0/[25-39]': 137, 'Fa3/0/[47-48]': 159 },
  },
  vlans: {
    names: '',
    lists: {
      table: 'vendor',
      column: '1.3.6.1.4.1.9.9.68.1.2.2.1.2',
      members: {
        1: { egress: 'Fa3/0/[8,12-39,47-48]; Gi3/0/[2-4]', untagged: 'Fa3/0/[8,12-39,47-48]; Gi3/0/[2-4]' },
        4: { egress: 'Fa3/0/48; Gi3/0/1', untagged: 'Gi3/0/1' },
        10: { egress: 'Fa3/0/48', untagged: '' },
        60: { egress: 'Fa3/0/[2-7,9-11,45-46,48]', untagged: 'Fa3/0/[2-7,9-11,45-46]' },
        63: { egress: 'Fa3/0/[40-41,48]', untagged: 'Fa3/0/[40-41]' },
        65: { egress: 'Fa3/0/[1,42-43,48]', untagged: 'Fa3/0/[1,42-43]' },
        70: { egress: '', untagged: '' },
        80: { egress: 'Fa3/0/[44,48]', untagged: 'Fa3/0/44' },
      },
    },
    pvids: { notRecorded: 'no dot1qPvid' },
    quirk:
      'no Q-BRIDGE-MIB: vmVlan has the access ports, 46 and 48 trunk (the list of 48 lacks 70), VTP has 20 VLANs, of which 1002 to 1005 are none',
  },
  fdb: {
    table: 'bridge',
    index: 'bridgePort',
    rows: 1,
    portZero: 0,
    notLearned: 0,
    notPhysical: 0,
    macs: 1,
    perPort: {
      'Fa3/0/48': 1,
    },
  },
  lldp: { notRecorded: 'no lldpRemTable' },
};
