/** BRIDGE-MIB (RFC 4188). */
export const BRIDGE_MIB = Object.freeze({
  /** The switch's own MAC; all zero on some. */
  dot1dBaseBridgeAddress: '1.3.6.1.2.1.17.1.1.0',
  /** By dot1dBasePort, the numbering of PVIDs, port lists and the FDB. */
  dot1dBasePortIfIndex: '1.3.6.1.2.1.17.1.4.1.2',
});
