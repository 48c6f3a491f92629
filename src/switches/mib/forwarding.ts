/** Which MAC was heard on which port. */

/** BRIDGE-MIB (RFC 4188). */
export const BRIDGE_FDB = Object.freeze({
  /** Indexed by the MAC: one forwarding database for the whole bridge, or for the VLAN that was asked. */
  dot1dTpFdbPort: '1.3.6.1.2.1.17.4.3.1.2',
  dot1dTpFdbStatus: '1.3.6.1.2.1.17.4.3.1.3',
});

/** Q-BRIDGE-MIB (RFC 4363). */
export const Q_BRIDGE_FDB = Object.freeze({
  /** Indexed by the number of the forwarding database and the MAC. */
  dot1qTpFdbPort: '1.3.6.1.2.1.17.7.1.2.2.1.2',
  dot1qTpFdbStatus: '1.3.6.1.2.1.17.7.1.2.2.1.3',
  /** The forwarding database of a VLAN, indexed by TimeMark and VLAN id: the two numbers need not be the same. */
  dot1qVlanFdbId: '1.3.6.1.2.1.17.7.1.4.2.1.3',
});

/** dot1dTpFdbStatus and dot1qTpFdbStatus: all others are the switch's own, configured or invalid. */
export const FDB_LEARNED = 3;

/** IEEE8023-LAG-MIB: ifIndex of the aggregate that a port belongs to, by the port's ifIndex; 0 for none. */
export const DOT3AD_AGG_PORT_ATTACHED_AGG_ID = '1.2.840.10006.300.43.1.2.1.1.13';

/** CISCO-VTP-MIB: the VLANs of the switch, indexed by domain and VLAN id; operational(1). */
export const VTP_VLAN_STATE = '1.3.6.1.4.1.9.9.46.1.3.1.1.2';
