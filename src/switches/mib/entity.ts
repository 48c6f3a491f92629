/** ENTITY-MIB (RFC 6933): what a switch is built of, indexed by entPhysicalIndex. */
export const ENTITY_MIB = Object.freeze({
  entPhysicalClass: '1.3.6.1.2.1.47.1.1.1.1.5',
  entPhysicalSerialNum: '1.3.6.1.2.1.47.1.1.1.1.11',
  entPhysicalModelName: '1.3.6.1.2.1.47.1.1.1.1.13',
  /** By entity and logical entity: an OID whose last arc is, for a port, the ifIndex. */
  entAliasMappingIdentifier: '1.3.6.1.2.1.47.1.3.2.1.2',
});

/** IANAPhysicalClass: chassis(3). A stack(11) is what chassis are in. */
export const CHASSIS = 3;
