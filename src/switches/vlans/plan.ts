/**
 * The steps from any configuration to a target, in the order in which each is safe (research: snmp-poe §3). Only the next
 * batch is ever sure: switches do more than they are told, so it is worked out anew from what was read after the last. Pure.
 */
import type { VlanId } from '../../rack/units.ts';
import type { EdgeFeature } from '../drivers/driver.ts';
import { capacityProblems } from './capacity.ts';
import { adviceFor } from './edge.ts';
import type { Violation } from './invariant.ts';
import { violations } from './invariant.ts';
import { includes } from './ranges.ts';
import type { ScopeSlot, VlanScope } from './scope.ts';
import { portName } from './scope.ts';
import type { BridgePort, PortVlan, VlanState, VlanStep } from './state.ts';
import { afterStep } from './steps.ts';
import type { PortTarget, VlanTarget } from './target.ts';
import { carries, isolated } from './target.ts';

/**
 * - `join`: VLANs are made, and ports let in: membership before the PVID, or what a port sends would go to a VLAN that it
 *   may not be answered in
 * - `pvid`: where untagged frames belong. Some switches move memberships with it, so all is read again before
 * - `leave`: what a port is in beside
 * - `harden`: what a port accepts
 * - `destroy`: VLANs that are empty again
 */
export type Phase = 'join' | 'pvid' | 'leave' | 'harden' | 'destroy';

export interface Batch {
  readonly phase: Phase;
  readonly steps: readonly VlanStep[];
}

/** Undefined: the state is as the target wants it. Never a step for what is so already. */
export function nextBatch(state: VlanState, target: VlanTarget): Batch | undefined {
  for (const [phase, stepsOf] of PHASES) {
    const steps = stepsOf(state, target);
    if (steps.length > 0) return { phase, steps };
  }
  return undefined;
}

const PHASES: readonly (readonly [Phase, (state: VlanState, target: VlanTarget) => VlanStep[]])[] = [
  ['join', joining],
  ['pvid', pvids],
  ['leave', left],
  ['harden', hardened],
  ['destroy', destroyed],
];

/** Where ports have modes the PVID is part of what a port is in: which VLAN of a trunk is untagged, say. */
function joining(state: VlanState, target: VlanTarget): VlanStep[] {
  const steps = [...created(state, target), ...modes(state, target), ...joined(state, target)];
  if (steps.length === 0) return [];
  return [...steps, ...pvids(state, target).filter(({ port }) => state.ports.get(port)?.mode !== undefined)];
}

function created(state: VlanState, target: VlanTarget): VlanStep[] {
  return [...target.vlans].flatMap(([vlan, name]) =>
    name === undefined || state.vlans.has(vlan) ? [] : [{ kind: 'create', vlan, name }],
  );
}

/** The VLAN before the mode, so that a port that becomes an access port is never in another one. */
function modes(state: VlanState, target: VlanTarget): VlanStep[] {
  return eachSlot<VlanStep>(state, target, (port, now, { mode, pvid }) => {
    if (mode === undefined || now.mode === mode) return [];
    const stale = mode === 'access' && isVlan(pvid) && now.access !== undefined && now.access !== pvid;
    return [...(stale ? [{ kind: 'access-vlan', port, vlan: pvid } as const] : []), { kind: 'mode', port, mode }];
  });
}

function joined(state: VlanState, target: VlanTarget): VlanStep[] {
  const there = (vlan: VlanId) => state.vlans.has(vlan) || target.vlans.get(vlan) !== undefined;
  const uplinks = [...target.uplinks].flatMap(([port, vlans]) =>
    [...vlans]
      .filter((vlan) => there(vlan) && (!carries(state, port, vlan) || state.vlans.get(vlan)?.untagged.has(port)))
      .map((vlan): VlanStep => ({ kind: 'join-tagged', vlan, port })),
  );
  const slots = eachSlot(state, target, (port, _now, { members }) =>
    [...members].flatMap(([vlan, wanted]): VlanStep[] => {
      const now = state.vlans.get(vlan);
      const same = now?.egress.has(port) && now.untagged.has(port) === (wanted === 'untagged');
      if (same || !there(vlan)) return [];
      return [{ kind: wanted === 'untagged' ? 'join-untagged' : 'join-tagged', vlan, port }];
    }),
  );
  return [...uplinks, ...slots];
}

/** No PVID: 0 and 4095 stand for "drop what comes untagged", and no switch lets us write them. */
const isVlan = (vlan: VlanId | undefined): vlan is VlanId => vlan !== undefined && vlan >= 1 && vlan <= 4094;

type PvidStep = Extract<VlanStep, { readonly kind: 'pvid' | 'access-vlan' }>;

function pvids(state: VlanState, target: VlanTarget): PvidStep[] {
  return eachSlot(state, target, (port, now, { pvid, mode, access }) => {
    const steps: PvidStep[] = [];
    if (isVlan(pvid) && now.pvid !== pvid) steps.push({ kind: 'pvid', port, vlan: pvid });
    // In access mode the PVID is the access VLAN.
    if (mode !== 'access' && isVlan(access) && now.access !== access)
      steps.push({ kind: 'access-vlan', port, vlan: access });
    return steps;
  });
}

