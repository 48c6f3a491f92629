/**
 * What a switch forwards (IEEE 802.1Q, as RFC 4363 shows it): VLANs, their members, and what each port does with frames
 * that have no tag. Ports are numbered as the switch's own: PoE ports from 1, then the uplinks.
 */

export type PortSet = ReadonlySet<number>;

export interface BridgeVlan {
  readonly name: string;
  /** Ports that frames of the VLAN leave by, with a tag unless the port is in `untagged` too. */
  readonly egress: PortSet;
  readonly untagged: PortSet;
  readonly forbidden: PortSet;
  /** RowStatus: a VLAN that is not in service forwards nothing. */
  readonly active: boolean;
}

export interface BridgePort {
  /** The VLAN of frames that arrive without a tag. */
  readonly pvid: number;
  readonly frameTypes: 'all' | 'tagged-only';
  /** Frames of VLANs that the port is not in are dropped. */
  readonly ingressFiltering: boolean;
}

/** Never changed, only replaced. */
export interface BridgeConfig {
  readonly vlans: ReadonlyMap<number, BridgeVlan>;
  readonly ports: ReadonlyMap<number, BridgePort>;
}

/** The broadcast domain that untagged frames of a port live in both ways. `trunk`: an uplink carries it, tagged. */
export type Segment = { readonly vlan: number; readonly trunk: boolean } | 'none';

export interface Bridge {
  readonly config: BridgeConfig;
  /** One higher after each change. */
  readonly version: number;
  /** dot1qVlanNumDeletes: VLANs that have gone since the switch started. */
  readonly deletions: number;
  replace(config: BridgeConfig): void;
  /** A switch that restarts forwards nothing, and counts anew. */
  forward(on: boolean): void;
  segment(port: number): Segment;
  /** Called after every change that alters some port's segment, with those ports. */
  onSegments(listener: (ports: readonly number[]) => void): void;
}

export interface BridgePorts {
  readonly ports: readonly number[];
  readonly uplinks: PortSet;
}

export const DEFAULT_VLAN = 1;

export function createBridge({ ports, uplinks }: BridgePorts, start: BridgeConfig): Bridge {
  const listeners: ((ports: readonly number[]) => void)[] = [];
  let config = start;
  let forwarding = true;
  let version = 0;
  let deletions = 0;
  let segments = segmentsOf(config, uplinks);

  const renew = () => {
    version += 1;
    const before = segments;
    segments = forwarding ? segmentsOf(config, uplinks) : new Map();
    const changed = ports.filter((port) => !sameSegment(before.get(port), segments.get(port)));
    if (changed.length > 0) for (const listener of listeners) listener(changed);
  };

  return {
    get config() {
      return config;
    },
    get version() {
      return version;
    },
    get deletions() {
      return deletions;
    },
    replace(next) {
      if (next === config) return;
      for (const vlan of config.vlans.keys()) if (!next.vlans.has(vlan)) deletions += 1;
      config = next;
      renew();
    },
    forward(on) {
      forwarding = on;
      if (!on) deletions = 0;
      renew();
    },
    segment: (port) => segments.get(port) ?? 'none',
    onSegments: (listener) => listeners.push(listener),
  };
}

/** As out of the box: VLAN 1 with every port untagged. */
export function blankConfig(ports: readonly number[]): BridgeConfig {
  const all = new Set(ports);
  const vlan: BridgeVlan = { name: 'default', egress: all, untagged: all, forbidden: new Set(), active: true };
  const port: BridgePort = { pvid: DEFAULT_VLAN, frameTypes: 'all', ingressFiltering: false };
  return { vlans: new Map([[DEFAULT_VLAN, vlan]]), ports: new Map(ports.map((number) => [number, port])) };
}

/**
 * Every port of `access` alone and untagged in its VLAN, `tagged` ports in all of them; all others as out of the box.
 * What a switch looks like on which somebody has done the work already.
 */
export function isolatedConfig(
  ports: readonly number[],
  access: ReadonlyMap<number, number>,
  tagged: readonly number[],
): BridgeConfig {
  const blank = blankConfig(ports);
  const rest = new Set(ports.filter((port) => !access.has(port)));
  const vlans = new Map(blank.vlans).set(DEFAULT_VLAN, {
    ...blank.vlans.get(DEFAULT_VLAN)!,
    egress: rest,
    untagged: rest,
  });
  const portsNow = new Map(blank.ports);
  for (const [port, vlan] of access) {
    const untagged = new Set([...(vlans.get(vlan)?.untagged ?? []), port]);
    const egress = new Set([...untagged, ...tagged]);
    vlans.set(vlan, { name: `VLAN${vlan}`, egress, untagged, forbidden: new Set(), active: true });
    portsNow.set(port, { pvid: vlan, frameTypes: 'all', ingressFiltering: true });
  }
  return { vlans, ports: portsNow };
}

/** The port in that VLAN alone, untagged both ways: made if it is not there. What a person does who moves a port. */
export function movedTo({ vlans, ports }: BridgeConfig, port: number, vlan: number): BridgeConfig {
  const without = (set: PortSet) => new Set([...set].filter((other) => other !== port));
  const next = new Map(
    [...vlans].map(([id, each]) => [id, { ...each, egress: without(each.egress), untagged: without(each.untagged) }]),
  );
  const there = next.get(vlan) ?? { name: `VLAN${vlan}`, egress: new Set(), untagged: new Set(), forbidden: new Set() };
  next.set(vlan, {
    ...there,
    egress: new Set([...there.egress, port]),
    untagged: new Set([...there.untagged, port]),
    forbidden: without(there.forbidden),
    active: true,
  });
  const own = ports.get(port);
  return { vlans: next, ports: own ? new Map(ports).set(port, { ...own, pvid: vlan, frameTypes: 'all' }) : ports };
}

/**
 * None for a port that sends into one VLAN and hears another, takes no untagged frames, or gets tagged ones, which boot
 * ROMs do not survive.
 */
function segmentsOf({ vlans, ports }: BridgeConfig, uplinks: PortSet): ReadonlyMap<number, Segment> {
  const getsTags = new Set<number>();
  const trunks = new Set<number>();
  for (const [id, { egress, untagged, active }] of vlans) {
    if (!active) continue;
    for (const port of egress) {
      if (untagged.has(port)) continue;
      getsTags.add(port);
      if (uplinks.has(port)) trunks.add(id);
    }
  }
  const segments = new Map<number, Segment>();
  for (const [port, { pvid, frameTypes }] of ports) {
    const vlan = vlans.get(pvid);
    if (!vlan?.active || frameTypes !== 'all' || getsTags.has(port)) continue;
    if (vlan.egress.has(port) && vlan.untagged.has(port)) segments.set(port, { vlan: pvid, trunk: trunks.has(pvid) });
  }
  return segments;
}

function sameSegment(a: Segment | undefined, b: Segment | undefined): boolean {
  if (a === undefined || b === undefined || a === 'none' || b === 'none') return a === b;
  return a.vlan === b.vlan && a.trunk === b.trunk;
}
