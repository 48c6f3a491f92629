import { describe, expect, it } from 'vitest';
import { millis, vlanId } from '../../../src/rack/units.ts';
import type { Faults } from '../../../src/sim/switch/faults.ts';
import type { VirtualSwitchOptions } from '../../../src/sim/switch/virtual-switch.ts';
import { SnmpErrorStatus } from '../../../src/switches/snmp/errors.ts';
import type { SnmpSession, SnmpSet } from '../../../src/switches/snmp/session.ts';
import { violations } from '../../../src/switches/vlans/invariant.ts';
import { directSession } from '../support/direct-session.ts';
import { bench } from './support/runs.ts';
import { blank, scopeOf } from './support/states.ts';
import { backendOver, Q_BRIDGE, truthOf, virtualWith } from './support/virtual.ts';

/** Every SET that goes out. */
function watched(session: SnmpSession, sets: (readonly SnmpSet[])[]): SnmpSession {
  return {
    counts: session.counts,
    get: (oids) => session.get(oids),
    getBulk: (request) => session.getBulk(request),
    set: (varbinds) => {
      sets.push(varbinds);
      return session.set(varbinds);
    },
    close: () => session.close(),
  };
}

function fresh(slots: number, others: number, spec = Q_BRIDGE, options: Partial<VirtualSwitchOptions> = {}) {
  const run = bench();
  const ports = slots + others + 1;
  const device = virtualWith(run.clock, blank(ports), 1, options);
  const sets: (readonly SnmpSet[])[] = [];
  const session = watched(directSession(device, { clock: run.clock }), sets);
  return { ...run, device, sets, scope: scopeOf(slots, [ports]), backend: backendOver(session, run.clock, spec) };
}

