/** Every dialect against a model of its family: from any configuration forward, back, and after a kill. */
import { describe, expect, it } from 'vitest';
import { slotNumber, vlanId } from '../../../src/rack/units.ts';
import type { VlanDialectSpec } from '../../../src/switches/drivers/driver.ts';
import type { ErrorStatusName } from '../../../src/switches/snmp/errors.ts';
import type { SnmpSet } from '../../../src/switches/snmp/session.ts';
import { differences } from '../../../src/switches/vlans/differences.ts';
import { violations } from '../../../src/switches/vlans/invariant.ts';
import type { VlanScope } from '../../../src/switches/vlans/scope.ts';
import { bridgePort } from '../../../src/switches/vlans/state.ts';
import { seededRandom } from '../support/random.ts';
import type { CiscoPort } from './models/cisco.ts';
import { CiscoSwitch } from './models/cisco.ts';
import { ComwareSwitch } from './models/comware.ts';
import { FoundrySwitch } from './models/foundry.ts';
import type { ModedPort, ModedVendor } from './models/moded.ts';
import { FASTPATH, ModedSwitch, RADLAN } from './models/moded.ts';
import type { Model } from './models/model.ts';
import { modelSession } from './models/model.ts';
import { bench } from './support/runs.ts';
import { range } from './support/states.ts';
import { backendOver, killedAfter } from './support/virtual.ts';

type Pick = (limit: number) => number;

interface Family {
  readonly spec: VlanDialectSpec;
  /** What the ports of the scope are called by. */
  readonly portOf: (port: number) => number;
  /** Any configuration in which nothing is to be put right by hand. */
  readonly any: (pick: Pick, sizes: Sizes) => Model;
}

interface Sizes {
  readonly slots: number;
  readonly uplinks: number;
  readonly others: number;
}

const FOREIGN = [10, 20, 3000];

/** VLANs that are there at first, with their names: the default one, and some of the others. */
function someVlans(pick: Pick, slots: number): Map<number, string> {
  const own = range(101, 100 + slots).filter(() => pick(2) === 0);
  const foreign = FOREIGN.filter(() => pick(2) === 0);
  return new Map([1, ...foreign, ...own].map((id) => [id, id === 1 ? 'default' : `old-${id}`]));
}

const some = (pick: Pick, from: Iterable<number>) => new Set([...from].filter(() => pick(2) === 0));
const one = (pick: Pick, from: readonly number[]) => from[pick(from.length)]!;

function anyModed(vendor: ModedVendor) {
  return (pick: Pick, { slots, uplinks, others }: Sizes): Model => {
    const vlans = someVlans(pick, slots);
    const ids = [...vlans.keys()];
    const foreign = ids.filter((id) => id < 100 || id > 200);
    const { general, access, trunk } = vendor.modes;
    const port = (number: number): [number, ModedPort] => {
      const slot = number <= slots;
      const uplink = !slot && number <= slots + uplinks;
      const egress = some(pick, slot ? ids : foreign);
      const mode = slot ? one(pick, [general, access, trunk]) : uplink ? trunk : one(pick, [general, access]);
      return [
        number,
        {
          mode,
          access: one(pick, slot ? ids : foreign),
          native: one(pick, slot ? ids : foreign),
          // An uplink may allow VLANs that are not there yet.
          allowed: some(pick, uplink ? [...FOREIGN, ...range(101, 100 + slots), 4000] : ids),
          pvid: one(pick, slot ? ids : foreign),
          egress,
          untagged: some(pick, egress),
          ingress: pick(2) === 0,
        },
      ];
    };
    return new ModedSwitch(vendor, vlans, new Map(range(1, slots + uplinks + others).map(port)));
  };
}

const CISCO_FIRST = 10_100;

function anyCisco(pick: Pick, { slots, uplinks, others }: Sizes): CiscoSwitch {
  const vlans = someVlans(pick, slots);
  const ids = [...vlans.keys()];
  const foreign = ids.filter((id) => id < 100 || id > 200);
  const port = (number: number): [number, CiscoPort] => {
    const slot = number <= slots;
    const uplink = !slot && number <= slots + uplinks;
    return [
      CISCO_FIRST + number,
      {
        state: slot ? one(pick, [1, 2, 3, 4, 5]) : uplink ? one(pick, [1, 5]) : one(pick, [2, 4]),
        vlan: one(pick, slot ? ids : foreign),
        voice: pick(3) === 0 ? one(pick, slot ? ids : foreign) : 4096,
        native: one(pick, slot ? ids : foreign),
        enabled: some(pick, [...FOREIGN, 1, ...(slot || uplink ? range(101, 100 + slots) : []), 4000]),
      },
    ];
  };
  return new CiscoSwitch(vlans, new Map(range(1, slots + uplinks + others).map(port)));
}

