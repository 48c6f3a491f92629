import type { Expected } from './expected.ts';

export const edgecoreEcs210028p: Expected = {
  recording: 'edgecore-ecs2100-28p',
  model: 'Edgecore ECS2100-28P',
  sysObjectId: '1.3.6.1.4.1.259.10.1.43.105',
  driver: 'edgecore-ecs2100',
  writes: 'snmp',
  chassis: { bridgeAddress: true, serials: 0 },
  power: { notRecorded: 'no row of pethPsePortTable and no vendor table' },
  supply: { notRecorded: 'no pethMainPse row' },
  ports: { refused: 'no PoE row was recorded' },
  vlans: {
    names: '1-10',
    lists: {
      table: 'current',
      octets: 5,
      members: {
        1: { egress: 'Port[25-28]', untagged: 'Port[25-28]' },
        2: { egress: 'Port[1-28]', untagged: 'Port[1-24]' },
        3: { egress: 'Port[25-28]', untagged: '' },
        4: { egress: 'Port[25-28]', untagged: '' },
        5: { egress: 'Port[25-28]', untagged: '' },
        6: { egress: 'Port[25-28]', untagged: '' },
        7: { egress: 'Port[25-28]', untagged: '' },
        8: { egress: 'Port[25-28]', untagged: '' },
        9: { egress: 'Port[25-28]', untagged: '' },
        10: { egress: 'Port[25-28]', untagged: '' },
      },
    },
    pvids: { index: 'bridgePort', of: { 2: 'Port[1-24]', 1: 'Port[25-28]' } },
  },
  fdb: {
    table: 'q-bridge',
    index: 'bridgePort',
    rows: 183,
    portZero: 1,
    notLearned: 0,
    notPhysical: 0,
    macs: 143,
    perPort: {
      'Port[3,5,8]': 1,
      Port25: 140,
    },
  },
  lldp: { neighbours: 4, index: 'ifIndex', ports: 'Port[3,5,8,25]' },
};
