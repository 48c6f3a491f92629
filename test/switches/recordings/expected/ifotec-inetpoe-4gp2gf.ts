import type { Expected } from './expected.ts';

export const ifotecInetpoe4gp2gf: Expected = {
  recording: 'ifotec-inetpoe-4gp2gf',
  model: 'Ifotec INETPOE-4GP2GF',
  sysObjectId: '1.3.6.1.4.1.21362.100.1.4.3.4',
  driver: 'ifotec',
  writes: 'nothing',
  chassis: { bridgeAddress: true, serials: 0 },
  power: { notRecorded: 'no row of pethPsePortTable and no vendor table' },
  supply: { notRecorded: 'no pethMainPse row' },
  ports: { refused: 'no PoE row was recorded' },
  vlans: {
    names: '1,200',
    lists: {
      table: 'static',
      octets: 4,
      members: {
        1: { egress: '', untagged: '' },
        200: { egress: '[1-6]; MGNT', untagged: '[1-6]' },
      },
    },
    pvids: { notRecorded: 'no dot1qPvid' },
  },
  fdb: {
    table: 'q-bridge',
    index: 'bridgePort',
    rows: 46,
    portZero: 0,
    notLearned: 0,
    notPhysical: 0,
    macs: 46,
    perPort: {
      '5': 46,
    },
  },
  lldp: { notRecorded: 'no lldpRemTable' },
};
