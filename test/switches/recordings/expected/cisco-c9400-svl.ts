import type { Expected } from './expected.ts';

export const ciscoC9400Svl: Expected = {
  recording: 'cisco-c9400-svl',
  model: 'Cisco C9400, StackWise Virtual',
  sysObjectId: '1.3.6.1.4.1.9.1.2664',
  driver: 'cisco-ios',
  writes: 'snmp',
  chassis: { bridgeAddress: false, serials: 2 },
  power: { notRecorded: 'no port row; pethMainPse 1965 W in groups 1 and 11' },
  supply: { capacity: 3930, consumption: 0, allocated: 0 },
  ports: { refused: 'no PoE row was recorded' },
  vlans: { notRecorded: 'no table of Q-BRIDGE-MIB' },
  fdb: { notRecorded: 'no forwarding table' },
  lldp: { notRecorded: 'no lldpRemTable' },
};
