import { describe, expect, it } from 'vitest';
import { vlanId } from '../../../src/rack/units.ts';
import type { Violation } from '../../../src/switches/vlans/invariant.ts';
import { violations } from '../../../src/switches/vlans/invariant.ts';
import { openChange } from '../../../src/switches/vlans/journal.ts';
import type { VlanStep } from '../../../src/switches/vlans/state.ts';
import { bridgePort } from '../../../src/switches/vlans/state.ts';
import { afterStep } from '../../../src/switches/vlans/steps.ts';
import { bySlot, checkPvids, verifyIsolation } from '../../../src/switches/vlans/verify.ts';
import { fakeSwitch } from './support/fake-backend.ts';
import { bench } from './support/runs.ts';
import { blank, PLAIN, scopeOf, vlan } from './support/states.ts';

const scope = scopeOf(3, [4]);

const texts = (found: 'quiet' | readonly Violation[]) => found !== 'quiet' && found.map(({ text }) => text);

function fresh(start = blank(5)) {
  const run = bench();
  return { ...run, device: fakeSwitch(start, run.clock) };
}

describe('apply', () => {
  it('isolates a blank switch: boards off before the first write, saved once, journal closed', async () => {
    const run = fresh();
    const first: string[] = [];
    const outcome = await run.apply(run.device.backend, scope, {
      dark: async (slots) =>
        void first.push(`${slots.length} off, ${run.device.written.length} written, journal ${run.journal.rows.size}`),
    });
    expect(outcome).toMatchObject({ kind: 'isolated', steps: 18, unsaved: undefined, meanwhile: [] });
    expect(outcome.darkened.map(({ slot }) => slot)).toEqual([1, 2, 3]);
    expect(first).toEqual(['3 off, 0 written, journal 1']);
    expect(violations(run.device.state, scope)).toEqual([]);
    expect(run.device.saves).toBe(1);
    expect(run.journal.rows.size).toBe(0);
    expect(run.told.map(({ stage }) => stage)).toEqual([
      'planned',
      'dark',
      'join',
      'pvid',
      'leave',
      'harden',
      'verified',
      'saved',
    ]);
  });

  it('writes nothing, saves nothing and darkens nobody where all is so already', async () => {
    const run = fresh();
    await run.apply(run.device.backend, scope);
    const written = run.device.written.length;
    expect(await run.apply(run.device.backend, scope)).toMatchObject({ kind: 'isolated', steps: 0, darkened: [] });
    expect(run.device).toMatchObject({ saves: 1, written: { length: written } });
  });

  it('repairs one port that was moved by hand, with only its board off; verify and the cheap check name it', async () => {
    const run = fresh();
    await run.apply(run.device.backend, scope);
    run.dark.length = 0;
    for (const step of [
      { kind: 'leave', vlan: vlanId(102), port: bridgePort(2) },
      { kind: 'join-untagged', vlan: vlanId(103), port: bridgePort(2) },
      { kind: 'pvid', vlan: vlanId(103), port: bridgePort(2) },
    ] as const satisfies VlanStep[]) {
      run.device.state = afterStep(run.device.state, step);
    }
    const found = await run.settle(verifyIsolation(run.device.backend, scope));
    expect(texts(found)).toEqual([
      'port 2 of sw1 (slot 2) is not in VLAN 102',
      'port 2 of sw1 (slot 2) is untagged in VLAN 103 and belongs alone in VLAN 102',
      'port 2 of sw1 (slot 2) has PVID 103, expected 102',
    ]);
    expect(found !== 'quiet' && [...bySlot(found, scope).keys()]).toEqual([2]);
    expect((await checkPvids(run.device.backend, scope)).map(({ text }) => text)).toEqual([
      'port 2 of sw1 (slot 2) has PVID 103, expected 102',
    ]);
    expect(await run.apply(run.device.backend, scope)).toMatchObject({ kind: 'isolated', steps: 3 });
    expect(run.dark).toEqual([2]);
    expect(await run.settle(verifyIsolation(run.device.backend, scope))).toEqual([]);
  });

  it('is refused whole where something must be put right by hand, before anything is written', async () => {
    const run = fresh({ ...blank(5), vlans: new Map(blank(5).vlans).set(vlanId(101), vlan('x', [5], [])) });
    expect(await run.apply(run.device.backend, scope)).toMatchObject({
      kind: 'refused',
      reasons: ['port ge5 of sw1 (no slot) is tagged in VLAN 101 (slot 1)'],
    });
    expect(run).toMatchObject({ dark: [], device: { written: [] } });
    expect(run.journal.rows.size).toBe(0);
  });

  it.each([
    ['reserved', { reserved: [102] }, {}, 'sw1 keeps VLAN 102 (slot 2) for itself: give it another id'],
    [
      'too many',
      {},
      { maxVlans: 3 },
      'sw1 takes 3 VLANs and has 1: 3 more are needed (101, 102, 103), 1 too many; see "Too few VLANs" in docs/switches.md for private VLANs and protected ports',
    ],
    ['too high', {}, { maxVlanId: 102 }, 'VLAN 103 (slot 3) is above 102, the highest id on sw1: give it another id'],
  ])('is refused where ids are %s', async (_title, more, capacity, reason) => {
    const run = fresh({ ...blank(5), capacity: { ...blank(5).capacity, ...capacity } });
    expect(await run.apply(run.device.backend, scope, more)).toMatchObject({ kind: 'refused', reasons: [reason] });
    expect(run.device.written).toEqual([]);
  });

  it('is refused where ports cannot be told, or the switch cannot be read', async () => {
    const run = fresh();
    const refused = async () => ({
      refused: ['uplink up4 of sw1 cannot be told for certain: two ports are called so'],
    });
    expect(await run.apply(run.device.backend, scope, { scope: refused })).toMatchObject({ kind: 'refused' });
    const silent = () => Promise.reject(new Error('sw1 did not answer'));
    expect(await run.apply(run.device.backend, scope, { scope: silent })).toMatchObject({
      kind: 'refused',
      reasons: ['sw1 did not answer'],
    });
    run.device.faults.silent = true;
    expect(await run.apply(run.device.backend, scope)).toMatchObject({
      kind: 'refused',
      reasons: [expect.stringContaining('the VLANs of sw1 cannot be read: fake did not answer getBulk')],
    });
  });

  it('rolls back exactly when a step does not take, and says which, what was answered and what is read', async () => {
    const run = fresh();
    run.device.faults.never = (step) => step.kind === 'pvid' && step.port === 2;
    const before = run.device.state;
    expect(await run.apply(run.device.backend, scope)).toMatchObject({
      kind: 'rolled-back',
      reason:
        '"set the PVID of port 2 of sw1 (slot 2) to 102" did not take: set failed with commitFailed, and it reads PVID 1',
      meanwhile: [],
    });
    expect(run.device.state).toEqual(before);
    expect(run.device.saves).toBe(0);
    expect(run.journal.rows.size).toBe(0);
  });

  it('believes no answer: a switch that says noError and does nothing is rolled back', async () => {
    const run = fresh();
    run.device.faults.besides = (state, step) =>
      step.kind === 'leave' && step.vlan === 1 ? afterStep(state, { ...step, kind: 'join-untagged' }) : state;
    const outcome = await run.apply(run.device.backend, scope);
    expect(outcome).toMatchObject({
      kind: 'rolled-back',
      reason:
        '"take port 1 of sw1 (slot 1) out of VLAN 1" (and 2 more) did not take: the switch answered that it was done, and it reads untagged in VLAN 1',
    });
  });

  it('goes along with a switch that moves memberships with the PVID', async () => {
    const run = fresh();
    // As ProCurve: the old VLAN becomes a tagged one, which is what a boot ROM hangs on.
    run.device.faults.besides = (state, step) =>
      step.kind === 'pvid' ? afterStep(state, { kind: 'join-tagged', vlan: vlanId(1), port: step.port }) : state;
    expect(await run.apply(run.device.backend, scope)).toMatchObject({ kind: 'isolated' });
    expect(violations(run.device.state, scope)).toEqual([]);
  });

  it('waits for a switch that goes silent, and goes on', async () => {
    const run = fresh();
    run.device.faults.besides = (state, step) => {
      if (step.kind === 'pvid' && step.port === 1) {
        run.device.faults.silent = true;
        run.clock.after(20_000 as never, () => {
          run.device.faults.silent = false;
        });
      }
      return state;
    };
    expect(await run.apply(run.device.backend, scope)).toMatchObject({ kind: 'isolated' });
    expect(run.told).toContainEqual({ stage: 'waiting', text: expect.stringContaining('did not answer getBulk') });
  });

  it('leaves the journal open, with the reason, when the switch stays silent; the next apply ends it', async () => {
    const run = fresh();
    run.device.faults.besides = (state, step) => {
      if (step.kind === 'pvid') run.device.faults.silent = true;
      return state;
    };
    const outcome = await run.apply(run.device.backend, scope);
    expect(outcome).toMatchObject({ kind: 'degraded', reason: expect.stringContaining('sw1 could not be read for') });
    expect(await openChange(run.journal, 'sw1')).toMatchObject({
      text: expect.stringContaining(
        'the change of the VLANs of sw1 (3 slots) was begun and has not ended: sw1 could not be read',
      ),
    });
    Object.assign(run.device.faults, { silent: false, besides: (state: never) => state });
    expect(await run.apply(run.device.backend, scope)).toMatchObject({ kind: 'isolated' });
    expect(await openChange(run.journal, 'sw1')).toBeUndefined();
  });

  it('is degraded, with both reasons, when neither way can be gone', async () => {
    const run = fresh();
    run.device.faults.never = (step) => step.kind === 'pvid' || step.kind === 'destroy';
    expect(await run.apply(run.device.backend, scope)).toMatchObject({
      kind: 'degraded',
      reason: expect.stringMatching(
        /^"set the PVID .* and it could not be put back: "destroy VLAN 101 \(slot 1\)" \(and 2 more\) did not take/,
      ),
    });
    run.device.faults.never = () => false;
    expect(await run.recover(run.device.backend, scope)).toMatchObject({ kind: 'rolled-back' });
    expect(run.device.state).toEqual(blank(5));
  });

  it('is not done while somebody else is in the VLAN of a slot, though nothing is left to write', async () => {
    const run = fresh();
    // Some switches put their other trunks into every new VLAN; whose that port is, nobody here knows.
    run.device.faults.besides = (state, step) =>
      step.kind === 'create' && step.vlan === 102
        ? afterStep(state, { kind: 'join-tagged', vlan: step.vlan, port: bridgePort(5) })
        : state;
    const stranger = 'port ge5 of sw1 (no slot) is tagged in VLAN 102 (slot 2)';
    const outcome = await run.apply(run.device.backend, scope);
    expect(outcome).toMatchObject({
      kind: 'degraded',
      reason: expect.stringMatching(/port ge5 of sw1 \(no slot\) would lose it \(destroy\)$/),
    });
    expect('reason' in outcome && outcome.reason.startsWith(`${stranger}; and it could not be put back`)).toBe(true);
    run.device.state = afterStep(run.device.state, { kind: 'leave', vlan: vlanId(102), port: bridgePort(5) });
    run.device.faults.besides = (state) => state;
    expect(await run.recover(run.device.backend, scope)).toMatchObject({ kind: 'rolled-back' });
    expect(run.device.state).toEqual(blank(5));
  });

  it('does nothing where boards cannot be switched off', async () => {
    const run = fresh();
    const dark = () => Promise.reject(new Error('port 1 reads delivering'));
    expect(await run.apply(run.device.backend, scope, { dark })).toMatchObject({
      kind: 'rolled-back',
      reason: 'the boards could not be switched off before their ports are changed: port 1 reads delivering',
    });
    expect(run.device.written).toEqual([]);
  });

  it('writes nothing by numbers that have changed, and starts anew from what it reads', async () => {
    const run = fresh();
    let moved = false;
    run.device.faults.besides = (state) => {
      moved = true;
      return state;
    };
    const shuffled = {
      ...scope,
      slots: scope.slots.map((slot) => ({ ...slot, port: bridgePort((slot.port % 3) + 1) })),
    };
    const parts = { scope: async () => (moved ? shuffled : scope) };
    expect(await run.apply(run.device.backend, scope, parts)).toMatchObject({
      kind: 'degraded',
      reason: 'sw1 has numbered its ports anew in the middle of the change',
    });
    // A switch that starts anew has what was saved: nothing of the change.
    run.device.state = blank(5);
    expect(await run.apply(run.device.backend, shuffled, parts)).toMatchObject({ kind: 'isolated' });
    expect(violations(run.device.state, shuffled)).toEqual([]);
  });

  it('says what somebody else changed meanwhile, and leaves it', async () => {
    const run = fresh();
    run.device.faults.besides = (state, step) =>
      step.kind === 'pvid'
        ? { ...state, ports: new Map(state.ports).set(bridgePort(5), { ...PLAIN, pvid: vlanId(9) }) }
        : state;
    expect(await run.apply(run.device.backend, scope)).toMatchObject({
      kind: 'isolated',
      meanwhile: expect.arrayContaining(['port ge5 of sw1 (no slot) had PVID 1 and has 9']),
    });
  });

  it('does not say that it is done when the switch started anew while it was saved', async () => {
    const run = fresh();
    const backend = { ...run.device.backend, save: async () => void Object.assign(run.device, { state: blank(5) }) };
    expect(await run.apply(backend, scope)).toMatchObject({
      kind: 'degraded',
      reason: expect.stringContaining('port 1 of sw1 (slot 1) has PVID 1, expected 101'),
    });
    expect(await run.apply(run.device.backend, scope)).toMatchObject({ kind: 'isolated' });
  });

  it('is done but unsaved where saving fails, and saves at the next opportunity', async () => {
    const run = fresh();
    run.device.faults.saveFails = true;
    expect(await run.apply(run.device.backend, scope)).toMatchObject({
      kind: 'isolated',
      unsaved: expect.stringContaining('the configuration of sw1 is right and not saved'),
    });
    run.device.faults.saveFails = false;
    expect(await run.apply(run.device.backend, scope)).toMatchObject({
      kind: 'isolated',
      steps: 0,
      unsaved: undefined,
    });
    expect(run.device.saves).toBe(1);
    expect(run.journal.rows.size).toBe(0);
  });
});

describe('recover', () => {
  it('has nothing to do where nothing is open', async () => {
    const run = fresh();
    expect(await run.recover(run.device.backend, scope)).toBeUndefined();
  });

  it('undoes a change whose rack file has changed since, before the new one is applied', async () => {
    const run = fresh();
    run.device.crashAfter = 7;
    expect(await run.applyKilled(run.device.backend, scope)).toBe('killed');
    run.device.crashAfter = Number.POSITIVE_INFINITY;
    const smaller = { ...scope, slots: scope.slots.slice(0, 2), carried: new Set([vlanId(101), vlanId(102)]) };
    expect(await run.apply(run.device.reopen(), smaller)).toMatchObject({ kind: 'isolated' });
    expect(violations(run.device.state, smaller)).toEqual([]);
    expect(run.device.state.vlans.has(vlanId(103))).toBe(false);
  });

  it('writes nothing by a journal that it cannot read', async () => {
    const run = fresh();
    run.journal.rows.set('sw1', '{"version":2}');
    expect(await run.apply(run.device.backend, scope)).toMatchObject({
      kind: 'degraded',
      reason: expect.stringContaining('the journal of the VLANs of sw1 cannot be read: version'),
    });
    expect(run.device.written).toEqual([]);
  });
});
