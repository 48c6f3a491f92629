/** From any configuration to isolated slots and back, over SSH, whatever goes wrong on the way. Seeded. */
import { describe, expect, it } from 'vitest';
import { realClock } from '../../../../src/net/real-clock.ts';
import { millis, seconds } from '../../../../src/rack/units.ts';
import { createRouterOs } from '../../../../src/switches/ssh/routeros/backend.ts';
import type { VlanScope } from '../../../../src/switches/vlans/scope.ts';
import { seededRandom } from '../../support/random.ts';
import { memoryJournal } from '../../vlans/support/runs.ts';
import { journalOfRollBack, liveOn, scopeFor } from '../support/isolation.ts';
import { FOREVER, openTransport } from '../support/open.ts';
import type { RosFault } from '../support/routeros.ts';
import { portName, RouterOsSwitch, UPLINK, UPLINK_ID } from '../support/routeros.ts';

interface Trial {
  readonly device: RouterOsSwitch;
  readonly scope: VlanScope;
  readonly before: Picture;
  /** Every script that was sent. */
  readonly scripts: string[];
}

const FRAMES = ['admit-all', 'admit-only-vlan-tagged', 'admit-only-untagged-and-priority-tagged'];

/** Slots anywhere, tagged and untagged, VLANs of slots there or not. Uplink and others as they may be. */
function trial(seed: number): Trial {
  const random = seededRandom(seed);
  const pick = (limit: number) => Math.floor(random() * limit);
  const slots = 1 + pick(4);
  const total = slots + pick(3);
  const device = new RouterOsSwitch({ ports: total });
  const names = Array.from({ length: total }, (_, at) => portName(at + 1));
  const own = Array.from({ length: slots }, (_, at) => 101 + at).filter(() => pick(2) === 0);
  for (const vlan of [10, 20, ...own]) {
    const row = { tagged: [] as string[], untagged: [] as string[] };
    for (const [at, name] of [...names, UPLINK].entries()) {
      const isOther = at >= slots && name !== UPLINK;
      if ((vlan > 100 && isOther) || pick(2) === 0) continue;
      const list = pick(2) === 0 || (name === UPLINK && vlan > 100) ? row.tagged : row.untagged;
      list.push(name);
    }
    if (pick(2) === 0) row.tagged.push('bridge1');
    device.addVlan({ 'vlan-ids': [vlan], ...row, ...(pick(2) === 0 && { comment: `by hand ${vlan}` }) });
  }
  for (const [at, name] of [...names, UPLINK].entries()) {
    const ids = at < slots ? [1, 10, 20, ...own] : [1, 10, 20];
    Object.assign(device.row('/interface bridge port', 'interface', name), {
      pvid: ids[pick(ids.length)],
      'frame-types': FRAMES[pick(3)],
      'ingress-filtering': pick(2) === 0,
    });
  }
  const scope = scopeFor(slots, (slot) => slot, UPLINK_ID, UPLINK);
  // A bridge that is in the VLAN of a board would be a way to the switch itself.
  for (const row of device.menus['/interface bridge vlan']) {
    if ((row['vlan-ids'] as number[])[0]! > 100)
      row.tagged = (row.tagged as string[]).filter((name) => name !== 'bridge1');
  }
  return { device, scope, before: picture(device), scripts: [] };
}

async function life({ device, scope, scripts }: Trial, journal = memoryJournal(), patience = seconds(2)) {
  const exec: typeof device.exec = (command, reply) => {
    scripts.push(command);
    device.exec(command, reply);
  };
  const { transport } = await openTransport({ exec }, { command: patience });
  const { vlans } = createRouterOs({ transport, clock: realClock })(FOREVER);
  return liveOn({ transport, vlans: vlans! }, scope, journal);
}

