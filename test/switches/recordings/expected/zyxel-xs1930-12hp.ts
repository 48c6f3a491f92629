import type { Expected } from './expected.ts';

/** Interfaces are named from swp00, sockets are numbered from 1: the last number of a name is not the socket. */
export const zyxelXs193012hp: Expected = {
  recording: 'zyxel-xs1930-12hp',
  model: 'Zyxel XS1930-12HP',
  sysObjectId: '1.3.6.1.4.1.890.1.15',
  driver: 'zyxel',
  writes: 'snmp',
  chassis: { bridgeAddress: false, serials: 0 },
  power: { notRecorded: 'no port row; pethMainPse 375 W' },
  supply: { capacity: 375, consumption: 11 },
  ports: { refused: 'no PoE row was recorded' },
  vlans: {
    names: '',
    lists: { notRecorded: 'neither dot1qVlanStaticTable nor dot1qVlanCurrentTable has port lists' },
    pvids: {
      index: 'bridgePort',
      of: { 1: 'swp00; swp01; swp02; swp03; swp04; swp05; swp06; swp07; swp08; swp09; swp[10-11]' },
    },
  },
  fdb: {
    table: 'q-bridge',
    index: 'bridgePort',
    rows: 50,
    portZero: 1,
    notLearned: 0,
    notPhysical: 0,
    macs: 49,
    perPort: {
      swp01: 13,
      swp02: 15,
      swp03: 6,
      swp10: 1,
      swp11: 14,
    },
  },
  lldp: { notRecorded: 'no lldpRemTable' },
};
