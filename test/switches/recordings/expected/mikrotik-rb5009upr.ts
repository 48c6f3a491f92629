import type { Expected } from './expected.ts';

export const mikrotikRb5009upr: Expected = {
  recording: 'mikrotik-rb5009upr',
  model: 'MikroTik RB5009UPr+S+, RouterOS',
  sysObjectId: '1.3.6.1.4.1.14988.1',
  driver: 'mikrotik-routeros',
  writes: 'ssh',
  chassis: { bridgeAddress: false, serials: 0 },
  power: {
    column: '1.3.6.1.4.1.14988.1.1.15.1.1.3',
    rows: '[2-9]',
    // A port that is off reads disabled(1); there is no column to write.
    admin: { on: '[2-9]', off: '', neither: '' },
    detection: { poweredOn: '[2,4-5,7]', shortCircuit: '[3,6,8-9]' },
    watts: {
      column: '1.3.6.1.4.1.14988.1.1.15.1.1.6',
      kind: 'measured',
      zero: '[3,6,8-9]',
      of: { '2': 9.1, '4': 2.7, '5': 5.1, '7': 2.9 },
      sum: 19.8,
    },
  },
  supply: { notRecorded: 'no pethMainPse row' },
  ports: {
    rows: 'recorded',
    runs: [{ row: '2', name: 'ether1', ifIndex: 2, count: 8 }],
    bridgePorts: { 'ether[2-7]': 1, ether1: 9 },
  },
  vlans: {
    names: '',
    lists: { notRecorded: 'neither dot1qVlanStaticTable nor dot1qVlanCurrentTable has port lists' },
    pvids: { index: 'bridgePort', of: { 1: 'ether[1-7]; sfp-sfpplus1' } },
    quirk: 'ether8 is not in the bridge',
  },
  fdb: {
    table: 'q-bridge',
    index: 'bridgePort',
    rows: 22,
    portZero: 2,
    notLearned: 0,
    notPhysical: 0,
    macs: 14,
    perPort: {
      ether2: 1,
      'ether[3-7]': 2,
      ether1: 3,
    },
  },
  lldp: { notRecorded: 'no lldpRemTable' },
};