/** What is in force: settings by port, members by VLAN, whether they come from a row or from a PVID. */
type Picture = ReturnType<typeof picture>;
function picture(device: RouterOsSwitch) {
  const rows = device.menus['/interface bridge vlan'];
  const ports = device.menus['/interface bridge port'];
  const vlans = new Map<number, { tagged: Set<string>; untagged: Set<string> }>();
  const vlan = (id: number) => {
    const now = vlans.get(id) ?? { tagged: new Set<string>(), untagged: new Set<string>() };
    vlans.set(id, now);
    return now;
  };
  for (const row of rows) {
    const [id] = row['vlan-ids'] as [number];
    for (const name of row.tagged as string[]) vlan(id).tagged.add(name);
    for (const name of row.untagged as string[]) vlan(id).untagged.add(name);
  }
  for (const port of ports) {
    const members = vlan(port.pvid as number);
    const name = port.interface as string;
    if (port['frame-types'] !== FRAMES[1] && !members.tagged.has(name)) members.untagged.add(name);
  }
  return {
    ports: new Map(
      ports.map((row) => [
        row.interface as string,
        { pvid: row.pvid, frames: row['frame-types'], filter: row['ingress-filtering'] },
      ]),
    ),
    vlans: new Map([...vlans].filter(([, { tagged, untagged }]) => tagged.size + untagged.size > 0)),
    names: new Map(rows.map((row) => [(row['vlan-ids'] as number[])[0]!, row.comment])),
  };
}

function expectIsolated({ device, scope, before }: Trial) {
  const now = picture(device);
  for (const { slot, vlan } of scope.slots) {
    const name = portName(slot);
    const inside = [...now.vlans].filter(([, { tagged, untagged }]) => tagged.has(name) || untagged.has(name));
    expect([name, inside.map(([id]) => id)]).toEqual([name, [vlan]]);
    expect(now.vlans.get(vlan)).toEqual({ tagged: new Set([UPLINK]), untagged: new Set([name]) });
    expect(now.ports.get(name)).toMatchObject({ pvid: vlan, filter: true });
    expect(now.ports.get(name)?.frames).not.toBe(FRAMES[1]);
  }
  expectOthersAlone(now, before, scope);
}

function expectOthersAlone(now: Picture, before: Picture, scope: VlanScope) {
  const slots = new Set(scope.slots.map(({ slot }) => portName(slot)));
  const rest = ({ ports, vlans, names }: Picture) => ({
    ports: [...ports].filter(([name]) => !slots.has(name)),
    vlans: [1, 10, 20].map((id) => {
      const others = (set = new Set<string>()) => [...set].filter((name) => !slots.has(name)).sort();
      return [id, others(vlans.get(id)?.tagged), others(vlans.get(id)?.untagged), names.get(id)];
    }),
  });
  expect(rest(now)).toEqual(rest(before));
}

function expectAsBefore({ device, before }: Trial) {
  const { ports, vlans } = picture(device);
  expect({ ports, vlans }).toEqual({ ports: before.ports, vlans: before.vlans });
}

