import type { Expected } from './expected.ts';

export const mikrotikCss1064p: Expected = {
  recording: 'mikrotik-css106-4p',
  model: 'MikroTik CSS106-1G-4P-1S, SwOS',
  sysObjectId: '1.3.6.1.4.1.14988.2',
  driver: 'mikrotik-swos',
  writes: 'nothing',
  chassis: { bridgeAddress: false, serials: 0 },
  power: {
    column: '1.3.6.1.4.1.14988.1.1.15.1.1.3',
    rows: '[2-5]',
    // A port that is off reads disabled(1); there is no column to write.
    admin: { on: '[2-5]', off: '', neither: '' },
    detection: { poweredOn: '[2-3,5]', shortCircuit: '4' },
    watts: {
      column: '1.3.6.1.4.1.14988.1.1.15.1.1.6',
      kind: 'measured',
      zero: '4',
      of: { '2': 1.9, '3': 1.6, '5': 2.6 },
      sum: 6.1,
    },
  },
  supply: { notRecorded: 'no pethMainPse row' },
  ports: {
    rows: 'recorded',
    runs: [{ row: '2', name: 'Port2', ifIndex: 2, count: 4 }],
    bridgePorts: { 'Port[2-5]': 2 },
  },
  vlans: { notRecorded: 'no table of Q-BRIDGE-MIB' },
  fdb: {
    table: 'bridge',
    index: 'bridgePort',
    rows: 33,
    portZero: 0,
    notLearned: 0,
    notPhysical: 0,
    macs: 33,
    perPort: {
      'Port[1-4]': 1,
      Port5: 9,
      SFP: 20,
    },
  },
  lldp: { notRecorded: 'no lldpRemTable' },
};
