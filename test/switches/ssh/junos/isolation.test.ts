/** From any configuration to isolated slots and back, over SSH, whatever goes wrong on the way. Seeded. */
import { describe, expect, it } from 'vitest';
import { realClock } from '../../../../src/net/real-clock.ts';
import { millis, seconds } from '../../../../src/rack/units.ts';
import { createJunos } from '../../../../src/switches/ssh/junos/backend.ts';
import type { VlanScope } from '../../../../src/switches/vlans/scope.ts';
import { seededRandom } from '../../support/random.ts';
import { memoryJournal } from '../../vlans/support/runs.ts';
import { journalOfRollBack, liveOn, scopeFor } from '../support/isolation.ts';
import type { Fault } from '../support/junos.ts';
import { indexOf, JunosSwitch, portName, UPLINK_INDEX } from '../support/junos.ts';
import type { JunosStore } from '../support/junos-config.ts';
import { FOREVER, log, openTransport } from '../support/open.ts';

interface Trial {
  readonly device: JunosSwitch;
  readonly scope: VlanScope;
  readonly before: JunosStore;
}

const FOREIGN = { 'old-10': 10, 'old-20': 20 };

/** Slots anywhere, tagged and untagged, VLANs of slots there or not, with whatever names. Uplink and others as they may be. */
function trial(seed: number): Trial {
  const random = seededRandom(seed);
  const pick = (limit: number) => Math.floor(random() * limit);
  const slots = 1 + pick(4);
  const total = slots + pick(3);
  const known: [string, number][] = [...Object.entries(FOREIGN)];
  for (let slot = 1; slot <= slots; slot += 1) {
    if (pick(2) === 0) known.push([pick(2) === 0 ? `slot-${slot}` : `by-hand-${slot}`, 100 + slot]);
  }
  const family = (name: string) => `interfaces ${name} unit 0 family ethernet-switching`;
  const some = (from: [string, number][]) => from.filter(() => pick(2) === 0);
  const member = ([name, id]: [string, number]) => (pick(2) === 0 ? name : String(id));
  const trunk = (name: string, from: [string, number][], natives: boolean) => {
    const members = some(from);
    const native = natives && pick(2) === 0 ? members[0]?.[1] : undefined;
    return [
      `${family(name)} interface-mode trunk`,
      ...members.map((one) => `${family(name)} vlan members ${member(one)}`),
      ...(native === undefined ? [] : [`interfaces ${name} native-vlan-id ${native}`]),
    ];
  };
  const access = (name: string, from: [string, number][]) =>
    pick(4) === 0
      ? [`${family(name)} storm-control default`]
      : [`${family(name)} vlan members ${member(from[pick(from.length)]!)}`];
  const foreign = known.filter(([, id]) => id < 100);
  const ports = Array.from({ length: total }, (_, port) => {
    const from = port < slots ? known : foreign;
    return pick(2) === 0 ? access(portName(port), from) : trunk(portName(port), from, true);
  });
  const uplink =
    pick(5) === 0
      ? [`${family('ae0')} interface-mode trunk`, `${family('ae0')} vlan members all`]
      : trunk('ae0', known, false);
  const config = [
    'poe interface all',
    'vlans default vlan-id 1',
    ...known.map(([name, id]) => `vlans ${name} vlan-id ${id}`),
    ...ports.flat(),
    ...uplink,
  ];
  const device = new JunosSwitch({ ports: total, config });
  const scope = scopeFor(slots, (slot) => indexOf(slot - 1), UPLINK_INDEX, 'ae0');
  return { device, scope, before: device.running.copy() };
}

async function life({ device, scope }: Trial, journal = memoryJournal(), patience = seconds(2)) {
  const { transport } = await openTransport({ subsystem: device.serve });
  const limits = { commit: patience, trial: seconds(1), settle: millis(5), rpc: patience };
  const { vlans } = createJunos({ transport, clock: realClock, log, limits })(FOREVER);
  return liveOn({ transport, vlans: vlans! }, scope, journal);
}

/** What a port does, however it is written down. */
const portOf = (store: JunosStore, name: string) => {
  const { mode, native } = store.port(name);
  const carried = [...new Set(store.carried(name))].sort((a, b) => a - b);
  // An access port that is in none is in the default VLAN.
  return { mode, native, carried: mode === 'access' && carried.length === 0 ? [1] : carried };
};

/** Judged by what is configured, not by what our own reader says of it. */
function expectIsolated({ device, scope, before }: Trial) {
  const { running } = device;
  const ids = [...running.vlans().values()];
  for (const { slot, vlan } of scope.slots) {
    expect(ids).toContain(vlan);
    expect(portOf(running, portName(slot - 1))).toEqual({ mode: 'access', native: undefined, carried: [vlan] });
    expect(portOf(running, 'ae0').carried).toContain(vlan);
  }
  expectOthersAlone(running, before, scope);
}

function expectOthersAlone(running: JunosStore, before: JunosStore, scope: VlanScope) {
  const ours = [
    ...scope.slots.map(({ slot }) => `interfaces ${portName(slot - 1)} `),
    ...scope.slots.flatMap(({ vlan }) =>
      [...running.vlans()].filter(([, id]) => id === vlan).map(([name]) => `vlans ${name} `),
    ),
    ...scope.slots.map(({ vlan }) => `interfaces ae0 unit 0 family ethernet-switching vlan members ${vlan}`),
  ];
  const rest = (store: JunosStore) =>
    [...store.lines].filter((line) => !ours.some((one) => line.startsWith(one))).sort();
  expect(rest(running)).toEqual(rest(before));
}

