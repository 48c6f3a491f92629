/** IF-MIB (RFC 2863): the columns that are read here, indexed by ifIndex. */
export const IF_MIB = Object.freeze({
  ifDescr: '1.3.6.1.2.1.2.2.1.2',
  ifType: '1.3.6.1.2.1.2.2.1.3',
  ifOperStatus: '1.3.6.1.2.1.2.2.1.8',
  ifName: '1.3.6.1.2.1.31.1.1.1.1',
});

/** IANAifType: the one type that a PoE port can have. Aggregates (161) and VLAN interfaces (53) share the table. */
export const ETHERNET_CSMACD = 6;

export const IF_OPER_STATUS = Object.freeze({
  1: 'up',
  2: 'down',
  3: 'testing',
  4: 'unknown',
  5: 'dormant',
  6: 'notPresent',
  7: 'lowerLayerDown',
} as const);