function anyComware(pick: Pick, { slots, uplinks, others }: Sizes): Model {
  const vlans = someVlans(pick, slots);
  const ids = [...vlans.keys()];
  const foreign = ids.filter((id) => id < 100 || id > 200);
  const port = (number: number) => {
    const slot = number <= slots;
    const uplink = !slot && number <= slots + uplinks;
    const type = slot ? one(pick, [1, 2, 3]) : uplink ? one(pick, [1, 3]) : one(pick, [2, 3]);
    const tagged = some(pick, slot || uplink ? ids : foreign);
    const bare = some(
      pick,
      (slot ? ids : foreign).filter((id) => !tagged.has(id)),
    );
    return [
      number,
      {
        type,
        pvid: one(pick, slot ? ids : foreign),
        permitted: type === 1 ? some(pick, uplink ? [...ids, ...range(101, 100 + slots)] : ids) : new Set([1]),
        tagged: type === 3 ? tagged : new Set<number>(),
        untagged: type === 3 ? bare : new Set([1]),
      },
    ] as const;
  };
  return new ComwareSwitch(vlans, new Map(range(1, slots + uplinks + others).map(port)));
}

function anyFoundry(pick: Pick, { slots, uplinks, others }: Sizes): Model {
  const ports = range(1, slots + uplinks + others);
  const taken = new Set<number>();
  const vlans = [...FOREIGN, ...range(101, 100 + slots)].filter(() => pick(2) === 0);
  const members = (id: number) => {
    const own = id > 100 && id < 200;
    const found = new Map<number, boolean>();
    for (const port of ports) {
      // A VLAN of somebody else has an uplink in it, so that it does not go when the slots' ports leave.
      const stays = !own && port === slots + 1;
      if (!stays && (pick(2) === 0 || (own && port > slots + uplinks))) continue;
      const bare = pick(2) === 0 && !taken.has(port) && !(own && port > slots);
      if (bare) taken.add(port);
      found.set(port, bare);
    }
    return found;
  };
  const filled = vlans.map((id) => [id, members(id)] as const).filter(([, found]) => found.size > 0);
  const device = new FoundrySwitch(ports, new Map(filled));
  for (const [id] of filled) device.names.set(id, `old-${id}`);
  return device;
}

const FAMILIES: Readonly<Record<string, Family>> = {
  radlan: { spec: { dialect: 'radlan', root: '1.3.6.1.4.1.9.6.1.101' }, portOf: (port) => port, any: anyModed(RADLAN) },
  'fastpath-switchport': {
    spec: { dialect: 'fastpath-switchport', root: '1.3.6.1.4.1.4526.10' },
    portOf: (port) => port,
    any: anyModed(FASTPATH),
  },
  'cisco-ios': { spec: { dialect: 'cisco-ios' }, portOf: (port) => CISCO_FIRST + port, any: anyCisco },
  comware: { spec: { dialect: 'comware' }, portOf: (port) => port, any: anyComware },
  foundry: { spec: { dialect: 'foundry' }, portOf: (port) => port, any: anyFoundry },
};

function scopeFor({ portOf }: Family, { slots, uplinks }: Sizes): VlanScope {
  const all = range(1, slots).map((number) => {
    return {
      slot: slotNumber(number),
      label: String(number),
      port: bridgePort(portOf(number)),
      vlan: vlanId(100 + number),
    };
  });
  const trunks = range(slots + 1, slots + uplinks).map((number) => ({
    label: `up${number}`,
    port: bridgePort(portOf(number)),
  }));
  return {
    switch: 'sw1',
    slots: all,
    uplinks: trunks,
    carried: new Set(all.map(({ vlan }) => vlan)),
    nameOf: () => undefined,
  };
}

