import type { Expected } from './expected.ts';

export const microsemiMidspan: Expected = {
  recording: 'microsemi-midspan',
  model: 'Microsemi PowerDsine midspan',
  sysObjectId: '1.3.6.1.4.1.7428.1.1.1.23',
  driver: 'midspan',
  writes: 'nothing',
  chassis: { bridgeAddress: false, serials: 0 },
  power: {
    column: '1.3.6.1.2.1.105.1.1.1.3',
    rows: '1.1',
    admin: { on: '1.1', off: '', neither: '' },
    detection: { notRecorded: 'pethPsePortDetectionStatus' },
    watts: { notRecorded: 'pethPsePort has no watts; the private table of 12 ports has' },
  },
  supply: { consumption: 69 },
  ports: { refused: 'a midspan has no interface for a PoE port: its one interface is its own management port' },
  vlans: { notRecorded: 'no table of Q-BRIDGE-MIB' },
  fdb: { notRecorded: 'no forwarding table' },
  lldp: { notRecorded: 'no lldpRemTable' },
};
