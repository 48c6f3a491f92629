import type { Expected } from './expected.ts';

/** Its Radlan tables lie below 3955.1000.201. */
export const linksysLgs318p: Expected = {
  recording: 'linksys-lgs318p',
  model: 'Linksys LGS318P',
  sysObjectId: '1.3.6.1.4.1.3955.1000.3.18.2',
  driver: 'linksys',
  writes: 'snmp',
  chassis: { bridgeAddress: true, serials: 1 },
  power: {
    column: '1.3.6.1.2.1.105.1.1.1.3',
    rows: '1.[49-66]',
    admin: { on: '1.[62-66]', off: '1.[49-61]', neither: '' },
    detection: { notRecorded: 'pethPsePortDetectionStatus' },
    watts: {
      column: '1.3.6.1.4.1.3955.1000.201.108.1.1.5',
      kind: 'measured',
      zero: '1.[49-61,65-66]',
      of: { '1.62': 4.5, '1.63': 5.7, '1.64': 4.8 },
      sum: 15,
    },
    limits: { '1.[49-66]': 30 },
  },
  supply: { notRecorded: 'no pethMainPse row' },
  ports: {
    rows: 'recorded',
    runs: [{ row: '1.49', name: 'gi1', ifIndex: 49, count: 18 }],
    bridgePorts: { 'gi[1-18]': 49 },
  },
  vlans: {
    names: '5,11,20',
    lists: {
      table: 'current',
      octets: 126,
      members: {
        1: { egress: 'gi[1-3,5-7,9-10,12-16,18]; Po[3-4]', untagged: 'gi[1-3,5-7,9-10,12-16,18]; Po[3-4]' },
        5: { egress: 'gi[1,4,11,16-17]', untagged: 'gi[4,11,17]' },
        11: { egress: 'gi[14-18]', untagged: '' },
        20: { egress: 'gi[8,14-16,18]', untagged: 'gi8' },
      },
    },
    pvids: { index: 'bridgePort', of: { 1: 'gi[1-3,5-7,9-10,12-16,18]; Po[1-4]', 5: 'gi[4,11,17]', 20: 'gi8' } },
  },
  fdb: {
    table: 'q-bridge',
    index: 'bridgePort',
    rows: 39,
    portZero: 1,
    notLearned: 0,
    notPhysical: 0,
    macs: 35,
    perPort: {
      'gi[1,7-9,17-18]': 1,
      gi10: 4,
      gi11: 3,
      'gi[14,16]': 6,
      gi15: 10,
    },
  },
  lldp: { neighbours: 2, index: 'ifIndex', ports: 'gi[14,16]' },
};