describe('isolation of a RouterOS switch', () => {
  it('is reached from any configuration, and is nothing to do the second time', async () => {
    for (let seed = 1; seed <= 15; seed += 1) {
      const run = trial(seed);
      const one = await life(run);
      expect([seed, await one.apply()]).toEqual([seed, expect.objectContaining({ kind: 'isolated' })]);
      expectIsolated(run);
      const writes = run.scripts.filter(isWrite).length;
      expect(await one.apply()).toMatchObject({ kind: 'isolated', steps: 0 });
      expect(run.scripts.filter(isWrite)).toHaveLength(writes);
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
    }
    expect(back).toBeGreaterThan(10);
  }, 120_000);

  it.each(['drop', 'drop-after'] as const)(
    'survives that the program is killed at any script (%s)',
    async (fault) => {
      const total = await scriptsOf(SEED);
      for (let at = 1; at <= total; at += 1) {
        const run = trial(SEED);
        const journal = memoryJournal();
        const first = await life(run, journal);
        nth(run.device, at, () => {
          first.kill();
          return fault;
        });
        expect(await first.apply()).toBe('killed');
        run.device.fault = undefined;
        await expectEnds(run, journal, at);
      }
    },
    120_000,
  );

  it('survives that the program is killed, and the script with it, between any two commands', async () => {
    const total = await commandsOf(SEED);
    for (let at = 1; at <= total; at += 1) {
      const run = trial(SEED);
      const journal = memoryJournal();
      const first = await life(run, journal);
      let count = 0;
      run.device.refuse = (_path, verb) => {
        if (!WRITING.includes(verb)) return undefined;
        count += 1;
        if (count < at) return undefined;
        first.kill();
        return 'interrupted';
      };
      expect(await first.apply()).toBe('killed');
      run.device.refuse = undefined;
      await expectEnds(run, journal, at);
    }
  }, 120_000);

  it.each(['drop', 'drop-after', 'half', 'hang', { say: 'failure: no\r\n' }] as const)(
    'survives that any one script goes wrong (%j)',
    async (fault) => {
      const total = await scriptsOf(SEED);
      for (let at = 1; at <= total; at += 1) {
        const run = trial(SEED);
        nth(run.device, at, () => fault);
        const patience = fault === 'hang' ? millis(300) : undefined;
        const outcome = await (await life(run, memoryJournal(), patience)).apply();
        const kind = outcome === 'killed' ? outcome : outcome.kind;
        // What cannot be read at the very beginning is not begun.
        expect([at, kind]).toEqual([at, at === 1 ? 'refused' : 'isolated']);
        if (at === 1) expectAsBefore(run);
        else expectIsolated(run);
      }
    },
    120_000,
  );

  it('never says that it is done when it is not', async () => {
    const kinds = new Map<string, number>();
    for (let seed = 1; seed <= 30; seed += 1) {
      const run = trial(seed);
      const random = seededRandom(1_000 + seed);
      const bad = random() * 0.5;
      const faults: RosFault[] = ['drop', 'drop-after', 'half', 'no-exit', { say: 'failure: busy\r\n' }];
      run.device.fault = () => (random() < bad ? faults[Math.floor(random() * faults.length)] : undefined);
      run.device.refuse = (_path, verb) =>
        WRITING.includes(verb) && random() < bad ? 'failure: already have such entry' : undefined;
      const journal = memoryJournal();
      const outcome = await (await life(run, journal)).apply();
      const kind = outcome === 'killed' ? outcome : outcome.kind;
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
      if (kind === 'isolated') expectIsolated(run);
      else if (kind === 'refused' || kind === 'rolled-back') expectAsBefore(run);
      else expect([kind, journal.rows.size]).toEqual(['degraded', 1]);
      expectOthersAlone(picture(run.device), run.before, run.scope);
    }
    expect(kinds.get('isolated')).toBeGreaterThan(5);
    expect(kinds.size).toBeGreaterThan(1);
  }, 120_000);
});

const SEED = 3;
const WRITING = ['set', 'add', 'remove'];

function isWrite(script: string): boolean {
  return /\/interface bridge (?:port|vlan) (?:set|add|remove) /.test(script);
}

async function expectEnds(run: Trial, journal: ReturnType<typeof memoryJournal>, at: number) {
  const outcome = await (await life(run, journal)).apply();
  expect([at, outcome]).toEqual([at, expect.objectContaining({ kind: 'isolated' })]);
  expectIsolated(run);
}

function nth(device: RouterOsSwitch, at: number, fault: () => RosFault): void {
  let count = 0;
  device.fault = () => {
    count += 1;
    return count === at ? fault() : undefined;
  };
}

async function scriptsOf(seed: number): Promise<number> {
  const run = trial(seed);
  await (await life(run)).apply();
  return run.scripts.length;
}

async function commandsOf(seed: number): Promise<number> {
  const run = trial(seed);
  let count = 0;
  run.device.refuse = (_path, verb) => {
    if (WRITING.includes(verb)) count += 1;
    return undefined;
  };
  await (await life(run)).apply();
  return count;
}
