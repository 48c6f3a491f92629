/** Who is in which VLAN: Q-BRIDGE-MIB (RFC 4363), and its successor of IEEE 802.1Q with a component before every index. */

/** Q-BRIDGE-MIB, 1.3.6.1.2.1.17.7.1. */
export const Q_BRIDGE_MIB = Object.freeze({
  dot1qMaxVlanId: '1.3.6.1.2.1.17.7.1.1.2.0',
  dot1qMaxSupportedVlans: '1.3.6.1.2.1.17.7.1.1.3.0',
  dot1qNumVlans: '1.3.6.1.2.1.17.7.1.1.4.0',
  /** Indexed by TimeMark and VLAN id. The TimeMark is not 0 on all switches, so rows are walked and never asked for. */
  dot1qVlanCurrentEgressPorts: '1.3.6.1.2.1.17.7.1.4.2.1.4',
  dot1qVlanCurrentUntaggedPorts: '1.3.6.1.2.1.17.7.1.4.2.1.5',
  /** Indexed by VLAN id. */
  dot1qVlanStaticName: '1.3.6.1.2.1.17.7.1.4.3.1.1',
  dot1qVlanStaticEgressPorts: '1.3.6.1.2.1.17.7.1.4.3.1.2',
  dot1qVlanStaticUntaggedPorts: '1.3.6.1.2.1.17.7.1.4.3.1.4',
  dot1qVlanStaticRowStatus: '1.3.6.1.2.1.17.7.1.4.3.1.5',
  /** Indexed by dot1dBasePort; by ifIndex on some. */
  dot1qPvid: '1.3.6.1.2.1.17.7.1.4.5.1.1',
  dot1qPortAcceptableFrameTypes: '1.3.6.1.2.1.17.7.1.4.5.1.2',
  dot1qPortIngressFiltering: '1.3.6.1.2.1.17.7.1.4.5.1.3',
});

/** IEEE8021-Q-BRIDGE-MIB, 1.3.111.2.802.1.1.4.1. */
export const IEEE8021_Q_BRIDGE_MIB = Object.freeze({
  /** Of component 1: a switch has one. */
  ieee8021QBridgeMaxVlanId: '1.3.111.2.802.1.1.4.1.1.1.1.3.1',
  ieee8021QBridgeMaxSupportedVlans: '1.3.111.2.802.1.1.4.1.1.1.1.4.1',
  ieee8021QBridgeNumVlans: '1.3.111.2.802.1.1.4.1.1.1.1.5.1',
  /** Indexed by TimeMark, component and VLAN id. */
  ieee8021QBridgeVlanCurrentEgressPorts: '1.3.111.2.802.1.1.4.1.4.2.1.5',
  ieee8021QBridgeVlanCurrentUntaggedPorts: '1.3.111.2.802.1.1.4.1.4.2.1.6',
  /** Indexed by component and VLAN id. */
  ieee8021QBridgeVlanStaticName: '1.3.111.2.802.1.1.4.1.4.3.1.3',
  ieee8021QBridgeVlanStaticEgressPorts: '1.3.111.2.802.1.1.4.1.4.3.1.4',
  ieee8021QBridgeVlanStaticUntaggedPorts: '1.3.111.2.802.1.1.4.1.4.3.1.6',
  ieee8021QBridgeVlanStaticRowStatus: '1.3.111.2.802.1.1.4.1.4.3.1.7',
  /** Indexed by component and base port. */
  ieee8021QBridgePvid: '1.3.111.2.802.1.1.4.1.4.5.1.1',
  ieee8021QBridgePortAcceptableFrameTypes: '1.3.111.2.802.1.1.4.1.4.5.1.2',
  ieee8021QBridgePortIngressFiltering: '1.3.111.2.802.1.1.4.1.4.5.1.3',
});

/** dot1qPortAcceptableFrameTypes. */
export const ACCEPTABLE_FRAME_TYPES = Object.freeze({ 1: 'all', 2: 'tagged-only' } as const);

/** IEEE8021PortAcceptableFrameTypes, which numbers them otherwise. */
export const IEEE8021_ACCEPTABLE_FRAME_TYPES = Object.freeze({
  1: 'all',
  2: 'untagged-only',
  3: 'tagged-only',
} as const);

/** RowStatus (RFC 2579). */
export const ROW_STATUS = Object.freeze({
  active: 1,
  notInService: 2,
  notReady: 3,
  createAndGo: 4,
  createAndWait: 5,
  destroy: 6,
});