describe('the Q-BRIDGE dialect', () => {
  it('reads the virtual switch as it is', async () => {
    const run = fresh(3, 1);
    const state = await run.settle(run.backend.read());
    const { vlans, ports } = truthOf(run.device);
    expect(state).toMatchObject({ vlans, ports, capacity: { maxVlanId: 4094, maxVlans: 256 } });
    expect(await run.settle(run.backend.pvids())).toEqual(new Map([...ports].map(([port]) => [port, 1])));
  });

  it('isolates 24 slots in a few PDUs, and isolated they forward', async () => {
    const run = fresh(24, 2);
    expect(await run.apply(run.backend, run.scope)).toMatchObject({ kind: 'isolated', steps: 24 * 5 + 24 });
    expect(violations(truthOf(run.device), run.scope)).toEqual([]);
    expect(run.device.segment(7)).toEqual({ vlan: 107, trunk: true });
    expect(run.device.segment(25)).toMatchObject({ vlan: 1 });
    expect(run.sets.length).toBeLessThan(25);
    const largest = Math.max(...run.sets.map((set) => set.length));
    expect(largest).toBeGreaterThan(8);
  });

  it('keeps a PDU within 484 octets', async () => {
    const run = fresh(40, 0, Q_BRIDGE, { vlans: { portListOctets: 60 } });
    await run.apply(run.backend, run.scope);
    const octets = run.sets.map((set) =>
      set.reduce(
        (sum, { oid, value }) => sum + oid.split('.').length + 8 + (typeof value === 'number' ? 5 : value.length),
        0,
      ),
    );
    expect(Math.max(...octets)).toBeLessThan(430);
  });

  it('writes port lists in the width of the switch', async () => {
    const run = fresh(3, 1, Q_BRIDGE, { vlans: { portListOctets: 277 } });
    expect(await run.apply(run.backend, run.scope)).toMatchObject({ kind: 'isolated' });
    const lists = run.sets.flat().filter(({ oid }) => /17\.7\.1\.4\.3\.1\.[24]\./.test(oid));
    expect(new Set(lists.map(({ value }) => (value as Buffer).length))).toEqual(new Set([277]));
  });

  it.each<[string, Partial<Faults>, Parameters<typeof fresh>[2]?]>([
    [
      'makes new members untagged, and ignores an untagged list beside the egress list',
      { egressUntags: true },
      { ...Q_BRIDGE, egressFirst: true } as never,
    ],
    ['does so, and nobody knew', { egressUntags: true }],
    ['puts a port into the VLAN of its new PVID', { pvidJoins: true }],
    ['leaves a port tagged in the VLAN of its old PVID', { pvidTagsOld: true }],
    ['takes a port out of the VLAN of its old PVID', { pvidLeavesOld: true }],
    ['moves a port both ways', { pvidJoins: true, pvidLeavesOld: true }],
    ['makes VLANs in two steps only', { creation: 'wait-only' }],
    ['takes a while to show what was written', { vlanSettle: millis(1_800) }],
  ])('copes with a switch that %s', async (_title, faults, spec) => {
    const run = fresh(4, 1, spec);
    Object.assign(run.device.faults, faults);
    expect(await run.apply(run.backend, run.scope)).toMatchObject({ kind: 'isolated' });
    expect(violations(truthOf(run.device), run.scope)).toEqual([]);
  });

  it.each<[string, (faults: Faults) => void, RegExp]>([
    [
      'takes untagged lists and forgets them',
      (faults) => Object.assign(faults, { untaggedIgnored: true }),
      /untagged into VLAN 101 .* did not take: the switch answered that it was done, and it reads tagged in VLAN 101/,
    ],
    [
      'takes no egress list while a port is in access mode',
      (faults) => faults.accessPorts.add(1),
      /did not take: set failed with commitFailed/,
    ],
    [
      'makes no VLANs',
      (faults) => Object.assign(faults, { creation: 'none' }),
      /"create VLAN 101 .* did not take: set failed with inconsistentValue .*, and VLAN 101 is not there/,
    ],
  ])('leaves a switch as it was that %s, and says so', async (_title, turn, reason) => {
    const run = fresh(2, 1);
    turn(run.device.faults);
    const before = truthOf(run.device);
    expect(await run.apply(run.backend, run.scope)).toMatchObject({
      kind: 'rolled-back',
      reason: expect.stringMatching(reason),
    });
    expect(truthOf(run.device)).toEqual(before);
  });

  it('asks for VLANs by hand where the family makes none', async () => {
    const run = fresh(2, 1, { ...Q_BRIDGE, creates: false } as never);
    expect(await run.apply(run.backend, run.scope)).toMatchObject({
      kind: 'refused',
      reasons: ['sw1 makes no VLANs over SNMP: make 2 by hand (101, 102)'],
    });
    expect(run.sets).toEqual([]);
  });

  it('reads rows of the current table whatever their TimeMark, and VLAN 1 where the static table leaves it out', async () => {
    const run = fresh(3, 1, Q_BRIDGE, { vlans: { timeMark: 12_866, showsVlan1: false } });
    const state = await run.settle(run.backend.read());
    expect(state).toMatchObject({ vlans: new Map([[1, { egress: new Set([1, 2, 3, 4, 5]) }]]) });
    // What has no static row cannot be left by writing it; a switch of this kind lets a port out with its PVID.
    expect(await run.apply(run.backend, run.scope)).toMatchObject({ kind: 'rolled-back' });
    run.device.faults.pvidLeavesOld = true;
    expect(await run.apply(run.backend, run.scope)).toMatchObject({ kind: 'isolated' });
  });

  it('takes a port out of its VLAN first where it may be untagged in one only', async () => {
    const run = bench();
    const device = virtualWith(run.clock, blank(5), 1);
    const plain = directSession(device, { clock: run.clock });
    const bits = (list: Buffer) =>
      [0, 1, 2, 3, 4, 5, 6, 7].filter((bit) => list[0]! & (0x80 >> bit)).map((bit) => bit + 1);
    // As D-Link: "overlapping untagged ports".
    const session = {
      ...plain,
      set: async (sets: readonly SnmpSet[]) => {
        for (const { oid, value } of sets) {
          const row = /17\.7\.1\.4\.3\.1\.4\.(\d+)$/.exec(oid);
          if (!row) continue;
          const others = [...device.bridge.config.vlans].filter(([id]) => id !== Number(row[1]));
          const taken = bits(value as Buffer).some((port) => others.some(([, { untagged }]) => untagged.has(port)));
          if (taken) throw new SnmpErrorStatus('set', 'inconsistentValue', oid);
        }
        return plain.set(sets);
      },
    };
    const scope = scopeOf(3, [5]);
    expect(await run.apply(backendOver(session, run.clock), scope)).toMatchObject({ kind: 'isolated' });
    expect(violations(truthOf(device), scope)).toEqual([]);
  });

  it('takes a lost answer for unknown, and finds out', async () => {
    const run = bench();
    const device = virtualWith(run.clock, blank(5), 1);
    let sent = 0;
    const lose = (operation: string, which: string) => operation === 'set' && which === 'answer' && ++sent % 3 === 1;
    const backend = backendOver(directSession(device, { clock: run.clock, lose }), run.clock);
    const scope = scopeOf(3, [5]);
    expect(await run.apply(backend, scope)).toMatchObject({ kind: 'isolated' });
    expect(violations(truthOf(device), scope)).toEqual([]);
  });

  it('believes no table that was cut short', async () => {
    const run = fresh(3, 1);
    await run.apply(run.backend, run.scope);
    // The last row of every port list is missing, in all columns alike.
    run.device.faults.spoil = (_request, answer) => ({
      ...answer,
      varbinds: answer.varbinds.map((varbind) =>
        /17\.7\.1\.4\.[23]\.1\..*\.103$/.test(varbind.oid)
          ? { ...varbind, oid: '1.3.6.1.2.1.17.7.1.4.9.9', type: 0x82, value: null }
          : varbind,
      ),
    });
    await expect(run.settle(run.backend.read())).rejects.toThrow('the switch says that it has 4 VLANs and lists 3');
  });

  it('writes by what it read last, and only once by it', async () => {
    const run = fresh(1, 0);
    const state = await run.settle(run.backend.read());
    const guard = { check: () => {} };
    if (state === 'quiet') throw new Error('not read');
    await run.settle(run.backend.write([{ kind: 'create', vlan: vlanId(101), name: 'x' }], state, guard));
    await expect(run.settle(run.backend.write([], state, guard))).rejects.toThrow('by a reading of this backend only');
  });
});
