import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { vlanId } from '../../../src/rack/units.ts';
import { WriteRefused } from '../../../src/switches/errors.ts';
import type { Direction, VlanChange } from '../../../src/switches/vlans/guard.ts';
import { createVlanGuard } from '../../../src/switches/vlans/guard.ts';
import { nextBatch } from '../../../src/switches/vlans/plan.ts';
import { rangesOf } from '../../../src/switches/vlans/ranges.ts';
import type { VlanState } from '../../../src/switches/vlans/state.ts';
import { bridgePort } from '../../../src/switches/vlans/state.ts';
import { afterStep, changesOf } from '../../../src/switches/vlans/steps.ts';
import { asBefore, isolated } from '../../../src/switches/vlans/target.ts';
import type { Case } from './support/states.ts';
import { anyCase, blank, PLAIN, range, scopeOf, vlan } from './support/states.ts';

const scope = scopeOf(2, [3]);
/** Slots on 1 and 2, the uplink is 3, 4 is unlisted; VLAN 101 is there and on the uplink, 10 is somebody's. */
const before: VlanState = {
  ...blank(4),
  vlans: new Map([
    [vlanId(1), vlan('default', range(1, 4))],
    [vlanId(10), vlan('office', [1, 4], [4])],
    [vlanId(101), vlan('slot-1', [3], [])],
  ]),
};
const egress = (id: number, port: number, on: boolean): VlanChange => ({
  kind: 'egress',
  vlan: vlanId(id),
  port: bridgePort(port),
  on,
});
const untagged = (id: number, port: number, on: boolean): VlanChange => ({
  kind: 'untagged',
  vlan: vlanId(id),
  port: bridgePort(port),
  on,
});
const pvid = (port: number, id: number): VlanChange => ({ kind: 'pvid', port: bridgePort(port), vlan: vlanId(id) });

function attempt(direction: Direction, change: VlanChange, state = before): string {
  try {
    createVlanGuard(scope, before, direction).check([change], state);
    return 'sent';
  } catch (error) {
    expect(error).toBeInstanceOf(WriteRefused);
    return (error as WriteRefused).message;
  }
}

