/** Switches and racks for tests: written out by hand, or at random. */
import fc from 'fast-check';
import type { VlanId } from '../../../../src/rack/units.ts';
import { slotNumber, vlanId } from '../../../../src/rack/units.ts';
import { rangesOf, vlansIn } from '../../../../src/switches/vlans/ranges.ts';
import type { VlanScope } from '../../../../src/switches/vlans/scope.ts';
import type { BridgePort, PortVlan, VlanMembers, VlanState } from '../../../../src/switches/vlans/state.ts';
import { bridgePort } from '../../../../src/switches/vlans/state.ts';

export const PLAIN: PortVlan = {
  pvid: vlanId(1),
  frameTypes: 'all',
  ingressFiltering: true,
  mode: undefined,
  access: undefined,
  allows: undefined,
};

export const vlan = (name: string, egress: readonly number[], untagged: readonly number[] = egress): VlanMembers => ({
  name,
  egress: new Set(egress as BridgePort[]),
  untagged: new Set(untagged as BridgePort[]),
});

export const range = (from: number, to: number): number[] =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, place) => from + place);

/** As out of the box: every port untagged in VLAN 1. */
export function blank(ports: number, port: Partial<PortVlan> = {}): VlanState {
  return {
    vlans: new Map([[vlanId(1), vlan('default', range(1, ports))]]),
    ports: new Map(
      range(1, ports).map((number) => [bridgePort(number), { ...PLAIN, ingressFiltering: false, ...port }]),
    ),
    capacity: { maxVlanId: 4094, maxVlans: 256 },
  };
}

/** Slot n on port n with VLAN 100 + n; the uplinks after them. */
export function scopeOf(slots: number, uplinks: readonly number[], name = 'sw1'): VlanScope {
  const all = range(1, slots).map((number) => ({
    slot: slotNumber(number),
    label: String(number),
    port: bridgePort(number),
    vlan: vlanId(100 + number),
  }));
  return {
    switch: name,
    slots: all,
    uplinks: uplinks.map((number) => ({ label: `up${number}`, port: bridgePort(number) })),
    carried: new Set(all.map((slot) => slot.vlan)),
    nameOf: (port) => `ge${port}`,
  };
}

export interface Case {
  readonly state: VlanState;
  readonly scope: VlanScope;
}

const FOREIGN = [1, 10, 20, 4000];

export interface CaseOptions {
  /** `mode` and `access` on every port, as on switches that have modes. */
  readonly modes?: boolean;
  /** Whether what must be put right by hand may be there too. */
  readonly byHand?: boolean;
}

/**
 * Any configuration: slots' ports anywhere, tagged and untagged, PVIDs at random, VLANs of slots there or not. Uplinks
 * and unlisted ports only as `apply` may meet them, unless told otherwise.
 */
export function anyCase(options: CaseOptions = {}): fc.Arbitrary<Case> {
  return fc
    .record({
      slots: fc.integer({ min: 1, max: 5 }),
      uplinks: fc.integer({ min: 0, max: 2 }),
      others: fc.integer({ min: 0, max: 3 }),
      seed: fc.infiniteStream(fc.integer({ min: 0, max: 2 ** 30 })),
    })
    .map(({ slots, uplinks, others, seed }) => {
      const pick = (limit: number): number => (seed.next().value as number) % limit;
      return build({ slots, uplinks, others }, pick, options);
    });
}

interface Sizes {
  readonly slots: number;
  readonly uplinks: number;
  readonly others: number;
}

/** `pick(n)`: any number below n. */
export function build(sizes: Sizes, pick: (limit: number) => number, options: CaseOptions = {}): Case {
  const { slots, uplinks, others } = sizes;
  const scope = scopeOf(slots, range(slots + 1, slots + uplinks));
  const total = slots + uplinks + others;
  const roleOf = (port: number) => (port <= slots ? 'slot' : port <= slots + uplinks ? 'uplink' : 'other');
  const vlans = new Map<VlanId, VlanMembers>();
  for (const id of [...FOREIGN, ...scope.carried].map(Number)) {
    if (id !== 1 && pick(2) === 0) continue;
    const own = scope.carried.has(vlanId(id));
    const egress: number[] = [];
    const untagged: number[] = [];
    for (const port of range(1, total)) {
      const role = roleOf(port);
      if (own && role === 'other' && !options.byHand) continue;
      if (pick(own && role === 'other' ? 8 : 2) !== 0) continue;
      egress.push(port);
      const mayUntag = role !== 'uplink' || !own || options.byHand;
      if (mayUntag && pick(2) === 0) untagged.push(port);
    }
    vlans.set(vlanId(id), vlan(id === 1 ? 'default' : `old-${id}`, egress, untagged));
  }
  const ports = new Map<BridgePort, PortVlan>();
  const ids = [...vlans.keys()];
  const foreign = ids.filter((id) => !scope.carried.has(id));
  for (const port of range(1, total)) {
    const choice = roleOf(port) === 'slot' || options.byHand ? ids : foreign;
    ports.set(bridgePort(port), {
      ...PLAIN,
      pvid: choice[pick(choice.length)]!,
      frameTypes: pick(3) === 0 ? 'tagged-only' : 'all',
      ingressFiltering: pick(2) === 0,
      ...(options.modes && modeOf(roleOf(port), choice, pick)),
      ...(options.modes && roleOf(port) === 'uplink' && { allows: listOf(port, vlans, scope, pick) }),
    });
  }
  return { scope, state: { vlans, ports, capacity: { maxVlanId: 4094, maxVlans: 64 } } };
}

function modeOf(role: string, vlans: readonly VlanId[], pick: (limit: number) => number): Partial<PortVlan> {
  const mode = role === 'uplink' ? 'trunk' : ['access', 'trunk', 'general'][pick(3)]!;
  const access = vlans[pick(vlans.length)]!;
  return { mode, access, ...(mode === 'access' && { pvid: access }) };
}

/** What a trunk is in, and perhaps VLANs that are still to come. */
function listOf(
  port: number,
  vlans: ReadonlyMap<VlanId, VlanMembers>,
  scope: VlanScope,
  pick: (limit: number) => number,
) {
  const now = [...vlans].filter(([, { egress }]) => egress.has(bridgePort(port))).map(([id]) => id);
  return rangesOf([...now, ...[...scope.carried].filter((id) => !vlans.has(id) && pick(3) === 0)]);
}

/** The memberships and settings of the ports that nothing may ever touch. */
export function untouchable({ state, scope }: Case): unknown {
  const ours = new Set([...scope.slots, ...scope.uplinks].map(({ port }) => port));
  const uplinks = scope.uplinks.map(({ port }) => port);
  return {
    ports: [...state.ports]
      .filter(([port]) => !scope.slots.some((slot) => slot.port === port))
      .map(([port, { allows, ...rest }]) => [port, { ...rest, allows: foreignOf(allows, scope) }]),
    others: [...state.vlans].map(([id, { egress, untagged }]) => [
      id,
      [...egress].filter((port) => !ours.has(port)),
      [...untagged].filter((port) => !ours.has(port)),
    ]),
    uplinks: [...state.vlans]
      .filter(([id]) => !scope.carried.has(id))
      .map(([id, { name, egress, untagged }]) => [
        id,
        name,
        uplinks.filter((port) => egress.has(port)),
        uplinks.filter((port) => untagged.has(port)),
      ]),
  };
}

/** What a list has besides VLANs of slots. */
function foreignOf(allows: PortVlan['allows'], scope: VlanScope) {
  return allows === undefined ? undefined : rangesOf([...vlansIn(allows)].filter((id) => !scope.carried.has(id)));
}
