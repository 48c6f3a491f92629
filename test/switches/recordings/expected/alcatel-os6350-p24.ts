import type { Expected } from './expected.ts';

export const alcatelOs6350P24: Expected = {
  recording: 'alcatel-os6350-p24',
  model: 'Alcatel-Lucent OS6350-P24, stack of two',
  sysObjectId: '1.3.6.1.4.1.6486.800.1.1.2.1.13.1.2',
  driver: 'alcatel',
  writes: 'snmp',
  chassis: { bridgeAddress: false, serials: 2 },
  power: { notRecorded: 'no row of pethPsePortTable and no vendor table' },
  supply: { notRecorded: 'no pethMainPse row' },
  ports: { refused: 'no PoE row was recorded' },
  vlans: {
    names: '1-2,11,127,148,203,248-249,333,360,600,626,700,750,770,998-999,2400,2500,2600',
    // Names only in the static table, and 29 current rows for 20 VLANs: these stand there once. Lists have four octets or
    // seven: they are of more than one switch.
    lists: {
      table: 'current',
      octets: 7,
      members: {
        2: {
          egress: '1/[4-6,11-14,17-20,23-25,29,32,35,37,39-40,43-46,50]',
          untagged: '1/[4-6,11-14,17-20,23-25,29,32,35,37,39-40,43-46,50]',
        },
        148: { egress: '1/[1-24]', untagged: '1/[1-23]' },
        203: { egress: '1/[9-24]', untagged: '1/[9-23]' },
        249: { egress: '1/[9,47]', untagged: '1/[9,47]' },
        360: { egress: '1/[10-11,19-20,23-24,37,45-46,50]', untagged: '1/10' },
      },
    },
    pvids: {
      index: 'ifIndex',
      of: { 11: '1/[1-10,12-18,21-22,25-48]', 2: '1/[11,19-20,23]; 2/[11,19-20,24]', 1: '1/24' },
    },
    quirk: 'dot1qPvid is indexed by ifIndex (1001, …), not by bridge port (1, …)',
  },
  fdb: { notRecorded: 'no forwarding table' },
  lldp: { neighbours: 26, index: 'bridgePort', ports: '1/[1-6,19-20,22,24-26,46,49-50]; 2/[25-26]' },
};
