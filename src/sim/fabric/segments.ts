/** Which Linux bridge a switch port belongs on, by the VLANs of its switch: what is cabled together and what is not. */
import type { Segment } from '../switch/bridge.ts';
import type { VirtualSwitch } from '../switch/virtual-switch.ts';
import { bridgeLink } from './layout.ts';
import type { PortLinks } from './links.ts';

/** A switch that tells where its ports are, and when that changes. */
export type SegmentSource = Pick<VirtualSwitch, 'segment' | 'onSegments'>;

/**
 * A VLAN that the uplinks carry is the same one on every switch and for the controller. Where no uplink carries it, its
 * ports on one switch hear each other and nobody else: an island. `place` is the switch's, from 1.
 */
export function bridgeOf(segment: Segment, place: number): string | undefined {
  if (segment === 'none') return undefined;
  return segment.trunk ? bridgeLink(segment.vlan) : `i${place}v${segment.vlan}`;
}

type BridgeLinks = Pick<PortLinks, 'addBridge' | 'removeBridge' | 'join' | 'leave'>;

/** Puts cables on bridges. Bridges that the fabric was not built with are made when they are needed, and go after that. */
export class PortBridges {
  readonly #links: BridgeLinks;
  readonly #built: ReadonlySet<string>;
  readonly #members = new Map<string, Set<string>>();
  readonly #bridges = new Map<string, string>();

  /** `built` bridges are there, whether or not a cable is on them. */
  constructor(links: BridgeLinks, built: Iterable<string>) {
    this.#links = links;
    this.#built = new Set(built);
  }

  bridge(cable: string): string | undefined {
    return this.#bridges.get(cable);
  }

  /**
   * Puts every cable on its bridge, or on none. All that change place leave before the first one arrives: two that
   * change places are never on one bridge.
   */
  put(places: ReadonlyMap<string, string | undefined>): void {
    const moving = [...places].filter(([cable, bridge]) => this.#bridges.get(cable) !== bridge);
    const left: string[] = [];
    for (const [cable] of moving) {
      const bridge = this.#bridges.get(cable);
      if (bridge === undefined) continue;
      this.#links.leave(cable);
      this.#bridges.delete(cable);
      this.#members.get(bridge)?.delete(cable);
      left.push(bridge);
    }
    for (const [cable, bridge] of moving) {
      if (bridge === undefined) continue;
      this.#need(bridge).add(cable);
      this.#links.join(cable, bridge);
      this.#bridges.set(cable, bridge);
    }
    for (const bridge of left) this.#drop(bridge);
  }

  #need(bridge: string): Set<string> {
    const there = this.#members.get(bridge);
    if (there) return there;
    if (!this.#built.has(bridge)) this.#links.addBridge(bridge);
    const members = new Set<string>();
    this.#members.set(bridge, members);
    return members;
  }

  #drop(bridge: string): void {
    if (this.#members.get(bridge)?.size !== 0) return;
    this.#members.delete(bridge);
    if (!this.#built.has(bridge)) this.#links.removeBridge(bridge);
  }
}

/** Puts the cables where the switch has their ports now, and after every change. `cables` by the port that each is in. */
export function followSwitch(
  source: SegmentSource,
  place: number,
  cables: ReadonlyMap<number, string>,
  bridges: PortBridges,
): void {
  const put = (ports: Iterable<number>) => {
    const places = new Map<string, string | undefined>();
    for (const port of ports) {
      const cable = cables.get(port);
      if (cable !== undefined) places.set(cable, bridgeOf(source.segment(port), place));
    }
    bridges.put(places);
  };
  put(cables.keys());
  source.onSegments(put);
}
