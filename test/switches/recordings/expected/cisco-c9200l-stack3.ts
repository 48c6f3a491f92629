import type { Expected } from './expected.ts';

export const ciscoC9200lStack3: Expected = {
  recording: 'cisco-c9200l-stack3',
  model: 'Cisco C9200L, stack of three',
  sysObjectId: '1.3.6.1.4.1.9.1.2694',
  driver: 'cisco-ios',
  writes: 'snmp',
  chassis: { bridgeAddress: false, serials: 0 },
  power: { notRecorded: 'no port row; pethMainPse 740 W in groups 1, 2 and 3' },
  supply: { capacity: 2220, consumption: 52, allocated: 168 },
  ports: { refused: 'no PoE row was recorded' },
  vlans: { notRecorded: 'no table of Q-BRIDGE-MIB' },
  fdb: { notRecorded: 'no forwarding table' },
  lldp: { notRecorded: 'no lldpRemTable' },
};
