import type { LegAddress, LegChange, LegPlan, LegState, LegsPlan } from '../../../src/net/legs/state.ts';
import { slotNumber, vlanId } from '../../../src/rack/units.ts';
import type { Ipv4, Ipv6 } from '../../../src/wire/address.ts';

/** Slot n on `vlan<100+n>`, 10.20.<n>.1/30 and fd20:0:0:<n>::1/64. */
export function slot(n: number): LegPlan {
  return {
    slot: slotNumber(n),
    vlan: vlanId(100 + n),
    leg: `vlan${100 + n}`,
    ipv4: { controller: `10.20.${n}.1` as Ipv4, board: `10.20.${n}.2` as Ipv4 },
    ipv6: { controller: `fd20:0:0:${n.toString(16)}::1` as Ipv6 },
  };
}

export function plan(kind: 'real' | 'virtual', count: number): LegsPlan {
  const trunk = kind === 'real' ? 'eth1' : undefined;
  return { kind, trunk, slots: Array.from({ length: count }, (_, i) => slot(i + 1)) };
}

export function state(ifname: string, more: Partial<LegState> = {}): LegState {
  const nothing = { parent: undefined, vlan: undefined, addresses: [], neighbours: [], settings: {} };
  return { ifname, up: false, kind: 'veth', ...nothing, ...more };
}

export function address(text: string, more: Partial<LegAddress> = {}): LegAddress {
  const [value, prefix] = text.split('/') as [string, string];
  return {
    family: value.includes(':') ? 6 : 4,
    address: value,
    prefix: Number(prefix),
    scope: 'global',
    unusable: false,
    ...more,
  };
}

/** What the kernel makes of changes, as far as planLegs can see it. */
export function carryOut(changes: readonly LegChange[], before: readonly LegState[]): LegState[] {
  const states = new Map(before.map((one) => [one.ifname, one]));
  for (const change of changes) {
    if (change.kind === 'delete') {
      if (!states.delete(change.leg)) throw new Error(`${change.leg} is not there`);
    } else if (change.kind === 'create') {
      if (states.has(change.leg)) throw new Error(`${change.leg} is there already`);
      states.set(change.leg, state(change.leg, { kind: 'vlan', parent: change.trunk, vlan: change.vlan }));
    } else {
      const now = states.get(change.leg);
      if (now === undefined) throw new Error(`${change.leg} is not there`);
      states.set(change.leg, changed(now, change));
    }
  }
  return [...states.values()];
}

function changed(now: LegState, change: Exclude<LegChange, { kind: 'create' | 'delete' }>): LegState {
  switch (change.kind) {
    case 'up':
      return { ...now, up: true, neighbours: now.up ? now.neighbours : [] };
    case 'set':
      return { ...now, settings: { ...now.settings, [change.setting]: change.value } };
    case 'add-address':
      return { ...now, addresses: [...now.addresses, change.address] };
    case 'remove-address': {
      const addresses = now.addresses.filter((one) => one !== change.address);
      const had4 = now.addresses.some((one) => one.family === 4);
      const has4 = addresses.some((one) => one.family === 4);
      return { ...now, addresses, neighbours: had4 && !has4 ? [] : now.neighbours };
    }
    case 'set-neighbour': {
      const others = now.neighbours.filter((one) => one.address !== change.address);
      return { ...now, neighbours: [...others, { address: change.address, mac: change.mac }] };
    }
    case 'remove-neighbour':
      return { ...now, neighbours: now.neighbours.filter((one) => one.address !== change.address) };
  }
}
