/** SNMPv2-MIB (RFC 3418), the system group: what a switch says of itself. */
export const SYSTEM = Object.freeze({
  sysDescr: '1.3.6.1.2.1.1.1.0',
  sysObjectID: '1.3.6.1.2.1.1.2.0',
  /** Hundredths of a second since the agent started. */
  sysUpTime: '1.3.6.1.2.1.1.3.0',
  sysName: '1.3.6.1.2.1.1.5.0',
});
