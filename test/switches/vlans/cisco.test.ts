/** What only Cisco IOS has: an edit buffer that one manager has at a time, VTP, telephones, and two types of one number. */
import { describe, expect, it } from 'vitest';
import { violations } from '../../../src/switches/vlans/invariant.ts';
import type { CiscoPort } from './models/cisco.ts';
import { CiscoSwitch } from './models/cisco.ts';
import { modelSession } from './models/model.ts';
import { bench } from './support/runs.ts';
import { range, scopeOf } from './support/states.ts';
import { backendOver } from './support/virtual.ts';

const all = new Set(range(1, 4094));
const blank: CiscoPort = { state: 4, vlan: 1, voice: 4096, native: 1, enabled: all };

/** Slots on 1 and 2, the trunk is 3, 4 is somebody's. As out of the box, but for the trunk. */
function fresh(change: (device: CiscoSwitch) => void = () => {}) {
  const run = bench();
  const ports = range(1, 4).map((port): [number, CiscoPort] => [
    port,
    { ...blank, enabled: new Set(all), state: port === 3 ? 1 : 4 },
  ]);
  const device = new CiscoSwitch(new Map([[1, 'default']]), new Map(ports));
  change(device);
  const session = modelSession(device, run.clock);
  return {
    ...run,
    device,
    sets: session.sets,
    scope: scopeOf(2, [3]),
    backend: backendOver(session, run.clock, { dialect: 'cisco-ios' }),
  };
}

const written = (sets: readonly (readonly { oid: string; value: unknown }[])[], column: string) =>
  sets.flat().filter(({ oid }) => oid.startsWith(`${column}.`));
const VM_VLAN = '1.3.6.1.4.1.9.9.68.1.2.2.1.2';
const EDIT = '1.3.6.1.4.1.9.9.46.1.4.1.1.1.1';

describe('the dialect of Cisco IOS', () => {
  it('makes VLANs in one edit, which it gives back', async () => {
    const run = fresh();
    expect(await run.apply(run.backend, run.scope)).toMatchObject({ kind: 'isolated' });
    expect(
      run.sets
        .flat()
        .filter(({ oid }) => oid === EDIT)
        .map(({ value }) => value),
    ).toEqual([2, 3, 4]);
    expect(run.device.buffer).toBeUndefined();
    expect([...run.device.vlans]).toEqual([
      [1, 'default'],
      [101, 'slot-1'],
      [102, 'slot-2'],
    ]);
    // 100000 and the id, as the switch numbers its own.
    const said = written(run.sets, '1.3.6.1.4.1.9.9.46.1.4.2.1.6').map(({ value }) => (value as Buffer).readUInt32BE());
    expect(said).toEqual([100_101, 100_102]);
  });

  it('writes nothing to a trunk that lets everything through', async () => {
    const run = fresh();
    await run.apply(run.backend, run.scope);
    expect(
      run.sets.flat().filter(({ oid }) => oid.endsWith('.3') && !oid.startsWith('1.3.6.1.4.1.9.9.46.1.4')),
    ).toEqual([]);
  });

  it('puts its VLANs, and no other, on the list of a trunk that does not', async () => {
    const run = fresh((device) => {
      device.ports.get(3)!.enabled = new Set([1, 10, 2000]);
    });
    expect(await run.apply(run.backend, run.scope)).toMatchObject({ kind: 'isolated' });
    expect([...run.device.ports.get(3)!.enabled].sort((a, b) => a - b)).toEqual([1, 10, 101, 102, 2000]);
  });

  it('waits until the switch has applied an edit', async () => {
    const run = fresh((device) => {
      device.patience = 7;
    });
    expect(await run.apply(run.backend, run.scope)).toMatchObject({ kind: 'isolated' });
  });

  it('finds out once that vmVlan wants an unsigned number', async () => {
    const run = fresh((device) => {
      device.wants = 'Gauge32';
    });
    expect(await run.apply(run.backend, run.scope)).toMatchObject({ kind: 'isolated' });
    const types = run.sets.map((set) => set.find(({ oid }) => oid.startsWith(`${VM_VLAN}.`))?.type);
    // One PDU of both ports, halved until one step stands alone; from then on it is known.
    expect(types.filter((type) => type !== undefined)).toEqual([
      'Integer32',
      'Integer32',
      'Integer32',
      'Gauge32',
      'Gauge32',
      'Gauge32',
    ]);
  });

  it('takes a board out of the VLAN of a telephone', async () => {
    const run = fresh((device) => {
      device.vlans.set(60, 'voice');
      Object.assign(device.ports.get(1)!, { state: 2, voice: 60 });
    });
    const before = await run.settle(run.backend.read());
    expect(violations(before as never, run.scope).map(({ text }) => text)).toContain(
      'port 1 of sw1 (slot 1) is tagged in VLAN 60 and belongs alone in VLAN 101',
    );
    expect(await run.apply(run.backend, run.scope)).toMatchObject({ kind: 'isolated' });
    expect(run.device.ports.get(1)).toMatchObject({ vlan: 101, voice: 4096, state: 2 });
  });

  it('does not count on a port that could be talked into a trunk', async () => {
    const run = fresh((device) => {
      device.vlans = new Map([
        [1, 'default'],
        [101, 'a'],
        [102, 'b'],
      ]);
      Object.assign(device.ports.get(1)!, { state: 4, vlan: 101 });
      Object.assign(device.ports.get(2)!, { state: 2, vlan: 102 });
    });
    const state = await run.settle(run.backend.read());
    expect(violations(state as never, run.scope).map(({ text }) => text)).toEqual([
      'port 1 of sw1 (slot 1) is in mode dynamic auto, expected access',
    ]);
  });

  it.each<[string, (device: CiscoSwitch) => void, string]>([
    [
      'a trunk that is none now',
      (device) => Object.assign(device.ports.get(3)!, { state: 4 }),
      'uplink up3 of sw1 is in mode dynamic auto, and carries no tagged VLAN: make it a trunk',
    ],
    [
      'another trunk that lets everything through',
      (device) => Object.assign(device.ports.get(4)!, { state: 1 }),
      'port ge4 of sw1 (no slot) would carry, once it is made, VLAN 101 (slot 1)',
    ],
  ])('asks for a hand, before anything is written: %s', async (_title, change, reason) => {
    const run = fresh(change);
    const outcome = await run.apply(run.backend, run.scope);
    expect(outcome).toMatchObject({ kind: 'refused' });
    expect('reasons' in outcome && outcome.reasons).toContain(reason);
    expect(run.sets).toEqual([]);
  });

  it('leaves an edit of somebody else alone, and says whose it is', async () => {
    const run = fresh((device) => {
      device.buffer = { owner: 'nms.example', rows: new Map() };
    });
    expect(await run.apply(run.backend, run.scope)).toMatchObject({
      kind: 'rolled-back',
      reason: expect.stringContaining('the VLANs of the switch are being edited by "nms.example"'),
    });
    expect(run.device.buffer?.owner).toBe('nms.example');
  });

  it('takes over an edit that a killed process of ours left', async () => {
    const run = fresh((device) => {
      device.buffer = { owner: 'pirack', rows: new Map() };
    });
    expect(await run.apply(run.backend, run.scope)).toMatchObject({ kind: 'isolated' });
  });

  it('says where VLANs are made when the switch is a VTP client', async () => {
    const run = fresh((device) => {
      device.vtpMode = 1;
    });
    expect(await run.apply(run.backend, run.scope)).toMatchObject({
      kind: 'rolled-back',
      reason: expect.stringContaining('the switch is a VTP client: VLANs are made and destroyed at its VTP server'),
    });
  });
});
