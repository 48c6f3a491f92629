import type { Expected } from './expected.ts';

export const juniperEx4600mp: Expected = {
  recording: 'juniper-ex4600mp',
  model: 'Juniper EX4600-MP class, virtual chassis',
  sysObjectId: '1.3.6.1.4.1.2636.1.1.1.4.63.9',
  driver: 'juniper',
  writes: 'ssh',
  chassis: { bridgeAddress: false, serials: 0 },
  power: { notRecorded: 'no row of pethPsePortTable and no vendor table' },
  supply: { notRecorded: 'no pethMainPse row' },
  ports: { refused: 'no PoE row was recorded' },
  vlans: {
    names: '',
    lists: { notRecorded: 'lists are text, bridge ports in decimals with commas' },
    pvids: {
      index: 'bridgePort',
      of: {
        30: 'ge-1/0/[11-12,14,17-18]; mge-1/0/[41,43]; ge-2/0/19; mge-2/0/[41,43]; ge-3/0/19; mge-4/0/[31,33]; mge-6/0/[35,43]',
        32: 'ge-1/0/13',
      },
    },
  },
  fdb: {
    table: 'q-bridge',
    index: 'bridgePort',
    rows: 81,
    portZero: 0,
    notLearned: 0,
    notPhysical: 78,
    macs: 3,
    perPort: {
      'mge-2/0/[29,31]; ge-0/0/18': 1,
    },
  },
  lldp: { neighbours: 2, index: 'ifIndex', ports: 'et-0/2/0; et-1/2/0' },
};
