import type { Expected } from './expected.ts';

export const dellPowerconnect2824: Expected = {
  recording: 'dell-powerconnect-2824',
  model: 'Dell PowerConnect 2824, no PoE',
  sysObjectId: '1.3.6.1.4.1.674.10895.3028',
  driver: 'dell-powerconnect',
  writes: 'snmp',
  chassis: { bridgeAddress: true, serials: 1 },
  power: { notRecorded: 'no row of pethPsePortTable and no vendor table' },
  supply: { notRecorded: 'no pethMainPse row' },
  ports: { refused: 'no PoE row was recorded' },
  vlans: {
    names: '2-3',
    lists: { notRecorded: 'neither dot1qVlanStaticTable nor dot1qVlanCurrentTable has port lists' },
    pvids: { index: 'bridgePort', of: { 1: 'g[1-24]; ch[1-8]' } },
  },
  fdb: { notRecorded: 'no forwarding table' },
  lldp: { notRecorded: 'no lldpRemTable' },
};
