/**
 * The VLAN configuration of a switch, whatever it is read from: which port is in which VLAN, tagged or not. Pure.
 * Ports are bridge ports (dot1dBasePort), the numbering of PVIDs and port lists; which faceplate port each one is says
 * the port map.
 */
import type { VlanId } from '../../rack/units.ts';

/** dot1dBasePort. Zero exists on some switches. */
export type BridgePort = number & { readonly __brand: 'BridgePort' };

export interface VlanState {
  readonly vlans: ReadonlyMap<VlanId, VlanMembers>;
  readonly ports: ReadonlyMap<BridgePort, PortVlan>;
  readonly capacity: VlanCapacity;
}

/** One VLAN. Every port of `untagged` is in `egress` too. */
export interface VlanMembers {
  readonly name: string;
  readonly egress: ReadonlySet<BridgePort>;
  readonly untagged: ReadonlySet<BridgePort>;
}

export interface PortVlan {
  readonly pvid: VlanId;
  /** dot1qPortAcceptableFrameTypes; undefined where the switch does not say. */
  readonly frameTypes: 'all' | 'tagged-only' | undefined;
  /** dot1qPortIngressFiltering: frames of VLANs that the port is not in are dropped. */
  readonly ingressFiltering: boolean | undefined;
  /** On switches whose ports have one; undefined where membership says it all. */
  readonly mode: 'access' | 'trunk' | 'general' | undefined;
}

export interface VlanCapacity {
  /** dot1qMaxVlanId; undefined where the switch does not say. */
  readonly maxVlanId: number | undefined;
  /** dot1qMaxSupportedVlans. */
  readonly maxVlans: number | undefined;
}

/**
 * One change, as small as a switch can make it. Dialects turn each into the SETs or commands of their switch; the plan
 * orders them so that no board's port is ever in two VLANs, or tagged in one, while the board has power.
 */
export type VlanStep =
  | { readonly kind: 'create'; readonly vlan: VlanId; readonly name: string }
  | { readonly kind: 'destroy'; readonly vlan: VlanId }
  /** The port carries the VLAN tagged. */
  | { readonly kind: 'join-tagged'; readonly vlan: VlanId; readonly port: BridgePort }
  | { readonly kind: 'join-untagged'; readonly vlan: VlanId; readonly port: BridgePort }
  | { readonly kind: 'leave'; readonly vlan: VlanId; readonly port: BridgePort }
  | { readonly kind: 'pvid'; readonly port: BridgePort; readonly vlan: VlanId }
  | { readonly kind: 'frame-types'; readonly port: BridgePort; readonly frameTypes: 'all' | 'tagged-only' }
  | { readonly kind: 'ingress-filtering'; readonly port: BridgePort; readonly on: boolean }
  | { readonly kind: 'mode'; readonly port: BridgePort; readonly mode: 'access' | 'trunk' | 'general' };
