import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { slotNumber, vlanId } from '../../../src/rack/units.ts';
import { violations } from '../../../src/switches/vlans/invariant.ts';
import { nextBatch, planIsolation } from '../../../src/switches/vlans/plan.ts';
import { rangesOf } from '../../../src/switches/vlans/ranges.ts';
import type { VlanScope } from '../../../src/switches/vlans/scope.ts';
import type { VlanState } from '../../../src/switches/vlans/state.ts';
import { bridgePort } from '../../../src/switches/vlans/state.ts';
import { afterStep, describeStep } from '../../../src/switches/vlans/steps.ts';
import { asBefore, isolated } from '../../../src/switches/vlans/target.ts';
import { bySlot } from '../../../src/switches/vlans/verify.ts';
import { anyCase, blank, PLAIN, range, scopeOf, untouchable, vlan } from './support/states.ts';

const perfect = (state: VlanState, scope: VlanScope): VlanState =>
  planIsolation(state, scope)
    .batches.flatMap(({ steps }) => steps)
    .reduce(afterStep, state);

describe('a plan for a blank switch', () => {
  const scope = scopeOf(2, [3]);
  const plan = planIsolation(blank(4), scope);

  it('makes, lets in, sets PVIDs, lets out and hardens, in this order', () => {
    expect(plan.batches.map(({ phase }) => phase)).toEqual(['join', 'pvid', 'leave', 'harden']);
    expect(plan.batches.flatMap(({ steps }) => steps.map((step) => describeStep(step, scope)))).toEqual([
      'create VLAN 101 (slot 1) as "slot-1"',
      'create VLAN 102 (slot 2) as "slot-2"',
      'put uplink up3 of sw1 tagged into VLAN 101 (slot 1)',
      'put uplink up3 of sw1 tagged into VLAN 102 (slot 2)',
      'put port 1 of sw1 (slot 1) untagged into VLAN 101 (slot 1)',
      'put port 2 of sw1 (slot 2) untagged into VLAN 102 (slot 2)',
      'set the PVID of port 1 of sw1 (slot 1) to 101',
      'set the PVID of port 2 of sw1 (slot 2) to 102',
      'take port 1 of sw1 (slot 1) out of VLAN 1',
      'take port 2 of sw1 (slot 2) out of VLAN 1',
      'switch ingress filtering of port 1 of sw1 (slot 1) on',
      'switch ingress filtering of port 2 of sw1 (slot 2) on',
    ]);
  });

  it('names what is not so, slot by slot, and the boards that lose power', () => {
    expect(plan.violations.map(({ rule, slot }) => `${rule} ${slot}`)).toEqual([
      'vlan-missing 1',
      'vlan-missing 2',
      'beside 1',
      'pvid 1',
      'ingress-filtering 1',
      'beside 2',
      'pvid 2',
      'ingress-filtering 2',
    ]);
    expect(plan.slots.map(({ slot }) => slot)).toEqual([1, 2]);
    expect(plan.obstacles).toEqual([]);
  });

  it('advises what is not its to write', () => {
    expect(plan.advice).toEqual([
      'uplink up3 of sw1 does not filter what comes in: switch its ingress filtering on by hand, uplinks are not written',
    ]);
    expect(planIsolation(blank(2), scopeOf(2, [])).advice).toEqual([
      'no uplink of sw1 is listed: boards reach the controller through one only',
    ]);
  });
});

describe('what is wrong with the whole switch', () => {
  it('is wrong with every slot on it', () => {
    const scope = scopeOf(2, [3]);
    const state = perfect(blank(3), scope);
    const ports = new Map([...state.ports].filter(([port]) => port !== 3));
    const found = violations({ ...state, ports }, scope);
    expect([...bySlot(found, scope)]).toEqual([
      [1, ['uplink up3 of sw1 is none of the ports that sw1 has VLANs on']],
      [2, ['uplink up3 of sw1 is none of the ports that sw1 has VLANs on']],
    ]);
  });
});

