import type { Expected } from './expected.ts';

/**
 * Put together of several walks of one switch: no system group, no ifType, no names. Its driver has to be given, and
 * without ifType no map is proven, not even one that is given.
 */
export const netgearGsm7252psS2: Expected = {
  recording: 'netgear-gsm7252ps-s2.assembled',
  model: 'Netgear GSM7252PS',
  sysObjectId: undefined,
  driver: 'unknown',
  writes: 'nothing',
  chassis: { bridgeAddress: false, serials: 0 },
  power: {
    column: '1.3.6.1.2.1.105.1.1.1.3',
    rows: '1.[1-48]',
    admin: { on: '1.[1-48]', off: '', neither: '' },
    detection: { deliveringPower: '1.[1-2,5,41,47]', searching: '1.[3-4,6-40,42-46,48]' },
    watts: {
      column: '1.3.6.1.4.1.4526.10.15.1.1.1.2',
      kind: 'measured',
      zero: '1.[3-4,6-40,42-46,48]',
      of: { '1.1': 3.3, '1.2': 2.5, '1.5': 5.6, '1.41': 3.2, '1.47': 6.8 },
      sum: 21.4,
    },
    limits: { '1.[1-48]': 15.4 },
  },
  supply: { notRecorded: 'no pethMainPse row' },
  ports: { refused: 'interfaces have neither ifType nor ifName' },
  vlans: {
    names: '1,5-6,10,20,41,90,99,121,141',
    lists: { notRecorded: 'neither dot1qVlanStaticTable nor dot1qVlanCurrentTable has port lists' },
    pvids: {
      index: 'bridgePort',
      of: { 90: '#[1-2,17,23,37-38,41,43-44,47]', 1: '#[3-8,10-16,18-22,24-36,39-40,42,45-46,48-52,418-481]', 5: '#9' },
    },
  },
  fdb: { notRecorded: 'no forwarding table' },
  lldp: { neighbours: 12, index: 'ifIndex', ports: '#[1-2,5,37-38,41,46-51]' },
};
