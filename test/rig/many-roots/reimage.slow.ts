/**
 * A whole rack is given fresh roots at once, while boards die under it and the controller is killed: every board ends with
 * exactly one good root and its one export, and an undo brings back what was there, byte for byte.
 */
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { JobView } from '../../../src/api/control/job-protocol.ts';
import type { RootView } from '../../../src/api/control/root-protocol.ts';
import { cacheDirectory } from '../../../src/cli/places.ts';
import { exportId } from '../../../src/roots/exports/spec.ts';
import { describeWith } from '../../support/needs.ts';
import { RigRack } from '../rack.ts';
import { blowsFor, jobs, wreak } from './havoc.ts';
import type { Look, Question } from './look.ts';
import type { TreeSeen } from './tree.ts';

const LIMIT = 600_000;
/** Another seed is another run. */
const SEED = Number(process.env.PIRACK_SEED ?? 108);
/** Fewer boards are for a machine that has other things to do. */
const COUNT = Number(process.env.PIRACK_SLOTS ?? 108);
const SLOTS = Array.from({ length: COUNT }, (_, index) => index + 1);
const ALL = `1-${COUNT}`;
const boot = join(cacheDirectory(), 'images/debian-12-pi/boot');
const inRack = (name: string) => resolve(import.meta.dirname, name);

/** Boards that hang are noticed soon, on a machine where 108 boards and all that serves them share two cores. */
const TIMINGS = `timings: {default: &soon {discover: 60 s, first_request: 60 s, transfer_idle: 60 s, root_mount: 60 s, ssh: 60 s}, 3B: *soon, 3B+: *soon, 4B: *soon}\n`;