function left(state: VlanState, target: VlanTarget): VlanStep[] {
  const slots = eachSlot(state, target, (port, _now, { members, allows }) =>
    [...state.vlans]
      .filter(([vlan, { egress }]) => egress.has(port) && !members.has(vlan) && !includes(allows, vlan))
      .map(([vlan]): VlanStep => ({ kind: 'leave', vlan, port })),
  );
  const uplinks = [...target.uplinks].flatMap(([port, vlans]) =>
    [...target.vlans.keys()]
      .filter((vlan) => !vlans.has(vlan) && carries(state, port, vlan))
      .map((vlan): VlanStep => ({ kind: 'leave', vlan, port })),
  );
  return [...slots, ...uplinks];
}

function hardened(state: VlanState, target: VlanTarget): VlanStep[] {
  return eachSlot(state, target, (port, now, { frameTypes, ingressFiltering }) => {
    const steps: VlanStep[] = [];
    if (frameTypes !== undefined && now.frameTypes !== frameTypes)
      steps.push({ kind: 'frame-types', port, frameTypes });
    if (ingressFiltering !== undefined && now.ingressFiltering !== ingressFiltering) {
      steps.push({ kind: 'ingress-filtering', port, on: ingressFiltering });
    }
    return steps;
  });
}

function destroyed(state: VlanState, target: VlanTarget): VlanStep[] {
  return [...target.vlans].flatMap(([vlan, name]) =>
    name === undefined && state.vlans.has(vlan) ? [{ kind: 'destroy', vlan }] : [],
  );
}

function eachSlot<Step extends VlanStep>(
  state: VlanState,
  target: VlanTarget,
  steps: (port: BridgePort, now: PortVlan, wanted: PortTarget) => Step[],
): Step[] {
  return [...target.slots].flatMap(([port, wanted]) => {
    const now = state.ports.get(port);
    return now ? steps(port, now, wanted) : [];
  });
}

export interface VlanPlan {
  /** What will be written, if the switch does no more and no less than it is told. Empty: nothing. */
  readonly batches: readonly Batch[];
  /** What is not so yet. */
  readonly violations: readonly Violation[];
  /** Why nothing may be begun; a sentence each. */
  readonly obstacles: readonly string[];
  /** What a person may want to do. */
  readonly advice: readonly string[];
  /** The slots whose boards lose power while it is done. */
  readonly slots: readonly ScopeSlot[];
}

export interface PlanOptions {
  /** VLAN ids that the switch keeps for itself. */
  readonly reserved?: Iterable<number> | undefined;
  /** `VlanBackend.creates`. */
  readonly creates?: boolean | undefined;
  /** Link features that the switch lets us set, so that the others are advice; left out: nothing is said of any. */
  readonly features?: readonly EdgeFeature[];
}

export function planIsolation(state: VlanState, scope: VlanScope, options: PlanOptions = {}): VlanPlan {
  const found = violations(state, scope);
  const target = isolated(state, scope);
  const batches: Batch[] = [];
  let predicted = state;
  for (
    let batch = nextBatch(state, target);
    batch && batches.length < PHASES.length;
    batch = nextBatch(predicted, target)
  ) {
    batches.push(batch);
    predicted = batch.steps.reduce(afterStep, predicted);
  }
  return {
    batches,
    violations: found,
    obstacles: [
      ...capacityProblems(state, scope, options),
      ...emptied(state, scope),
      ...found.filter(({ byHand }) => byHand).map(({ text }) => text),
    ],
    advice: [
      ...adviceOn(state, scope),
      ...(options.features ? adviceFor({ set: options.features, problems: [] }) : []),
    ],
    slots: touched(
      batches.flatMap(({ steps }) => steps),
      scope,
    ),
  };
}

/** VLANs of others that would go with the slots' ports. */
function emptied(state: VlanState, scope: VlanScope): string[] {
  const slots = new Map(scope.slots.map((slot) => [slot.port, slot]));
  return [...state.vlans]
    .filter(
      ([vlan, { egress, fleeting }]) =>
        fleeting && !scope.carried.has(vlan) && egress.size > 0 && [...egress].every((port) => slots.has(port)),
    )
    .map(([vlan, { egress }]) => {
      const names = [...egress].map((port) => slots.get(port)!.label).join(', ');
      return `VLAN ${vlan} of ${scope.switch} has no ports but those of slots (${names}) and would go with them: remove it by hand, or put another port into it`;
    });
}

/** The slots whose ports the steps change. */
export function touched(steps: readonly VlanStep[], scope: VlanScope): ScopeSlot[] {
  const ports = new Set(steps.map((step) => ('port' in step ? step.port : undefined)));
  return scope.slots.filter(({ port }) => ports.has(port));
}

/** What a person may want to do about the uplinks. */
export function adviceOn(state: VlanState, scope: VlanScope): string[] {
  const open = scope.uplinks.filter(({ port }) => state.ports.get(port)?.ingressFiltering === false);
  const advice = open.map(
    ({ port }) =>
      `${portName(scope, port)} does not filter what comes in: switch its ingress filtering on by hand, uplinks are not written`,
  );
  if (scope.uplinks.length === 0)
    advice.push(`no uplink of ${scope.switch} is listed: boards reach the controller through one only`);
  return advice;
}
