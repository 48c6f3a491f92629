/** What must be written so that every leg is as the plan says. Pure. */
import { sameIpv6 } from '../../wire/ipv6-text.ts';
import { LEG_SETTINGS } from './settings.ts';
import {
  type BoardMacs,
  type LegAddress,
  type LegChange,
  type LegPlan,
  type LegState,
  LegsError,
  type LegsPlan,
} from './state.ts';

/**
 * The changes, in the order in which they can be made; empty when everything is right. `actual` may hold any interfaces:
 * those that the plan does not name are left alone. Throws LegsError where a leg cannot be made: in a virtual rack it must
 * exist already, in a real one its trunk must, and a leg's name must not belong to an interface of another kind.
 */
export function planLegs(plan: LegsPlan, actual: readonly LegState[], boards: BoardMacs = new Map()): LegChange[] {
  const byName = new Map(actual.map((state) => [state.ifname, state]));
  const changes = plan.kind === 'real' ? trunkChanges(plan, byName) : [];
  const missing = plan.slots.filter((slot) => !byName.has(slot.leg)).map((slot) => slot.leg);
  if (plan.kind === 'virtual' && missing.length > 0) {
    throw new LegsError(`expected the virtual rack to have made ${missing.join(', ')}: no such interface`);
  }
  for (const slot of plan.slots) changes.push(...legChanges(plan, slot, byName.get(slot.leg), boards));
  return changes;
}

function trunkChanges(plan: LegsPlan, byName: ReadonlyMap<string, LegState>): LegChange[] {
  if (plan.trunk === undefined) throw new LegsError('expected a real rack to name its trunk interface');
  const trunk = byName.get(plan.trunk);
  if (trunk === undefined) throw new LegsError(`expected the trunk ${plan.trunk}: no such interface`);
  // A VLAN interface cannot go up above one that is down.
  return trunk.up ? [] : [{ kind: 'up', leg: plan.trunk }];
}

function legChanges(plan: LegsPlan, slot: LegPlan, found: LegState | undefined, boards: BoardMacs): LegChange[] {
  const changes: LegChange[] = [];
  let state = found;
  if (plan.kind === 'real') {
    const trunk = plan.trunk as string;
    if (state !== undefined && state.kind !== 'vlan') {
      throw new LegsError(
        `expected ${slot.leg} to be a VLAN interface on ${trunk}, it is ${state.kind ?? 'a hardware interface'}`,
      );
    }
    if (state !== undefined && (state.parent !== trunk || state.vlan !== slot.vlan)) {
      changes.push({
        kind: 'delete',
        leg: slot.leg,
        before: `VLAN ${state.vlan} on ${state.parent ?? 'no interface'}`,
      });
      state = undefined;
    }
    if (state === undefined) changes.push({ kind: 'create', leg: slot.leg, trunk, vlan: slot.vlan });
  }
  changes.push(...settingChanges(slot.leg, state));
  if (state?.up !== true) changes.push({ kind: 'up', leg: slot.leg });
  changes.push(...addressChanges(slot, state?.addresses ?? []));
  changes.push(...neighbourChanges(slot, state, boards));
  return changes;
}

/** A leg that is made anew gets all settings, whatever the defaults of this machine are. */
function settingChanges(leg: string, state: LegState | undefined): LegChange[] {
  return Object.entries(LEG_SETTINGS)
    .filter(([setting, value]) => state?.settings[setting] !== value)
    .map(([setting, value]) => {
      const before = state?.settings[setting];
      return { kind: 'set', leg, setting, value, ...(before === undefined ? {} : { before }) };
    });
}

function addressChanges({ leg, ipv4, ipv6 }: LegPlan, present: readonly LegAddress[]): LegChange[] {
  const wanted: LegAddress[] = [
    { family: 4, address: ipv4.controller, prefix: 30, scope: 'global', unusable: false },
    { family: 6, address: ipv6.controller, prefix: 64, scope: 'global', unusable: false },
  ];
  // Link-local addresses are the kernel's own: router advertisements leave from them.
  const kept = present.filter((one) => !(one.family === 6 && one.scope === 'link'));
  const right = (one: LegAddress): boolean => wanted.some((other) => sameAddress(one, other)) && !one.unusable;
  const stale = kept.filter((one) => !right(one));
  const absent = wanted.filter((other) => !kept.some((one) => right(one) && sameAddress(one, other)));
  return [
    ...stale.map((address): LegChange => ({ kind: 'remove-address', leg, address })),
    ...absent.map((address): LegChange => ({ kind: 'add-address', leg, address })),
  ];
}

function sameAddress(one: LegAddress, other: LegAddress): boolean {
  if (one.family !== other.family || one.prefix !== other.prefix) return false;
  return one.family === 4 ? one.address === other.address : sameIpv6(one.address, other.address);
}

/**
 * The kernel forgets all neighbours of an interface that goes down, or whose last IPv4 address is removed: then the entry
 * is set again, whatever was read.
 */
function neighbourChanges(slot: LegPlan, state: LegState | undefined, boards: BoardMacs): LegChange[] {
  const { leg, ipv4 } = slot;
  const mac = boards.get(slot.slot);
  const present = state?.neighbours ?? [];
  const before = present.find((one) => one.address === ipv4.board)?.mac;
  const stale = present.filter((one) => one.address !== ipv4.board || mac === undefined);
  const changes = stale.map((one): LegChange => ({ kind: 'remove-neighbour', leg, address: one.address }));
  const kept = state?.up === true && state.addresses.some((one) => one.family === 4 && isController(one, slot));
  if (mac !== undefined && (before !== mac || !kept)) {
    const change = { kind: 'set-neighbour', leg, address: ipv4.board, mac } as const;
    changes.push(before === undefined ? change : { ...change, before });
  }
  return changes;
}

function isController(one: LegAddress, { ipv4 }: LegPlan): boolean {
  return one.address === ipv4.controller && one.prefix === 30 && !one.unusable;
}