function trial(family: Family, seed: number) {
  const random = seededRandom(seed);
  const pick: Pick = (limit) => Math.floor(random() * limit);
  const sizes = { slots: 1 + pick(4), uplinks: 1 + pick(2), others: pick(3) };
  const model = family.any(pick, sizes);
  const run = bench();
  const open = (refuse?: (set: SnmpSet) => ErrorStatusName | undefined, kill = Number.POSITIVE_INFINITY) => {
    const session = modelSession(model, run.clock, refuse);
    const backend = backendOver(killedAfter(session, kill), run.clock, family.spec);
    return Object.assign(backend, { sets: session.sets });
  };
  return { ...run, model, pick, open, scope: scopeFor(family, sizes), before: model.truth() };
}

describe.each(Object.entries(FAMILIES))('the %s dialect', (_name, family) => {
  it('reads what the switch does', async () => {
    for (let seed = 1; seed <= 40; seed += 1) {
      const run = trial(family, seed);
      const state = await run.settle(run.open().read());
      if (state === 'quiet') throw new Error('not read');
      expect(differences(run.model.truth(), withTruth(state, run.model.truth()), run.scope)).toEqual({
        ours: [],
        others: [],
      });
      const pvids = await run.settle(run.open().pvids());
      expect(pvids).toEqual(new Map([...run.model.truth().ports].map(([port, { pvid }]) => [port, pvid])));
    }
  });

  it('reaches the invariant from any configuration', async () => {
    for (let seed = 1; seed <= 40; seed += 1) {
      const run = trial(family, seed);
      const outcome = await run.apply(run.open(), run.scope);
      expect({ seed, outcome }).toMatchObject({ outcome: { kind: 'isolated' } });
      expect(violations(run.model.truth(), run.scope)).toEqual([]);
      expect(differences(run.before, run.model.truth(), run.scope).others).toEqual([]);
      expect(await run.apply(run.open(), run.scope)).toMatchObject({ kind: 'isolated', steps: 0 });
    }
  });

  it('goes back to exactly what was when one SET is refused for ever', async () => {
    let back = 0;
    for (let seed = 1; seed <= 40; seed += 1) {
      const run = trial(family, seed);
      const total = await setsOf(family, seed);
      const victim = total[run.pick(total.length)];
      let going = true;
      const refuse = (set: SnmpSet) => (going && set.oid === victim ? 'commitFailed' : undefined);
      // The way back may be by the same object: then it is a switch that takes it again.
      const outcome = await run.apply(run.open(refuse), run.scope, {
        progress: ({ stage }) => {
          if (stage === 'rolling-back') going = false;
        },
      });
      expect({ seed, victim, outcome }).toMatchObject({
        outcome: { kind: expect.stringMatching(/rolled-back|isolated/) },
      });
      if (outcome.kind !== 'rolled-back') continue;
      back += 1;
      expect({ seed, ...differences(run.before, run.model.truth(), run.scope) }).toEqual({
        seed,
        ours: [],
        others: [],
      });
    }
    expect(back).toBeGreaterThan(10);
  });

  it('killed after any SET, a new process ends isolated', async () => {
    for (let seed = 1; seed <= 6; seed += 1) {
      for (let sets = 1; ; sets += 1) {
        const run = trial(family, seed);
        const ended = await run.applyKilled(run.open(undefined, sets), run.scope);
        if (ended !== 'killed') break;
        expect(await run.recover(run.open(), run.scope)).toMatchObject({ kind: 'isolated' });
        expect(violations(run.model.truth(), run.scope)).toEqual([]);
        expect(differences(run.before, run.model.truth(), run.scope).others).toEqual([]);
      }
    }
  }, 30_000);
});

/** What a family does not say cannot be compared. */
function withTruth(state: Parameters<typeof violations>[0], truth: typeof state): typeof state {
  const ports = [...state.ports].map(([port, read]) => {
    const real = truth.ports.get(port)!;
    const { frameTypes = real.frameTypes, ingressFiltering = real.ingressFiltering, access = real.access } = read;
    return [port, { ...read, frameTypes, ingressFiltering, access }] as const;
  });
  return { ...state, ports: new Map(ports) };
}

/** The objects that are written when nothing goes wrong. */
async function setsOf(family: Family, seed: number): Promise<string[]> {
  const run = trial(family, seed);
  const backend = run.open();
  await run.apply(backend, run.scope);
  return [...new Set(backend.sets.flat().map(({ oid }) => oid))];
}
