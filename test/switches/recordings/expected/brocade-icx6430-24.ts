import type { Expected } from './expected.ts';

/** Every PoE row reads other(1): the rows are there and the hardware is not. */
export const brocadeIcx643024: Expected = {
  recording: 'brocade-icx6430-24',
  model: 'Brocade ICX6430-24, no PoE',
  sysObjectId: '1.3.6.1.4.1.1991.1.3.57.1.1.1.1',
  driver: 'icx',
  writes: 'snmp',
  chassis: { bridgeAddress: true, serials: 0 },
  power: {
    column: '1.3.6.1.4.1.1991.1.1.2.14.2.2.1.2',
    rows: '[1-24,65-68]',
    admin: { on: '', off: '', neither: '[1-24,65-68]' },
    detection: { notRecorded: 'the family has no such object' },
    watts: { column: '1.3.6.1.4.1.1991.1.1.2.14.2.2.1.6', kind: 'measured', zero: '[1-24,65-68]', of: {}, sum: 0 },
  },
  supply: { capacity: 0 },
  ports: {
    rows: 'recorded',
    runs: [
      { row: '1', name: 'ethernet1/1/1', ifIndex: 1, count: 24 },
      { row: '65', name: 'ethernet1/2/1', ifIndex: 65, count: 4 },
    ],
    bridgePorts: { 'ethernet1/1/[1-24]': 1, 'ethernet1/2/[1-4]': 65 },
  },
  vlans: {
    names: '1',
    lists: {
      table: 'vendor',
      column: '1.3.6.1.4.1.1991.1.1.3.2.6.1.4',
      members: {
        1: { egress: 'ethernet1/1/[1-24]; ethernet1/2/[1-4]', untagged: 'ethernet1/1/[1-24]; ethernet1/2/[1-4]' },
      },
    },
    pvids: { index: 'bridgePort', of: { 1: 'ethernet1/1/[1-24]; ethernet1/2/[1-4]' } },
    taggedOnly: '',
    ingressFiltering: 'ethernet1/1/[1-24]; ethernet1/2/[1-4]',
    maxVlans: 64,
    maxVlanId: 4094,
    quirk: 'port lists of Q-BRIDGE are not bitmaps here but 16-bit numbers: 0, 1, 24, 66, 67, 68',
  },
  fdb: {
    table: 'q-bridge',
    index: 'bridgePort',
    rows: 18,
    portZero: 0,
    notLearned: 0,
    notPhysical: 0,
    macs: 18,
    perPort: {
      'ethernet1/1/1': 18,
    },
  },
  lldp: { notRecorded: 'no lldpRemTable' },
};
