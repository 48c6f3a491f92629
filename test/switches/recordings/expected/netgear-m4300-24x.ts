import type { Expected } from './expected.ts';

export const netgearM430024x: Expected = {
  recording: 'netgear-m4300-24x.assembled',
  model: 'Netgear M4300-24X, no PoE',
  sysObjectId: undefined,
  driver: 'unknown',
  writes: 'nothing',
  chassis: { bridgeAddress: false, serials: 0 },
  power: { notRecorded: 'no row of pethPsePortTable and no vendor table' },
  supply: { notRecorded: 'no pethMainPse row' },
  ports: { refused: 'no PoE row was recorded' },
  vlans: {
    names: '1,5-7,10,20,41,90,99,121,141',
    lists: { notRecorded: 'neither dot1qVlanStaticTable nor dot1qVlanCurrentTable has port lists' },
    pvids: { index: 'bridgePort', of: { 1: '#[1-2,7-8,770-897]', 5: '#[3-4,9-14]', 90: '#[5-6]', 10: '#[15-24]' } },
  },
  fdb: { notRecorded: 'no forwarding table' },
  lldp: { neighbours: 12, index: 'ifIndex', ports: '#[1-2,6,9,19-24]' },
};
