import type { Expected } from './expected.ts';

export const ubntUs8: Expected = {
  recording: 'ubnt-us-8',
  model: 'Ubiquiti UniFi US-8',
  sysObjectId: '1.3.6.1.4.1.4413',
  driver: 'unifi',
  writes: 'ssh',
  chassis: { bridgeAddress: false, serials: 1 },
  power: { notRecorded: 'no row of pethPsePortTable and no vendor table' },
  supply: { notRecorded: 'no pethMainPse row' },
  ports: { refused: 'no PoE row was recorded' },
  vlans: {
    names: '1-2,5-12',
    lists: {
      table: 'current',
      octets: 13,
      members: {
        1: { egress: '0/[1,8]; 3/[5-16]', untagged: '0/[1,8]; 3/[5-16]' },
        2: { egress: '0/[1-4,7-8]', untagged: '0/[2-4,7]' },
        5: { egress: '0/[1,5-6,8]', untagged: '0/[5-6]' },
        6: { egress: '0/[1,8]', untagged: '' },
        7: { egress: '0/[1,8]', untagged: '' },
        8: { egress: '0/[1,8]', untagged: '' },
        9: { egress: '0/[1,8]', untagged: '' },
        10: { egress: '0/[1,8]', untagged: '' },
        11: { egress: '0/[1,8]', untagged: '' },
        12: { egress: '0/[1,8]', untagged: '' },
      },
    },
    pvids: { index: 'bridgePort', of: { 1: '0/[1,8]; 3/[1-16]', 2: '0/[2-4,7]', 5: '0/[5-6]' } },
  },
  fdb: { notRecorded: 'no forwarding table' },
  lldp: { neighbours: 1, index: 'ifIndex', ports: '0/1' },
};
