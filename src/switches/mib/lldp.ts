/** LLDP-MIB (IEEE 802.1AB-2005). */

/** lldpLocPortTable by lldpLocPortNum, which is a number of LLDP's own. */
export const LLDP_LOC_PORT = Object.freeze({
  lldpLocPortId: '1.0.8802.1.1.2.1.3.7.1.3',
  lldpLocPortDesc: '1.0.8802.1.1.2.1.3.7.1.4',
});

/** lldpRemTable by TimeMark, lldpRemLocalPortNum and lldpRemIndex. TimeMark is 0 on some switches only. */
export const LLDP_REM = Object.freeze({
  lldpRemChassisIdSubtype: '1.0.8802.1.1.2.1.4.1.1.4',
  lldpRemChassisId: '1.0.8802.1.1.2.1.4.1.1.5',
  lldpRemPortIdSubtype: '1.0.8802.1.1.2.1.4.1.1.6',
  lldpRemPortId: '1.0.8802.1.1.2.1.4.1.1.7',
  lldpRemPortDesc: '1.0.8802.1.1.2.1.4.1.1.8',
  lldpRemSysName: '1.0.8802.1.1.2.1.4.1.1.9',
  lldpRemSysCapEnabled: '1.0.8802.1.1.2.1.4.1.1.12',
});

/** LldpChassisIdSubtype macAddress(4) and LldpPortIdSubtype macAddress(3). */
export const CHASSIS_ID_MAC = 4;
export const PORT_ID_MAC = 3;

/** LldpSystemCapabilitiesMap: BITS, the first in the highest bit of the first octet. */
export const LLDP_CAPABILITIES = Object.freeze([
  'other',
  'repeater',
  'bridge',
  'wlanAccessPoint',
  'router',
  'telephone',
  'docsisCableDevice',
  'stationOnly',
] as const);
