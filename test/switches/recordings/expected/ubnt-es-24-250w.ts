import type { Expected } from './expected.ts';

export const ubntEs24250w: Expected = {
  recording: 'ubnt-es-24-250w',
  model: 'Ubiquiti EdgeSwitch 24 250W',
  sysObjectId: '1.3.6.1.4.1.4413',
  driver: 'edgeswitch',
  writes: 'snmp',
  chassis: { bridgeAddress: false, serials: 1 },
  power: { notRecorded: 'no row of pethPsePortTable and no vendor table' },
  supply: { notRecorded: 'no pethMainPse row' },
  ports: { refused: 'no PoE row was recorded' },
  vlans: { notRecorded: 'no VLAN table of Q-BRIDGE-MIB' },
  fdb: { notRecorded: 'no forwarding table' },
  lldp: { neighbours: 2, index: 'ifIndex', ports: '0/[1,24]' },
};