describe('the guard before every write', () => {
  it.each<[string, VlanChange]>([
    ['an uplink into the VLAN of a slot', egress(102, 3, true)],
    ['a port into its own VLAN', egress(101, 1, true)],
    ['untagged', untagged(101, 1, true)],
    ['its PVID', pvid(1, 101)],
    ['out of the default VLAN', egress(1, 1, false)],
    ['out of it untagged', untagged(1, 1, false)],
    ['out of another VLAN', egress(10, 1, false)],
    ['access mode', { kind: 'mode', port: bridgePort(1), mode: 'access' }],
    ['all frames', { kind: 'frame-types', port: bridgePort(1), frameTypes: 'all' }],
    ['ingress filtering', { kind: 'ingress-filtering', port: bridgePort(1), on: true }],
    ['no VLAN for a telephone', { kind: 'voice', port: bridgePort(1), vlan: undefined }],
    ['a link feature', { kind: 'edge', port: bridgePort(1), what: 'portfast' }],
    ['a new VLAN of a slot', { kind: 'create', vlan: vlanId(102) }],
  ])('lets through: %s', (_title, change) => expect(attempt('forward', change)).toBe('sent'));

  it.each<[string, VlanChange, string]>([
    [
      'an unlisted port out of a VLAN',
      egress(10, 4, false),
      "port ge4 is not written: port ge4 of sw1 (no slot) is no slot's (out of VLAN 10)",
    ],
    ["an unlisted port into a slot's VLAN", egress(101, 4, true), "is no slot's"],
    ['the PVID of an unlisted port', pvid(4, 101), "is no slot's (PVID 101)"],
    [
      'a link feature of an unlisted port',
      { kind: 'edge', port: bridgePort(4), what: 'portfast' },
      "is no slot's (portfast)",
    ],
    ['a port that the switch does not have', egress(101, 99, true), "is no slot's"],
    ['the PVID of an uplink', pvid(3, 101), 'port up3 is not written: it is an uplink (PVID 101)'],
    [
      "an uplink's VLAN for a telephone",
      { kind: 'voice', port: bridgePort(3), vlan: vlanId(102) },
      'it is an uplink (VLAN 102 for a telephone)',
    ],
    ['a VLAN for a telephone', { kind: 'voice', port: bridgePort(1), vlan: vlanId(101) }, 'a board is no telephone'],
    ['the mode of an uplink', { kind: 'mode', port: bridgePort(3), mode: 'access' }, 'it is an uplink (mode access)'],
    ['an uplink out of the default VLAN', egress(1, 3, false), 'it is an uplink, and the VLAN is no slot of this rack'],
    ["an uplink into somebody's VLAN", egress(10, 3, true), 'it is an uplink, and the VLAN is no slot of this rack'],
    ["an uplink out of a slot's VLAN", egress(101, 3, false), 'would lose a VLAN that this change did not give it'],
    ['an uplink untagged', untagged(102, 3, true), 'carries VLANs of slots tagged only'],
    ['a port into the VLAN of another slot', egress(102, 1, true), 'slot 1 belongs to VLAN 101 only'],
    ['the PVID of another slot', pvid(1, 102), 'slot 1 belongs to VLAN 101 only'],
    ['a port out of its own VLAN', egress(101, 1, false), 'it is the VLAN of slot 1'],
    ['trunk mode', { kind: 'mode', port: bridgePort(1), mode: 'trunk' }, 'a board is on an access port'],
    [
      'tagged frames only',
      { kind: 'frame-types', port: bridgePort(1), frameTypes: 'tagged-only' },
      'a board sends untagged frames',
    ],
    [
      'no ingress filtering',
      { kind: 'ingress-filtering', port: bridgePort(1), on: false },
      'a board could send into other VLANs',
    ],
    [
      "somebody's VLAN destroyed",
      { kind: 'destroy', vlan: vlanId(10) },
      'port of VLAN 10 is not written: it is no VLAN of a slot (destroy)',
    ],
    ["somebody's VLAN renamed", { kind: 'rename', vlan: vlanId(10) }, 'it is no VLAN of a slot'],
    ["a slot's VLAN renamed", { kind: 'rename', vlan: vlanId(101) }, 'a VLAN that is there keeps its name'],
    ['a VLAN that is there', { kind: 'create', vlan: vlanId(101) }, 'it is there already'],
    ['a VLAN of no slot', { kind: 'create', vlan: vlanId(103) }, 'it is no VLAN of a slot'],
    [
      "a slot's VLAN destroyed, on the way forward",
      { kind: 'destroy', vlan: vlanId(101) },
      'only a VLAN that this change made',
    ],
  ])('refuses: %s', (_title, change, reason) => expect(attempt('forward', change)).toContain(reason));

  it('on the way back gives ports what they had, and takes what they got', () => {
    const now = { ...before, vlans: new Map(before.vlans).set(vlanId(102), vlan('slot-2', [2, 3], [2])) };
    expect(attempt('back', egress(10, 1, true))).toBe('sent');
    expect(attempt('back', untagged(10, 1, true))).toContain('belongs to VLAN 101 only');
    expect(attempt('back', pvid(1, 1))).toBe('sent');
    expect(attempt('back', egress(101, 1, false))).toBe('sent');
    expect(attempt('back', egress(1, 1, false))).toContain('it was so before');
    expect(attempt('back', egress(102, 3, false), now)).toBe('sent');
    expect(attempt('back', egress(101, 3, false), now)).toContain('did not give it');
    expect(attempt('back', { kind: 'destroy', vlan: vlanId(102) }, now)).toBe('sent');
    expect(attempt('back', { kind: 'destroy', vlan: vlanId(101) }, now)).toContain('only a VLAN that this change made');
    expect(attempt('back', { kind: 'ingress-filtering', port: bridgePort(1), on: false }, now)).toBe('sent');
  });

  it('destroys no VLAN that somebody uses meanwhile', () => {
    const used = { ...before, vlans: new Map(before.vlans).set(vlanId(102), vlan('slot-2', [2, 4], [2])) };
    const destroy: VlanChange = { kind: 'destroy', vlan: vlanId(102) };
    expect(attempt('back', destroy, used)).toContain('port ge4 of sw1 (no slot) would lose it');
    const default4 = { ...used, vlans: new Map(before.vlans).set(vlanId(102), vlan('slot-2', [2], [2])) };
    const ports = new Map(before.ports).set(bridgePort(4), { ...PLAIN, pvid: vlanId(102) });
    expect(attempt('back', destroy, { ...default4, ports })).toContain('has it as its PVID');
  });

  it('an uplink that allowed a VLAN before there was one keeps it', () => {
    const listing = {
      ...before,
      ports: new Map(before.ports).set(bridgePort(3), { ...PLAIN, allows: rangesOf([102]) }),
    };
    const guard = createVlanGuard(scope, listing, 'back');
    expect(() => guard.check([egress(102, 3, false)], listing)).toThrow('did not give it');
  });

  it('stops a write whole for one change that may not be', () => {
    expect(() => createVlanGuard(scope, before, 'forward').check([pvid(1, 101), pvid(4, 1)], before)).toThrow(
      WriteRefused,
    );
  });
});