function expectAsBefore({ device, scope, before }: Trial) {
  const { running } = device;
  expect(running.vlans()).toEqual(before.vlans());
  for (const name of [...scope.slots.map(({ slot }) => portName(slot - 1)), 'ae0']) {
    expect([name, portOf(running, name)]).toEqual([name, portOf(before, name)]);
  }
  expectOthersAlone(running, before, scope);
}

/** Every line that was ever sent is about a port of a slot, about a VLAN of a slot, or lets the uplink carry one. */
function expectOnlyOurs({ device, scope }: Trial) {
  const ports = scope.slots.map(({ slot }) => portName(slot - 1)).join('|');
  const vlans = scope.slots.map(({ vlan }) => vlan).join('|');
  const family = 'unit 0 family ethernet-switching';
  const allowed = new RegExp(
    `^(?:(?:set|delete) interfaces (?:${ports}) .*|set vlans slot-\\d+ vlan-id (?:${vlans})|delete vlans slot-\\d+|(?:set|delete) interfaces ae0 ${family} vlan members (?:${vlans}))$`,
  );
  expect(device.loaded.filter((line) => !allowed.test(line))).toEqual([]);
}

describe('isolation of a Junos switch', () => {
  it('is reached from any configuration, and is nothing to do the second time', async () => {
    for (let seed = 1; seed <= 15; seed += 1) {
      const run = trial(seed);
      const one = await life(run);
      expect([seed, await one.apply()]).toEqual([seed, expect.objectContaining({ kind: 'isolated' })]);
      expectIsolated(run);
      expectOnlyOurs(run);
      const commits = run.device.commits.length;
      expect(await one.apply()).toMatchObject({ kind: 'isolated', steps: 0 });
      expect(run.device.commits).toHaveLength(commits);
      expect(run.device.locked || run.device.onTrial).toBe(false);
    }
  }, 120_000);

  it('is taken back from to exactly what was', async () => {
    let back = 0;
    for (let seed = 1; seed <= 15; seed += 1) {
      const run = trial(seed);
      const journal = await journalOfRollBack(run.scope, async (kept) => (await life(run, kept)).apply());
      const outcome = await (await life(run, journal)).recover();
      if (outcome === undefined) continue;
      back += 1;
      expect([seed, outcome]).toEqual([seed, expect.objectContaining({ kind: 'rolled-back' })]);
      expectAsBefore(run);
      expectOnlyOurs(run);
    }
    expect(back).toBeGreaterThan(10);
  }, 120_000);

  it.each(['drop', 'drop-after'] as const)(
    'survives that the program is killed at any operation (%s)',
    async (fault) => {
      const seed = 3;
      const total = await operationsOf(seed);
      for (let at = 1; at <= total; at += 1) {
        const run = trial(seed);
        run.device.revertsAtOnce = at % 2 === 0;
        const journal = memoryJournal();
        const first = await life(run, journal);
        nth(run.device, at, () => {
          first.kill();
          return fault;
        });
        expect(await first.apply()).toBe('killed');
        run.device.fault = undefined;
        const outcome = await (await life(run, journal)).apply();
        expect([at, outcome]).toEqual([at, expect.objectContaining({ kind: 'isolated' })]);
        expectIsolated(run);
        expectOnlyOurs(run);
      }
    },
    240_000,
  );

  it.each(['drop', 'drop-after', 'half', 'hang', { error: 'no' }] as const)(
    'survives that any one operation goes wrong (%j)',
    async (fault) => {
      const seed = 5;
      const total = await operationsOf(seed);
      for (let at = 1; at <= total; at += 1) {
        const run = trial(seed);
        nth(run.device, at, () => fault);
        const patience = fault === 'hang' ? millis(500) : undefined;
        const outcome = await (await life(run, memoryJournal(), patience)).apply();
        // What cannot be read at the very beginning is not begun.
        const kinds = run.device.commits.length === 0 ? ['refused'] : ['isolated'];
        expect([at, kinds]).toEqual([at, expect.arrayContaining([(outcome as { kind: string }).kind])]);
        if (run.device.commits.length > 0) expectIsolated(run);
        else expectAsBefore(run);
      }
    },
    240_000,
  );

  it('never says that it is done when it is not', async () => {
    const kinds = new Map<string, number>();
    for (let seed = 1; seed <= 15; seed += 1) {
      const run = trial(seed);
      const random = seededRandom(1_000 + seed);
      const bad = random() * 0.3;
      const faults: Fault[] = ['drop', 'drop-after', 'half', { error: 'configuration database locked by: root' }];
      run.device.fault = () => (random() < bad ? faults[Math.floor(random() * faults.length)] : undefined);
      const journal = memoryJournal();
      const outcome = await (await life(run, journal)).apply();
      run.device.fault = undefined;
      const kind = outcome === 'killed' ? outcome : outcome.kind;
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
      if (kind === 'isolated') expectIsolated(run);
      else if (kind === 'refused' || kind === 'rolled-back') expectAsBefore(run);
      else expect([kind, journal.rows.size]).toEqual(['degraded', 1]);
      expectOnlyOurs(run);
      expectOthersAlone(run.device.running, run.before, run.scope);
    }
    expect(kinds.get('isolated')).toBeGreaterThan(5);
    expect(kinds.size).toBeGreaterThan(1);
  }, 240_000);
});

function nth(device: JunosSwitch, at: number, fault: () => Fault): void {
  let count = 0;
  device.fault = () => {
    count += 1;
    return count === at ? fault() : undefined;
  };
}

async function operationsOf(seed: number): Promise<number> {
  const run = trial(seed);
  await (await life(run)).apply();
  return run.device.operations.length;
}
