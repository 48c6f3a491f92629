import type { Expected } from './expected.ts';

export const hp2910al24gPoe: Expected = {
  recording: 'hp-2910al-24g-poe',
  model: 'HP E2910al-24G-PoE (J9146A)',
  sysObjectId: '1.3.6.1.4.1.11.2.3.7.11.84',
  driver: 'hp-procurve',
  writes: 'snmp',
  chassis: { bridgeAddress: false, serials: 1 },
  power: { notRecorded: 'no row of pethPsePortTable and no vendor table' },
  supply: { notRecorded: 'no pethMainPse row' },
  ports: { refused: 'no PoE row was recorded' },
  vlans: {
    names: '1,12,22,64,72,112',
    // Every list is empty, though 22 ports have a PVID other than 1: somebody blanked them.
    lists: {
      table: 'current',
      octets: 35,
      members: { 1: { egress: '', untagged: '' }, 112: { egress: '', untagged: '' } },
    },
    pvids: { index: 'bridgePort', of: { 22: '[1-2,4,6-8]', 72: '[3,5,9-12]', 64: '13', 12: '[14-22]', 1: 'Trk1' } },
    quirk: 'ports 23 and 24 are in Trk1 and have no bridge port: 54 has',
  },
  fdb: { notRecorded: 'no forwarding table' },
  lldp: { neighbours: 2, index: 'ifIndex', ports: '[23-24]' },
};
