/** POWER-ETHERNET-MIB (RFC 3621 §4). Indices are group and port, both not-accessible: columns 1 and 2 are never asked for. */

/** pethPsePortTable, 1.3.6.1.2.1.105.1.1, one row per (pethPsePortGroupIndex, pethPsePortIndex). */
export const PETH_PSE_PORT = Object.freeze({
  pethPsePortAdminEnable: '1.3.6.1.2.1.105.1.1.1.3',
  pethPsePortDetectionStatus: '1.3.6.1.2.1.105.1.1.1.6',
  pethPsePortPowerPriority: '1.3.6.1.2.1.105.1.1.1.7',
  /** Rises each time a powered device goes away by itself: unplugged, or a brown-out. */
  pethPsePortMPSAbsentCounter: '1.3.6.1.2.1.105.1.1.1.8',
  pethPsePortPowerClassifications: '1.3.6.1.2.1.105.1.1.1.10',
  /** Rises each time what is plugged in does not look like a powered device. */
  pethPsePortInvalidSignatureCounter: '1.3.6.1.2.1.105.1.1.1.11',
  /** Rises each time the switch has no power left for a device. */
  pethPsePortPowerDeniedCounter: '1.3.6.1.2.1.105.1.1.1.12',
  pethPsePortOverLoadCounter: '1.3.6.1.2.1.105.1.1.1.13',
  pethPsePortShortCounter: '1.3.6.1.2.1.105.1.1.1.14',
  /** Milliwatts drawn. Not of RFC 3621, but several vendors serve it there (snmp-poe §1): asked for, and not missed. */
  pethPsePortActualPower: '1.3.6.1.2.1.105.1.1.1.15',
});

/** pethMainPseTable, 1.3.6.1.2.1.105.1.3.1, one row per group; watts. */
export const PETH_MAIN_PSE = Object.freeze({
  pethMainPsePower: '1.3.6.1.2.1.105.1.3.1.1.2',
  pethMainPseConsumptionPower: '1.3.6.1.2.1.105.1.3.1.1.4',
});

/** TruthValue (RFC 2579). */
export const TRUTH_VALUE = Object.freeze({ true: 1, false: 2 });

export const DETECTION_STATUS = Object.freeze({
  1: 'disabled',
  2: 'searching',
  3: 'deliveringPower',
  4: 'fault',
  5: 'test',
  6: 'otherFault',
} as const);

/** The value is the class plus one. */
export const POWER_CLASSIFICATIONS = Object.freeze({
  1: 'class0',
  2: 'class1',
  3: 'class2',
  4: 'class3',
  5: 'class4',
} as const);
