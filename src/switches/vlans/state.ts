/**
 * The VLAN configuration of a switch, whatever it is read from: which port is in which VLAN, tagged or not. Pure.
 * Ports are bridge ports (dot1dBasePort), the numbering of PVIDs and port lists; which faceplate port each one is says
 * the port map.
 */
import type { VlanId } from '../../rack/units.ts';
import type { VlanRanges } from './ranges.ts';

/** dot1dBasePort, or the ifIndex on switches without that table (`VlanBackend.numbering`). Zero exists on some switches. */
export type BridgePort = number & { readonly __brand: 'BridgePort' };

export const bridgePort = (value: number): BridgePort => value as BridgePort;

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
  /** It is gone when the last port leaves it. */
  readonly fleeting?: boolean;
}

export interface PortVlan {
  /** 0 or 4095 on ports that have none. */
  readonly pvid: VlanId;
  /** dot1qPortAcceptableFrameTypes; undefined where the switch does not say. */
  readonly frameTypes: FrameTypes | undefined;
  /** dot1qPortIngressFiltering: frames of VLANs that the port is not in are dropped. */
  readonly ingressFiltering: boolean | undefined;
  /** On switches whose ports have one; undefined where membership says it all. */
  readonly mode: PortMode | undefined;
  /** The VLAN that the port has whenever it is in access mode; undefined where the PVID says it all. */
  readonly access: VlanId | undefined;
  /** Ports with a list of VLANs: those it carries tagged as soon as they exist; undefined where VLANs list ports. */
  readonly allows: VlanRanges | undefined;
}

/** `untagged-only` is admitOnlyUntaggedAndPriority of IEEE 802.1Q. */
export type FrameTypes = 'all' | 'tagged-only' | 'untagged-only';

/** `access`, `trunk` and `general` mean the same on every switch; any other word is its family's own. */
export type PortMode = string;

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
  | { readonly kind: 'mode'; readonly port: BridgePort; readonly mode: PortMode }
  /** `PortVlan.access` of a port that is in another mode. */
  | { readonly kind: 'access-vlan'; readonly port: BridgePort; readonly vlan: VlanId }
  | { readonly kind: 'frame-types'; readonly port: BridgePort; readonly frameTypes: FrameTypes }
  | { readonly kind: 'ingress-filtering'; readonly port: BridgePort; readonly on: boolean };
