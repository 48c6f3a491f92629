/** What only switches have whose ports have modes, and those whose VLANs go with their last port. */
import { describe, expect, it } from 'vitest';
import { ComwareSwitch } from './models/comware.ts';
import { FoundrySwitch } from './models/foundry.ts';
import type { ModedPort, ModedVendor } from './models/moded.ts';
import { FASTPATH, ModedSwitch, RADLAN } from './models/moded.ts';
import type { Model } from './models/model.ts';
import { modelSession } from './models/model.ts';
import { bench } from './support/runs.ts';
import { range, scopeOf } from './support/states.ts';
import { backendOver } from './support/virtual.ts';

function runOf<Device extends Model>(device: Device, spec: Parameters<typeof backendOver>[2], slots = 2) {
  const run = bench();
  const session = modelSession(device, run.clock);
  return {
    ...run,
    device,
    sets: session.sets,
    scope: scopeOf(slots, [slots + 1]),
    backend: backendOver(session, run.clock, spec),
  };
}

/** Slots first, then the trunk. */
function moded(vendor: ModedVendor, trunkMode: number, mode = vendor.modes.general): ModedSwitch {
  const port = (number: number): [number, ModedPort] => [
    number,
    {
      mode: number === 3 ? trunkMode : mode,
      access: 1,
      native: 1,
      allowed: new Set(number === 3 ? [1] : []),
      pvid: 1,
      egress: new Set([1]),
      untagged: new Set([1]),
      ingress: true,
    },
  ];
  return new ModedSwitch(vendor, new Map([[1, 'default']]), new Map(range(1, 3).map(port)));
}

const FASTPATH_SPEC = { dialect: 'fastpath-switchport', root: '1.3.6.1.4.1.4526.10' } as const;
const RADLAN_SPEC = { dialect: 'radlan', root: '1.3.6.1.4.1.9.6.1.101' } as const;

describe('ports with modes', () => {
  it('get their VLAN before the mode that makes it count', async () => {
    const run = runOf(moded(FASTPATH, FASTPATH.modes.trunk), FASTPATH_SPEC);
    expect(await run.apply(run.backend, run.scope)).toMatchObject({ kind: 'isolated' });
    const order = run.sets.flat().filter(({ oid }) => oid === `${FASTPATH.access}.1` || oid === `${FASTPATH.mode}.1`);
    expect(order.map(({ oid, value }) => [oid, value])).toEqual([
      [`${FASTPATH.access}.1`, 101],
      [`${FASTPATH.mode}.1`, FASTPATH.modes.access],
    ]);
  });

  it('a list of a trunk is written whole, 512 octets in one object', async () => {
    const run = runOf(moded(FASTPATH, FASTPATH.modes.trunk), FASTPATH_SPEC);
    await run.apply(run.backend, run.scope);
    const lists = run.sets.flat().filter(({ oid }) => oid === `${FASTPATH.lists[0]![0]}.3`);
    expect(lists.map(({ value }) => (value as Buffer).length)).toEqual([512]);
    expect([...run.device.ports.get(3)!.allowed].sort()).toEqual([1, 101, 102]);
  });

  it('FASTPATH: an uplink in general mode is told to be made a trunk, and the switch is as it was', async () => {
    const run = runOf(moded(FASTPATH, FASTPATH.modes.general), FASTPATH_SPEC);
    Object.assign(run.device.ports.get(1)!, { mode: FASTPATH.modes.access });
    const before = run.device.truth();
    expect(await run.apply(run.backend, run.scope)).toMatchObject({
      kind: 'rolled-back',
      reason: expect.stringMatching(
        /"put uplink up3 of sw1 tagged into VLAN 101 .* did not take: set failed with commitFailed/,
      ),
    });
    expect(run.device.truth()).toEqual(before);
  });

  it('Radlan: an uplink in general mode is a member by the bridge tables', async () => {
    const run = runOf(moded(RADLAN, RADLAN.modes.general), RADLAN_SPEC);
    expect(await run.apply(run.backend, run.scope)).toMatchObject({ kind: 'isolated' });
    expect([...run.device.ports.get(3)!.egress].sort()).toEqual([1, 101, 102]);
    expect([...run.device.ports.get(3)!.untagged]).toEqual([1]);
  });

  it('come back with what they had in the mode that they were in', async () => {
    const run = runOf(moded(RADLAN, RADLAN.modes.trunk, RADLAN.modes.trunk), RADLAN_SPEC);
    Object.assign(run.device.ports.get(1)!, { allowed: new Set([1, 50, 60]), native: 1, access: 1 });
    const before = run.device.truth();
    const { backend } = run;
    const stubborn = {
      ...backend,
      write: (...args: Parameters<typeof backend.write>) =>
        backend.write(
          args[0].filter((step) => step.kind !== 'mode' || step.port !== 2 || step.mode !== 'access'),
          args[1],
          args[2],
        ),
    };
    expect(await run.apply(stubborn, run.scope)).toMatchObject({ kind: 'rolled-back' });
    expect(run.device.truth()).toEqual(before);
  });
});

