import type { Expected } from './expected.ts';

export const fsS581048tsP: Expected = {
  recording: 'fs-s5810-48ts-p',
  model: 'FS S5810-48TS-P',
  sysObjectId: '1.3.6.1.4.1.52642.1.1.10.1.805',
  driver: 'fs',
  writes: 'snmp',
  chassis: { bridgeAddress: false, serials: 0 },
  power: { notRecorded: 'no row of pethPsePortTable and no vendor table' },
  supply: { notRecorded: 'no pethMainPse row' },
  ports: { refused: 'no PoE row was recorded' },
  vlans: {
    names: '',
    lists: { notRecorded: 'neither dot1qVlanStaticTable nor dot1qVlanCurrentTable has port lists' },
    pvids: { index: 'bridgePort', of: { 1: 'Gi0/[1-48]; Te0/[49-52]' } },
  },
  fdb: {
    table: 'q-bridge',
    index: 'bridgePort',
    rows: 1,
    portZero: 1,
    notLearned: 0,
    notPhysical: 0,
    macs: 0,
    perPort: {},
  },
  lldp: { notRecorded: 'no lldpRemTable' },
};
