/** The objects of RFC 4363 and of IEEE 802.1Q under one set of names: they say the same in two places. */
import {
  ACCEPTABLE_FRAME_TYPES,
  IEEE8021_Q_BRIDGE_MIB as IEEE,
  IEEE8021_ACCEPTABLE_FRAME_TYPES,
  Q_BRIDGE_MIB as RFC,
} from '../../mib/q-bridge.ts';
import type { Oid } from '../../snmp/oid.ts';
import type { FrameTypes } from '../state.ts';

export interface QBridgeObjects {
  readonly maxVlanId: Oid;
  readonly maxVlans: Oid;
  readonly numVlans: Oid;
  readonly currentEgress: Oid;
  readonly currentUntagged: Oid;
  readonly name: Oid;
  readonly egress: Oid;
  readonly untagged: Oid;
  readonly status: Oid;
  readonly pvid: Oid;
  readonly frameTypes: Oid;
  readonly ingressFiltering: Oid;
  readonly frameTypeValues: Readonly<Record<number, FrameTypes>>;
  /** What is before every index: the component, where there is one. */
  readonly component: '' | '1.';
}

export const RFC4363: QBridgeObjects = Object.freeze({
  maxVlanId: RFC.dot1qMaxVlanId,
  maxVlans: RFC.dot1qMaxSupportedVlans,
  numVlans: RFC.dot1qNumVlans,
  currentEgress: RFC.dot1qVlanCurrentEgressPorts,
  currentUntagged: RFC.dot1qVlanCurrentUntaggedPorts,
  name: RFC.dot1qVlanStaticName,
  egress: RFC.dot1qVlanStaticEgressPorts,
  untagged: RFC.dot1qVlanStaticUntaggedPorts,
  status: RFC.dot1qVlanStaticRowStatus,
  pvid: RFC.dot1qPvid,
  frameTypes: RFC.dot1qPortAcceptableFrameTypes,
  ingressFiltering: RFC.dot1qPortIngressFiltering,
  frameTypeValues: ACCEPTABLE_FRAME_TYPES,
  component: '',
});

export const IEEE8021Q: QBridgeObjects = Object.freeze({
  maxVlanId: IEEE.ieee8021QBridgeMaxVlanId,
  maxVlans: IEEE.ieee8021QBridgeMaxSupportedVlans,
  numVlans: IEEE.ieee8021QBridgeNumVlans,
  currentEgress: IEEE.ieee8021QBridgeVlanCurrentEgressPorts,
  currentUntagged: IEEE.ieee8021QBridgeVlanCurrentUntaggedPorts,
  name: IEEE.ieee8021QBridgeVlanStaticName,
  egress: IEEE.ieee8021QBridgeVlanStaticEgressPorts,
  untagged: IEEE.ieee8021QBridgeVlanStaticUntaggedPorts,
  status: IEEE.ieee8021QBridgeVlanStaticRowStatus,
  pvid: IEEE.ieee8021QBridgePvid,
  frameTypes: IEEE.ieee8021QBridgePortAcceptableFrameTypes,
  ingressFiltering: IEEE.ieee8021QBridgePortIngressFiltering,
  frameTypeValues: IEEE8021_ACCEPTABLE_FRAME_TYPES,
  component: '1.',
});

/** The VLAN or port of an index: what follows TimeMark and component. */
export function lastArc(index: string): number {
  return Number(index.slice(index.lastIndexOf('.') + 1));
}