describeWith({
  root: true,
  programs: ['unshare', 'nfs-cat', 'nfs-cp', 'ganesha.nfsd', 'dbus-send'],
  files: [boot],
})('108 roots', () => {
  let rack: RigRack;
  let old: Map<number, RootView>;
  let trees: Map<string, TreeSeen>;
  /** Slots that have a new root, and their old one kept. */
  let replaced: ReadonlySet<number>;
  const state = () => join(rack.directory, rack.name);
  const pathOf = ({ place }: RootView) => join(state(), 'roots', place, 'root');

  const rootsOf = async (role: RootView['role'], slots: readonly number[]): Promise<Map<number, RootView>> => {
    const { stdout } = await rack.pirack(['root', 'list', '--json']);
    const all = (JSON.parse(stdout) as RootView[]).filter((root) => root.role === role);
    const bySlot = new Map(all.map((root) => [root.slot, root]));
    const sorted = (numbers: Iterable<number>) => [...numbers].sort((a, b) => a - b);
    expect(sorted(bySlot.keys()), `slots with a ${role} root`).toEqual(sorted(slots));
    expect(all, `${role} roots`).toHaveLength(slots.length);
    return bySlot;
  };

  const node = async <T>(script: string, args: readonly string[]): Promise<T[]> => {
    const command = [process.execPath, '--disable-warning=ExperimentalWarning', inRack(script), ...args];
    const { code, stdout, stderr } = await rack.inside('controller', command, LIMIT);
    expect(code, stderr).toBe(0);
    return stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as T);
  };

  const ask = async <T>(action: 'write' | 'look', roots: ReadonlyMap<number, RootView>): Promise<T> => {
    const slots = SLOTS.map((slot) => ({
      slot,
      path: pathOf(roots.get(slot) as RootView),
      foreign: pathOf(roots.get((slot % SLOTS.length) + 1) as RootView),
      file: join(rack.directory, `file-${slot}`),
    }));
    const question: Question = { bus: join(state(), 'nfs/bus'), directory: join(state(), 'roots'), slots };
    writeFileSync(join(rack.directory, 'question.json'), JSON.stringify(question));
    return (await node<T>('look.ts', [action, join(rack.directory, 'question.json')]))[0] as T;
  };

  /** In two processes: there are two cores. */
  const treesOf = async (roots: Iterable<RootView>) => {
    const paths = [...roots].map(pathOf);
    const half = paths.length / 2;
    const seen = await Promise.all(
      [paths.slice(0, half), paths.slice(half)].map((each) => node<TreeSeen>('tree.ts', each)),
    );
    return new Map(seen.flat().map((tree) => [tree.path, tree]));
  };

  /** Exactly these roots are exported, each to its board; these and the kept ones are mounted; nothing else is there. */
  const expectOnly = async (current: ReadonlyMap<number, RootView>, kept: ReadonlyMap<number, RootView>) => {
    const all = [...current.values(), ...kept.values()];
    await expect
      .poll(() => readdirSync(join(state(), 'roots')).sort(), { timeout: 120_000, interval: 1_000 })
      .toEqual(all.map(({ place }) => place).sort());
    const { exports, mounts, boards } = await ask<Look>('look', current);
    expect([...exports].sort((a, b) => a.id - b.id)).toEqual(
      [...current.values()]
        .sort((a, b) => a.slot - b.slot)
        .map((root) => ({
          id: exportId(root.slot as never),
          path: pathOf(root),
          clients: [`10.20.${Math.floor((root.slot * 4 - 2) / 256)}.${(root.slot * 4 - 2) % 256}/32`],
        })),
    );
    expect([...mounts].sort()).toEqual(all.map(pathOf).sort());
    expect(boards).toEqual(
      SLOTS.map((slot) => ({
        slot,
        hostName: `virtual-108-s${String(slot).padStart(3, '0')}`,
        foreign: 'MNT3ERR_ACCES',
      })),
    );
  };

  /** Boards that hung after their job was done, or that were given up, are nobody's to restart but a person's. */
  const allUp = async () => {
    const boards = (await rack.sim('GET', '/boards')) as { slot: number; stage: string }[];
    const hung = boards.filter(({ stage }) => stage === 'hung').map(({ slot }) => slot);
    const given = (await rack.status())?.slots.filter(({ condition }) => condition === 'quarantined') ?? [];
    hung.push(...given.map(({ slot }) => slot).filter((slot) => !hung.includes(slot)));
    if (hung.length > 0) await rack.pirack(['power', 'cycle', hung.join(',')], 120_000);
    return rack.until((now) => now.summary.conditions.up === COUNT, LIMIT, 'all boards up');
  };

  beforeAll(async () => {
    const text = readFileSync(resolve(import.meta.dirname, '../../../rack-configs/virtual-108.yaml'), 'utf8')
      .replace(/virtual-community/g, 'community')
      .replace(/virtual-key/g, 'key')
      .replace('hold: 5 s', 'hold: 1 s')
      .replace('poll: 10 s', 'poll: 2 s')
      .replace(/^timings:\n.*$/m, TIMINGS)
      .replace(/^ {2}- \{slots: (\d+)-.*simulate.*\n/gm, (line, first) => (Number(first) > COUNT ? '' : line));
    rack = await RigRack.serve(text, 300_000);
    await rack.until((now) => now.summary.conditions.up === COUNT, LIMIT, 'all boards up');
  }, LIMIT);
  afterAll(() => rack?.stop(), 60_000);

  it('are replaced while ten boards die and the controller is killed five times', { timeout: LIMIT }, async () => {
    for (const slot of SLOTS) writeFileSync(join(rack.directory, `file-${slot}`), randomBytes(50_000 + slot));
    old = await rootsOf('current', SLOTS);
    expect(await ask<string[]>('write', old)).toEqual([]);
    trees = await treesOf(old.values());

    const asked = await rack.pirack(['reimage', ALL, '--yes', '--no-wait', '--json'], 120_000);
    expect(asked, asked.stderr).toMatchObject({ code: 0 });
    const ids = (JSON.parse(asked.stdout) as { jobs: JobView[] }).jobs.map(({ id }) => id);
    const planned = blowsFor(COUNT);
    const blows = await wreak(rack, planned, SEED);
    console.log(blows.map(({ what, slot, step }) => `${what} ${slot ?? ''} ${step ?? ''}`.trim()).join(', '));
    expect(blows).toHaveLength(planned.length);
    const open = async () => {
      const all = await jobs(rack).catch(() => undefined);
      return all?.filter(({ step }) => step !== null).length ?? 'no controller';
    };
    await expect.poll(open, { timeout: LIMIT, interval: 1_000 }).toBe(0);
    const ended = (await jobs(rack)).filter(({ id }) => ids.includes(id));
    expect(ended).toHaveLength(COUNT);
    // On a machine that is too busy for so many boards some are given up: those have what they had before, and nothing else.
    const bad = ended.filter(({ state }) => state !== 'done');
    expect(bad.filter(({ error }) => error?.code !== 'no_boot')).toEqual([]);
    replaced = new Set(ended.filter(({ state }) => state === 'done').map(({ slot }) => slot));
    expect(replaced.size, rack.log().slice(-3000)).toBeGreaterThan(COUNT * 0.8);
    await allUp();

    const current = await rootsOf('current', SLOTS);
    const kept = await rootsOf('kept', [...replaced]);
    for (const slot of SLOTS) {
      const before = old.get(slot) as RootView;
      expect((replaced.has(slot) ? kept : current).get(slot)?.place, `slot ${slot}: the old root`).toBe(before.place);
      if (replaced.has(slot)) expect(current.get(slot)?.fingerprint, `slot ${slot}: key`).not.toBe(before.fingerprint);
    }
    await expectOnly(current, kept);
  });

  it('come back byte for byte', { timeout: LIMIT }, async () => {
    const undone = await rack.pirack(['root', 'undo', [...replaced].join(','), '--yes', '--json'], LIMIT);
    expect(undone, `${undone.stderr.slice(-2000)} ${rack.log().slice(-3000)}`).toMatchObject({ code: 0 });
    await allUp();
    const current = await rootsOf('current', SLOTS);
    const back = await treesOf(current.values());
    for (const slot of SLOTS) {
      const path = pathOf(old.get(slot) as RootView);
      const [before, after] = [trees.get(path), back.get(path)] as [TreeSeen, TreeSeen];
      expect(after, `slot ${slot}`).toMatchObject({ digest: before.digest, entries: before.entries });
      // The boot after the undo has added its line, and nothing else.
      expect(after.boots.startsWith(before.boots), `slot ${slot}: record of boots`).toBe(true);
    }
    await expectOnly(current, await rootsOf('kept', [...replaced]));
    expect((await rack.status())?.troubles).toEqual([]);
  });
});
