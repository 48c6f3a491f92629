import type { Expected } from './expected.ts';

export const dellSonicE3248p: Expected = {
  recording: 'dell-sonic-e3248p',
  model: 'Dell E3248P, Enterprise SONiC',
  sysObjectId: '1.3.6.1.4.1.4413.1.2.1.2.34',
  driver: 'dell-sonic',
  writes: 'nothing',
  chassis: { bridgeAddress: false, serials: 1 },
  power: { notRecorded: 'no row of pethPsePortTable and no vendor table' },
  supply: { notRecorded: 'no pethMainPse row' },
  ports: { refused: 'no PoE row was recorded' },
  vlans: {
    names: '1,100,200,210,220,300,310,320,400,500,600,700',
    lists: { notRecorded: 'dot1qVlanCurrentTable has lists as text, "ff ff …", with every port in every VLAN in use' },
    pvids: {
      index: 'bridgePort',
      of: { 220: 'Eth1/1', 0: 'Eth1/[2-7,9-29,31-32,34-40,42-46,48-54]', 1: 'Eth1/[8,30,41,47]', 400: 'Eth1/33' },
    },
    quirk: 'bridge ports begin at 0; PVID 0 where a port has none',
  },
  fdb: {
    table: 'q-bridge',
    index: 'ifIndex',
    rows: 53,
    portZero: 0,
    notLearned: 0,
    notPhysical: 0,
    macs: 51,
    perPort: {
      'Eth1/[1-2,4,7-9,14-16,18-26,32-33,35,38-39,43,46-47]': 1,
      'Eth1/[13,30,36]': 2,
      'Eth1/48': 6,
      'Eth1/53': 13,
    },
  },
  lldp: { neighbours: 23, index: 'ifIndex', ports: 'Eth1/[2,4,7-9,13,15,19-23,30,32-33,35-36,39,46-48,53]; eth0' },
};
