import type { Expected } from './expected.ts';

export const grandstreamGwn7822p: Expected = {
  recording: 'grandstream-gwn7822p',
  model: 'Grandstream GWN7822P',
  sysObjectId: '1.3.6.1.4.1.42397',
  driver: 'grandstream',
  writes: 'nothing',
  chassis: { bridgeAddress: true, serials: 1 },
  power: { notRecorded: 'no row of pethPsePortTable and no vendor table' },
  supply: { notRecorded: 'no pethMainPse row' },
  ports: { refused: 'no PoE row was recorded' },
  vlans: {
    names: '1,200,210',
    lists: {
      table: 'current',
      octets: 128,
      members: {
        1: { egress: 'Ethernet1/0/[1-28]; LAG[1-14]', untagged: 'Ethernet1/0/[1-28]; LAG[1-14]' },
        200: { egress: 'Ethernet1/0/[16,18,28]', untagged: '' },
        210: { egress: 'Ethernet1/0/[16,18,28]', untagged: '' },
      },
    },
    pvids: { index: 'bridgePort', of: { 1: 'Ethernet1/0/[1-28]; LAG[1-14]' } },
  },
  fdb: { notRecorded: 'no forwarding table' },
  lldp: { notRecorded: 'no lldpRemTable' },
};
