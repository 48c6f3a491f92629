import type { Expected } from './expected.ts';

/** The index of dot1dTpFdbPort has a length octet before the address, against RFC 4188. */
export const arubaCx8325: Expected = {
  recording: 'aruba-cx-8325',
  model: 'Aruba CX 8325 (JL635A), no PoE',
  sysObjectId: '1.3.6.1.4.1.47196.4.1.1.1.50',
  driver: 'aruba-cx',
  writes: 'snmp',
  chassis: { bridgeAddress: false, serials: 1 },
  power: { notRecorded: 'no row of pethPsePortTable and no vendor table' },
  supply: { capacity: 139, consumption: 0 },
  ports: { refused: 'no PoE row was recorded' },
  vlans: { notRecorded: 'neither Q-BRIDGE-MIB nor IEEE8021-Q-BRIDGE-MIB was recorded' },
  fdb: {
    table: 'bridge',
    index: 'bridgePort',
    rows: 44,
    portZero: 15,
    notLearned: 0,
    notPhysical: 0,
    macs: 29,
    perPort: {
      '1/1/[6-7]': 1,
      '1/1/[8-9]': 2,
      '1/1/[10,45-48]': 3,
      '1/1/[43-44]': 4,
    },
  },
  lldp: { neighbours: 18, index: 'ifIndex', ports: '1/1/[8-10,43-48,53-54]' },
};
