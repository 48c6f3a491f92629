import type { Expected } from './expected.ts';

export const dlinkDgs300028xmp: Expected = {
  recording: 'dlink-dgs-3000-28xmp',
  model: 'D-Link DGS-3000-28XMP',
  sysObjectId: '1.3.6.1.4.1.171.10.133.11.2',
  driver: 'd-link-old',
  writes: 'snmp',
  chassis: { bridgeAddress: true, serials: 1 },
  power: { notRecorded: 'no row of pethPsePortTable and no vendor table' },
  supply: { notRecorded: 'no pethMainPse row' },
  ports: { refused: 'no PoE row was recorded' },
  vlans: {
    names: '1,2002,3158,3974',
    lists: {
      table: 'current',
      octets: 8,
      members: {
        1: { egress: '1/[25-28]', untagged: '1/[25-28]' },
        2002: { egress: '1/[1-26]', untagged: '1/[1-24]' },
        3158: { egress: '1/[25-26]', untagged: '' },
        3974: { egress: '1/[25-26]', untagged: '' },
      },
    },
    pvids: { index: 'bridgePort', of: { 2002: '1/[1-24]', 1: '1/[25-28]' } },
    quirk: 'TimeMark of dot1qVlanCurrentTable is not 0',
  },
  fdb: {
    table: 'q-bridge',
    index: 'bridgePort',
    rows: 174,
    portZero: 1,
    notLearned: 0,
    notPhysical: 0,
    macs: 173,
    perPort: {
      '1/[1-22]': 1,
      '1/25': 151,
    },
  },
  lldp: { neighbours: 1, index: 'ifIndex', ports: '1/25' },
};
