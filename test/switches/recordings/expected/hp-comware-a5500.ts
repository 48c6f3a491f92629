import type { Expected } from './expected.ts';

export const hpComwareA5500: Expected = {
  recording: 'hp-comware-a5500',
  model: 'HP A5500-24G EI, Comware 5',
  sysObjectId: '1.3.6.1.4.1.25506.11.1.24',
  driver: 'comware',
  chassis: { bridgeAddress: true, serials: 1 },
  power: { notRecorded: 'no row of pethPsePortTable and no vendor table' },
  supply: { notRecorded: 'no pethMainPse row' },
  ports: { refused: 'no PoE row was recorded' },
  vlans: {
    names: '1,10,20,25,30,35,40-42,55',
    lists: {
      table: 'static',
      octets: 79,
      members: {
        1: { egress: '', untagged: '' },
        10: { egress: 'GigabitEthernet1/0/[1-4,9-15,17,19-23,26]', untagged: 'GigabitEthernet1/0/[3-4,9,11-14,17]' },
        20: { egress: 'GigabitEthernet1/0/[5-8,16,18,26]', untagged: 'GigabitEthernet1/0/[16,18]' },
        25: { egress: 'GigabitEthernet1/0/[5-8,26]', untagged: '' },
        30: { egress: 'GigabitEthernet1/0/[5-8,26]', untagged: '' },
        35: { egress: 'GigabitEthernet1/0/[1-2,10,19-23]', untagged: '' },
        40: { egress: 'GigabitEthernet1/0/[24-25,27-28]', untagged: 'GigabitEthernet1/0/[24-25,27-28]' },
        41: { egress: 'GigabitEthernet1/0/[1-2,5-8,10,19-22,26]', untagged: '' },
        42: { egress: 'GigabitEthernet1/0/[5-8,26]', untagged: '' },
        55: { egress: 'GigabitEthernet1/0/[5-8,26]', untagged: '' },
      },
    },
    pvids: {
      index: 'bridgePort',
      of: {
        40: 'GigabitEthernet1/0/[1-2,5-8,10,15,19-25,27-28]',
        10: 'GigabitEthernet1/0/[3-4,9,11-14,17]',
        20: 'GigabitEthernet1/0/[16,18]',
        1: 'GigabitEthernet1/0/26',
      },
    },
  },
  fdb: {
    table: 'q-bridge',
    index: 'bridgePort',
    rows: 104,
    portZero: 0,
    notLearned: 0,
    notPhysical: 0,
    macs: 102,
    perPort: {
      'GigabitEthernet1/0/[1-2,19]': 6,
      'GigabitEthernet1/0/[4,9,11-16,18]': 1,
      'GigabitEthernet1/0/5': 3,
      'GigabitEthernet1/0/[6,8]': 2,
      'GigabitEthernet1/0/7': 4,
      'GigabitEthernet1/0/10': 9,
      'GigabitEthernet1/0/26': 55,
    },
  },
  lldp: { notRecorded: 'no lldpRemTable' },
};