describe('Comware', () => {
  it('sets the PVID of a port after its type, which undoes it', async () => {
    const port = (type: number) => ({
      type,
      pvid: 1,
      permitted: new Set([1]),
      tagged: new Set<number>(),
      untagged: new Set([1]),
    });
    const device = new ComwareSwitch(
      new Map([[1, 'default']]),
      new Map([
        [1, port(3)],
        [2, port(2)],
        [3, port(1)],
      ]),
    );
    const run = runOf(device, { dialect: 'comware' });
    expect(await run.apply(run.backend, run.scope)).toMatchObject({ kind: 'isolated' });
    expect([...device.ports].map(([, { type, pvid }]) => [type, pvid])).toEqual([
      [2, 101],
      [2, 102],
      [1, 1],
    ]);
    expect([...device.ports.get(3)!.permitted].sort()).toEqual([1, 101, 102]);
    // The first port is the lowest bit here, and the highest one in the bridge tables.
    const list = run.sets.flat().find(({ oid }) => oid.endsWith('.3.102'));
    expect((list!.value as Buffer)[0]).toBe(0b10);
  });
});

describe('Foundry', () => {
  const spec = { dialect: 'foundry' } as const;

  it('moves a port from VLAN to VLAN, through the default one', async () => {
    const device = new FoundrySwitch(
      [1, 2, 3],
      new Map([
        [
          20,
          new Map([
            [1, true],
            [3, false],
          ]),
        ],
      ]),
    );
    const run = runOf(device, spec);
    expect(await run.apply(run.backend, run.scope)).toMatchObject({ kind: 'isolated' });
    expect([...device.vlans].map(([id, members]) => [id, [...members]])).toEqual([
      [20, [[3, false]]],
      [
        101,
        [
          [3, false],
          [1, true],
        ],
      ],
      [
        102,
        [
          [3, false],
          [2, true],
        ],
      ],
    ]);
    expect(device.names.get(101)).toBe('slot-1');
  });

  it('does not let a VLAN of somebody else go with its last port', async () => {
    const device = new FoundrySwitch([1, 2, 3], new Map([[20, new Map([[1, true]])]]));
    const run = runOf(device, spec);
    expect(await run.apply(run.backend, run.scope)).toMatchObject({
      kind: 'refused',
      reasons: [
        'VLAN 20 of sw1 has no ports but those of slots (1) and would go with them: remove it by hand, or put another port into it',
      ],
    });
    expect(run.sets).toEqual([]);
  });

  it('says how many VLANs are too many before it makes the first', async () => {
    const device = new FoundrySwitch(range(1, 97), new Map());
    const run = runOf(device, spec, 96);
    expect(await run.apply(run.backend, run.scope)).toMatchObject({
      kind: 'refused',
      reasons: [
        expect.stringMatching(
          /^sw1 takes 64 VLANs and has 1: 96 more are needed \(101, 102, 103 … 196\), 33 too many; see "Too few VLANs"/,
        ),
      ],
    });
    expect(run.sets).toEqual([]);
  });
});
