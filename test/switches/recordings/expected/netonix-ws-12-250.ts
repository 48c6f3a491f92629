import type { Expected } from './expected.ts';

export const netonixWs12250: Expected = {
  recording: 'netonix-ws-12-250',
  model: 'Netonix WS-12-250-AC, passive PoE',
  sysObjectId: '1.3.6.1.4.1.46242',
  driver: 'netonix',
  writes: 'nothing',
  chassis: { bridgeAddress: true, serials: 0 },
  power: { notRecorded: 'a private table of 14 states (46242.5.1.2) with neither watts nor a switch' },
  supply: { notRecorded: 'no pethMainPse row' },
  ports: { refused: 'no PoE row was recorded' },
  vlans: {
    names: '1',
    lists: {
      table: 'current',
      octets: 4,
      members: {
        1: { egress: 'Port [1-14]', untagged: 'Port [1-14]' },
      },
    },
    pvids: { notRecorded: 'no dot1qPvid' },
  },
  fdb: {
    table: 'bridge',
    rows: 137,
    unusable: 'rows are numbered, not indexed by address, and dot1dTpFdbAddress was not recorded',
  },
  lldp: { notRecorded: 'no lldpRemTable' },
};