describe('the guard and the plan', () => {
  /** Every change there is to make to these ports and VLANs. */
  const anyChange = ({ scope: { carried }, state }: Case): fc.Arbitrary<VlanChange> => {
    const port = fc.constantFrom(...state.ports.keys());
    const id = fc.constantFrom(...new Set([...carried, ...state.vlans.keys()]));
    return fc.oneof(
      fc.record({ kind: fc.constantFrom('egress' as const, 'untagged' as const), vlan: id, port, on: fc.boolean() }),
      fc.record({ kind: fc.constant('pvid' as const), port, vlan: id }),
      fc.record({ kind: fc.constantFrom('create' as const, 'destroy' as const, 'rename' as const), vlan: id }),
      fc.record({ kind: fc.constant('ingress-filtering' as const), port, on: fc.boolean() }),
    );
  };

  it('whatever is sent, unlisted ports are as they were, and uplinks but for VLANs of slots', () => {
    const run = anyCase({ byHand: true }).chain((one) =>
      fc.tuple(
        fc.constant(one),
        fc.array(anyChange(one), { maxLength: 40 }),
        fc.constantFrom('forward' as const, 'back' as const),
      ),
    );
    fc.assert(
      fc.property(run, ([{ state, scope }, changes, direction]) => {
        const guard = createVlanGuard(scope, state, direction);
        const slots = new Set(scope.slots.map(({ port }) => port));
        const uplinks = new Set(scope.uplinks.map(({ port }) => port));
        for (const change of changes) {
          try {
            guard.check([change], state);
          } catch (error) {
            expect(error).toBeInstanceOf(WriteRefused);
            continue;
          }
          if ('port' in change && !slots.has(change.port)) {
            expect(uplinks.has(change.port)).toBe(true);
            expect('vlan' in change && scope.carried.has(change.vlan!)).toBe(true);
            expect(change).not.toMatchObject({ kind: 'untagged', on: true });
            if (direction === 'forward' && change.kind === 'egress') expect(change.on).toBe(true);
          }
          if ('vlan' in change && !('port' in change)) {
            expect(scope.carried.has(change.vlan)).toBe(true);
            if (change.kind === 'destroy') expect(state.vlans.get(change.vlan)).toBeUndefined();
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  it('never stands in the way of a plan, forward or back', () => {
    fc.assert(
      fc.property(fc.oneof(anyCase(), anyCase({ modes: true })), fc.nat(), ({ state, scope }, stop) => {
        const walk = (from: VlanState, direction: Direction, rounds: number) => {
          const guard = createVlanGuard(scope, state, direction);
          let now = from;
          for (let round = 0; round < rounds; round += 1) {
            const target = direction === 'forward' ? isolated(now, scope) : asBefore(state, scope);
            for (const step of nextBatch(now, target)?.steps ?? []) {
              guard.check(changesOf(step, now), now);
              now = afterStep(now, step);
            }
          }
          return now;
        };
        walk(walk(state, 'forward', stop % 6), 'back', 6);
      }),
      { numRuns: 300 },
    );
  });
});