describe('a plan', () => {
  it('advises the link features that the switch does not let us set, where it is asked about them', () => {
    const scope = scopeOf(1, [2]);
    const { advice } = planIsolation(perfect(blank(2, { ingressFiltering: true }), scope), scope, {
      features: ['portfast', 'bpdu', 'lldp', 'eee'],
    });
    expect(advice).toEqual([expect.stringContaining('limit broadcast on the ports of boards by hand')]);
  });

  it('is empty for a switch that is isolated', () => {
    const scope = scopeOf(3, [4]);
    expect(planIsolation(perfect(blank(5), scope), scope)).toMatchObject({
      batches: [],
      violations: [],
      obstacles: [],
    });
  });

  it('leaves alone the boards of slots that are right already', () => {
    const scope = scopeOf(3, [4]);
    const state = afterStep(perfect(blank(5), scope), { kind: 'pvid', port: bridgePort(2), vlan: vlanId(1) });
    const plan = planIsolation(state, scope);
    expect(plan.slots.map(({ slot }) => slot)).toEqual([slotNumber(2)]);
    expect(plan.batches).toEqual([{ phase: 'pvid', steps: [{ kind: 'pvid', port: 2, vlan: 102 }] }]);
  });

  it('switches no board off to let the uplink carry its VLAN', () => {
    const scope = scopeOf(1, [2, 3]);
    const state = afterStep(perfect(blank(3), scope), { kind: 'leave', port: bridgePort(3), vlan: vlanId(101) });
    expect(planIsolation(state, scope)).toMatchObject({
      batches: [{ phase: 'join', steps: [{ kind: 'join-tagged', port: 3, vlan: 101 }] }],
      slots: [],
    });
  });

  it('reaches the invariant from any configuration, and touches nothing else', () => {
    fc.assert(
      fc.property(fc.oneof(anyCase(), anyCase({ modes: true })), ({ state, scope }) => {
        const plan = planIsolation(state, scope);
        expect(plan.obstacles).toEqual([]);
        const after = perfect(state, scope);
        expect(violations(after, scope)).toEqual([]);
        expect(nextBatch(after, isolated(after, scope))).toBeUndefined();
        const before = untouchable({ state, scope }) as { others: [number][]; uplinks: [number][] };
        const now = untouchable({ state: after, scope }) as typeof before;
        const known = new Set(state.vlans.keys() as Iterable<number>);
        expect({ ...now, others: now.others.filter(([id]) => known.has(id)) }).toEqual(before);
      }),
      { numRuns: 500 },
    );
  });

  it('writes each thing once, and nothing that is so', () => {
    fc.assert(
      fc.property(anyCase(), ({ state, scope }) => {
        const { batches } = planIsolation(state, scope);
        let now = state;
        for (const { steps } of batches) {
          for (const step of steps) {
            const next = afterStep(now, step);
            expect(next).not.toEqual(now);
            now = next;
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it('leads back to exactly what was, from anywhere on the way', () => {
    fc.assert(
      fc.property(fc.oneof(anyCase(), anyCase({ modes: true })), fc.nat(), ({ state, scope }, stop) => {
        const steps = planIsolation(state, scope).batches.flatMap((batch) => batch.steps);
        let now = steps.slice(0, stop % (steps.length + 1)).reduce(afterStep, state);
        const target = asBefore(state, scope);
        for (let round = 0; round < 6; round += 1) {
          now = (nextBatch(now, target)?.steps ?? []).reduce(afterStep, now);
        }
        expect(nextBatch(now, target)).toBeUndefined();
        expect(sorted(now)).toEqual(sorted(state));
      }),
      { numRuns: 500 },
    );
  });
});

describe('what apply may not put right', () => {
  const scope = scopeOf(1, [2]);
  const base = perfect(blank(3), scope);
  const members = (egress: number[], untagged: number[]): VlanState => ({
    ...base,
    vlans: new Map(base.vlans).set(vlanId(101), vlan('slot-1', egress, untagged)),
  });
  const port = (number: number, change: object): VlanState => ({
    ...base,
    ports: new Map(base.ports).set(bridgePort(number), { ...PLAIN, ...change }),
  });

  it.each([
    [
      'an unlisted port tagged in the VLAN of a slot',
      members([1, 2, 3], [1]),
      'port ge3 of sw1 (no slot) is tagged in VLAN 101 (slot 1)',
    ],
    [
      'an unlisted port untagged in it',
      members([1, 2, 3], [1, 3]),
      'port ge3 of sw1 (no slot) is untagged in VLAN 101 (slot 1)',
    ],
    [
      'an unlisted port with its PVID',
      port(3, { pvid: 101 }),
      'port ge3 of sw1 (no slot) sends what it gets untagged into VLAN 101 (slot 1)',
    ],
    [
      'an uplink that is untagged in it',
      members([1, 2], [1, 2]),
      'uplink up2 of sw1 is untagged in VLAN 101 (slot 1), expected tagged',
    ],
    [
      'an uplink with its PVID',
      port(2, { pvid: 101 }),
      'uplink up2 of sw1 has PVID 101, so untagged frames from the controller reach VLAN 101 (slot 1)',
    ],
    [
      'an uplink in access mode',
      port(2, { mode: 'access' }),
      'uplink up2 of sw1 is in mode access, and carries no tagged VLAN: make it a trunk',
    ],
  ])('%s is an obstacle, named', (_title, state, text) => {
    expect(planIsolation(state, scope).obstacles).toEqual([text]);
    expect(violations(state, scope)).toContainEqual(expect.objectContaining({ byHand: true, text }));
  });

  it('an unlisted trunk that would carry a VLAN as soon as it is made is seen before', () => {
    const state = {
      ...blank(3),
      ports: new Map(blank(3).ports).set(bridgePort(3), { ...PLAIN, allows: rangesOf(range(1, 4094)) }),
    };
    expect(planIsolation(state, scope).obstacles).toEqual([
      'port ge3 of sw1 (no slot) would carry, once it is made, VLAN 101 (slot 1)',
    ]);
  });

  it('a port that the switch has no VLANs on', () => {
    expect(planIsolation(blank(1), scope).obstacles).toEqual([
      'uplink up2 of sw1 is none of the ports that sw1 has VLANs on',
    ]);
  });
});

/** Maps and sets compare without their order. */
function sorted(state: VlanState) {
  const members = [...state.vlans].sort(([a], [b]) => a - b);
  return {
    vlans: members.map(([id, { name, egress, untagged }]) => [id, name, [...egress].sort(), [...untagged].sort()]),
    ports: [...state.ports].sort(([a], [b]) => a - b),
  };
}
