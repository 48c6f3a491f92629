import type { Expected } from './expected.ts';

export const extremeErs4950Pwr: Expected = {
  recording: 'extreme-ers4950-pwr',
  model: 'Extreme (Avaya) ERS4950GTS-PWR+',
  sysObjectId: '1.3.6.1.4.1.45.3.82.4',
  driver: 'ers',
  writes: 'snmp',
  chassis: { bridgeAddress: false, serials: 1 },
  power: { notRecorded: 'no row of pethPsePortTable and no vendor table' },
  supply: { notRecorded: 'no pethMainPse row' },
  ports: { refused: 'no PoE row was recorded' },
  vlans: {
    names: '',
    lists: { notRecorded: 'neither dot1qVlanStaticTable nor dot1qVlanCurrentTable has port lists' },
    pvids: { index: 'bridgePort', of: { 20: '1/[1,3-12]', 103: '1/2', 1: '1/[13-50]' } },
  },
  fdb: {
    table: 'q-bridge',
    index: 'bridgePort',
    rows: 36,
    portZero: 1,
    notLearned: 0,
    notPhysical: 26,
    macs: 7,
    perPort: {
      '1/2': 7,
    },
  },
  lldp: { neighbours: 3, index: 'ifIndex', ports: '1/[2,49-50]' },
};
